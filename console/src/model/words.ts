/** The closed lists of the events, in words for a tired person. */
import type { EvidenceState, Mode, Verdict } from '../api/types';

/** What the banner says. `live` is said as REAL: nobody mistakes it for "running". */
export const MODE_WORD: Record<Mode, string> = {
  live: 'REAL',
  exercise: 'EXERCISE',
  test: 'TEST',
  replay: 'REPLAY',
};

export const MODE_MEANING: Record<Mode, string> = {
  live: 'Real sensors. What is released here goes to the public.',
  exercise: 'Nothing here is happening. Outputs carry the word EXERCISE.',
  test: 'A test of the system. Outputs carry the word TEST.',
  replay: 'Recorded data. Nothing here is happening now.',
};

const CLASSES: Record<string, string> = {
  ballistic_missile: 'ballistic missile',
  glide_vehicle: 'glide vehicle',
  space_launch: 'space launch',
  sounding_rocket: 'sounding rocket',
  satellite: 'satellite',
  reentry: 're-entering object',
  debris: 'debris',
  bolide: 'fireball',
  sun_glint: 'sun glint',
  fire: 'fire',
  explosion: 'explosion',
  aircraft: 'aircraft',
  sensor_fault: 'sensor fault',
  unknown: 'unknown',
};

export function className(name: string): string {
  return CLASSES[name] ?? name.replaceAll('_', ' ');
}

const REASONS: Record<string, string> = {
  too_few_reports: 'too few reports to say',
  no_physical_model: 'no physical model fits yet',
  powered_ascent_one_domain: 'a powered ascent, seen by one failure domain only',
  impact_arc_one_domain: 'an arc that comes down, seen by one failure domain only',
  not_yet_certain: 'not yet certain enough',
  two_physics_agree: 'two kinds of sensor agree',
  two_domains_agree: 'two independent domains agree',
  orbit_not_excluded: 'an orbit is not excluded',
  in_orbit: 'it is in orbit',
  catalogued_satellite: 'it is a catalogued satellite',
  orbit_insertion: 'it went into orbit',
  fireball_speed: 'it moves at the speed of a fireball',
  stationary: 'it does not move',
  glint_geometry: 'the geometry is that of a sun glint',
  sounding_rocket: 'it is a sounding rocket',
  piece_of_another: 'it is a piece of another object',
  must_have_seen: 'a sensor that must have seen it did not',
  matches_notice: 'it matches a notice given before',
  sensor_fault: 'a sensor is faulty',
  slow_or_low: 'too slow or too low',
  ended: 'it came down',
  lost: 'it was lost from sight',
};

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}

/** Every verdict by its own sign, so that colour is never the only difference. */
export const VERDICT_SIGN: Record<Verdict, string> = {
  confirmed: '◆',
  suspected: '◇',
  insufficient: '·',
  dismissed: '–',
};

export const VERDICT_WORD: Record<Verdict, string> = {
  confirmed: 'CONFIRMED',
  suspected: 'SUSPECTED',
  insufficient: 'NOT ENOUGH TO SAY',
  dismissed: 'DISMISSED',
};

export const EVIDENCE_WORD: Record<EvidenceState, string> = {
  agrees: 'agrees',
  disagrees: 'DISAGREES',
  could_not_see: 'could not see it',
  silent: 'SILENT',
};

export const EVIDENCE_SIGN: Record<EvidenceState, string> = {
  agrees: '✓',
  disagrees: '✗',
  could_not_see: '○',
  silent: '∅',
};

/** Said in no message that is not real. The false alarm of 2018 carried it. */
const BANNED_IN_EXERCISE = [/this\s+is\s+not\s+a\s+drill/i, /not\s+an?\s+(exercise|test)/i];

/** The words in a message that its mode forbids; null for none. */
export function forbiddenWords(bytes: string, mode: Mode): string | null {
  if (mode === 'live') return null;
  for (const pattern of BANNED_IN_EXERCISE) {
    const found = pattern.exec(bytes);
    if (found) return found[0];
  }
  return null;
}

export function placeText(latitude_deg: number, longitude_deg: number): string {
  const ns = latitude_deg < 0 ? 'S' : 'N';
  const ew = longitude_deg < 0 ? 'W' : 'E';
  return `${Math.abs(latitude_deg).toFixed(2)}° ${ns} ${Math.abs(longitude_deg).toFixed(2)}° ${ew}`;
}

/** Metres in kilometres with two figures that mean something. */
export function km(metres: number): string {
  const value = metres / 1000;
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-GB');
}

/** Never 0 % and never 100 %: nothing is. */
export function percent(probability: number): string {
  if (probability > 0.99) return probability >= 0.999 ? '>\u00a099.9\u00a0%' : `${(probability * 100).toFixed(1)}\u00a0%`;
  if (probability < 0.01) return '<\u00a01\u00a0%';
  return `${Math.round(probability * 100)}\u00a0%`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}
