/** What changed between two revisions, in the order in which it matters. */
import type { Assessment } from '../api/types';
import { distance } from '../map/geometry';
import { impactTime, threatProbability } from './threats';
import { durationText } from './time';
import { className, EVIDENCE_WORD, km, percent, reasonText, VERDICT_WORD } from './words';

/** Below this the clock on the card does not visibly move. */
const TIME_MOVED_S = 1;
const PROBABILITY_MOVED = 0.005;
const PLACE_MOVED_M = 500;

export function changes(before: Assessment, after: Assessment): string[] {
  return [
    ...verdict(before, after),
    ...evidence(before, after),
    ...probability(before, after),
    ...impact(before, after),
    ...phase(before, after),
  ];
}

function verdict(before: Assessment, after: Assessment): string[] {
  const said: string[] = [];
  if (before.verdict !== after.verdict) {
    const why = reasonText(after.reason);
    said.push(`${VERDICT_WORD[before.verdict]} → ${VERDICT_WORD[after.verdict]}: ${why}`);
  }
  if (before.classification !== after.classification) {
    said.push(`class: ${className(before.classification)} → ${className(after.classification)}`);
  }
  return said;
}

function evidence(before: Assessment, after: Assessment): string[] {
  const known = new Map(before.evidence.map((line) => [line.sensor, line.state]));
  return after.evidence.flatMap((line) => {
    const was = known.get(line.sensor);
    if (was === line.state) return [];
    const from = was ? `${EVIDENCE_WORD[was]} → ` : '';
    return [`${line.sensor}: ${from}${EVIDENCE_WORD[line.state]}`];
  });
}

function probability(before: Assessment, after: Assessment): string[] {
  const [was, is] = [threatProbability(before), threatProbability(after)];
  if (Math.abs(was - is) < PROBABILITY_MOVED || percent(was) === percent(is)) return [];
  return [`probability ${percent(was)} → ${percent(is)}`];
}

function impact(before: Assessment, after: Assessment): string[] {
  const said: string[] = [];
  if (before.impact && after.impact) {
    const moved_m = distance(
      [before.impact.longitude_deg, before.impact.latitude_deg],
      [after.impact.longitude_deg, after.impact.latitude_deg],
    );
    if (moved_m >= PLACE_MOVED_M) said.push(`impact moved ${km(moved_m)} km`);
    const [was, is] = [before.impact.ellipse_90, after.impact.ellipse_90];
    const ratio = (is.semi_major_m * is.semi_minor_m) / (was.semi_major_m * was.semi_minor_m);
    if (ratio < 0.8) said.push(`impact ellipse shrank to ${percent(ratio)}`);
    if (ratio > 1.25) said.push(`impact ellipse grew ${ratio.toFixed(1)} times`);
  }
  if (!before.impact && after.impact) said.push('impact: a point with its ellipse is known now');
  if (before.impact && !after.impact) said.push('impact: no honest point any more');
  return [...said, ...time(before, after)];
}

function time(before: Assessment, after: Assessment): string[] {
  const [was, is] = [impactTime(before), impactTime(after)];
  if (!was || !is) return [];
  const later_s = (is.at_ms - was.at_ms) / 1000;
  if (Math.abs(later_s) < TIME_MOVED_S) return [];
  return [`impact ${durationText(later_s)} ${later_s < 0 ? 'EARLIER' : 'later'}`];
}

function phase(before: Assessment, after: Assessment): string[] {
  return before.phase === after.phase ? [] : [`${before.phase} → ${after.phase}`];
}
