/** From what the service says to what a person looks at: threats, raids, and the order of the queue. */
import type { Assessment, Place, State, Threat, Warning } from '../api/types';
import { ms } from './time';

/** When and how surely something comes down. */
export interface ImpactTime {
  at_ms: number;
  sigma_s: number;
  earliest_ms: number | null;
  /** From a region: no honest point is known. */
  region: boolean;
}

export function impactTime(assessment: Assessment): ImpactTime | null {
  const region = !assessment.impact;
  const line = assessment.impact ?? assessment.impact_region_time;
  const at_ms = ms(line?.time);
  if (!line || at_ms === null) return null;
  return { at_ms, sigma_s: line.time_sigma_s, earliest_ms: ms(line.earliest_95), region };
}

/** How probable it is that this is a missile or a glide vehicle. */
export function threatProbability(assessment: Assessment): number {
  const { ballistic_missile = 0, glide_vehicle = 0 } = assessment.probabilities;
  return Math.min(1, ballistic_missile + glide_vehicle);
}

/** One line of the queue: one threat, or a raid that is one warning. */
export interface Group {
  /** `w-1` for a raid, `o-1` for a single threat. */
  key: string;
  members: Threat[];
  warning: Warning | null;
  confirmed: number;
  suspected: number;
  /** The first to come down of those still flying. */
  first: ImpactTime | null;
  /** The newest computation of any member [ms]. */
  computed_ms: number;
  acknowledged_by: string | null;
}

export function isOpen({ assessment }: Threat): boolean {
  const { verdict, phase, merged_into } = assessment;
  return (verdict === 'confirmed' || verdict === 'suspected') && phase !== 'ended' && !merged_into;
}

/** Threats, grouped and ordered by the time that is left. Pieces of others are left to their parents. */
export function queue(state: State): Group[] {
  const threats = state.threats.filter((threat) => isOpen(threat) && !threat.assessment.parent);
  const open = state.warnings.filter((w) => w.state !== 'cancelled' && w.state !== 'retracted');
  const warningOf = new Map(open.flatMap((w) => w.event.objects.map((id) => [id, w] as const)));
  const byWarning = new Map<string, Threat[]>();
  const groups: Group[] = [];
  for (const threat of threats) {
    const warning = warningOf.get(threat.assessment.object);
    if (!warning) {
      groups.push(group(threat.assessment.object, [threat], null));
      continue;
    }
    const members = byWarning.get(warning.warning) ?? [];
    members.push(threat);
    byWarning.set(warning.warning, members);
  }
  for (const warning of open) {
    const members = byWarning.get(warning.warning);
    if (!members) continue;
    const key = members.length > 1 ? warning.warning : members[0]!.assessment.object;
    groups.push(group(key, members.sort(byTimeLeft), warning));
  }
  return groups.sort(
    (a, b) => timeKey(a.first) - timeKey(b.first) || b.confirmed - a.confirmed || compare(a.key, b.key),
  );
}

/**
 * What was looked at and is not, or no longer, a threat; the newest first. Pieces are left to their
 * parents, but not one that was once called a threat: whoever saw it then looks for it now.
 */
export function settled(state: State): Threat[] {
  const piece = ({ suspected, confirmed, assessment }: Threat) =>
    Boolean(assessment.parent) && !suspected && !confirmed;
  return state.threats
    .filter((threat) => !isOpen(threat) && !threat.assessment.merged_into && !piece(threat))
    .sort((a, b) => compare(b.assessment.time, a.assessment.time));
}

/** Pieces that fell from an object: one launch stays one threat. */
export function pieces(state: State, object: string): Threat[] {
  return state.threats.filter((threat) => threat.assessment.parent === object);
}

function group(key: string, members: Threat[], warning: Warning | null): Group {
  const times = members.map((m) => impactTime(m.assessment)).filter((time) => time !== null);
  const count = (verdict: string) => members.filter((m) => m.assessment.verdict === verdict).length;
  return {
    key,
    members,
    warning,
    confirmed: count('confirmed'),
    suspected: count('suspected'),
    first: times.sort((a, b) => a.at_ms - b.at_ms)[0] ?? null,
    computed_ms: Math.max(...members.map((m) => ms(m.assessment.time) ?? 0)),
    acknowledged_by: members.find((m) => m.acknowledged_by)?.acknowledged_by ?? null,
  };
}

function byTimeLeft(a: Threat, b: Threat): number {
  const [left, right] = [impactTime(a.assessment), impactTime(b.assessment)];
  return timeKey(left) - timeKey(right) || compare(a.assessment.object, b.assessment.object);
}

/** Where no time is known yet it stands last: the row says so. */
const timeKey = (time: ImpactTime | null) => time?.at_ms ?? Number.MAX_SAFE_INTEGER;

const compare = (a: string, b: string) =>
  a.localeCompare(b, 'en', { numeric: true });

/** Places of all members, each once: the most people inside first. */
export function placesOf(members: Threat[]): Place[] {
  const best = new Map<string, Place>();
  for (const place of members.flatMap((member) => member.places)) {
    const key = `${place.name}, ${place.country}`;
    const known = best.get(key);
    if (!known || (place.inside_90 && !known.inside_90) || place.distance_m < known.distance_m) {
      best.set(key, place);
    }
  }
  return [...best.values()].sort(
    (a, b) => Number(b.inside_90) - Number(a.inside_90) || b.population - a.population,
  );
}
