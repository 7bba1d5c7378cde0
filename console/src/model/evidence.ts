/** Evidence by failure domain: what one fault could fool counts once, however many sensors it is. */
import type { Evidence, EvidenceState } from '../api/types';
import { plural } from './words';

export interface Domain {
  /** `ground-station-a + link-7`. */
  name: string;
  /** The strongest thing that its sensors say together. */
  state: EvidenceState;
  sensors: Evidence[];
}

/** Sensors that share a domain, or do so through a third, are one. */
export function byDomain(evidence: Evidence[]): Domain[] {
  const groups: { domains: Set<string>; sensors: Evidence[] }[] = [];
  for (const line of evidence) {
    const names = line.failure_domains.length > 0 ? line.failure_domains : [line.sensor];
    const touching = groups.filter((group) => names.some((name) => group.domains.has(name)));
    const joined = {
      domains: new Set([...touching.flatMap((group) => [...group.domains]), ...names]),
      sensors: [...touching.flatMap((group) => group.sensors), line],
    };
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push(joined);
  }
  return groups
    .map((group) => ({
      name: [...group.domains].sort().join(' + '),
      state: together(group.sensors),
      sensors: group.sensors,
    }))
    .sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state) || (a.name < b.name ? -1 : 1));
}

/** What must be looked at first stands first. */
const RANK: EvidenceState[] = ['disagrees', 'agrees', 'silent', 'could_not_see'];

function together(sensors: Evidence[]): EvidenceState {
  return RANK.find((state) => sensors.some((line) => line.state === state)) ?? 'could_not_see';
}

export function countOf(domains: Domain[], state: EvidenceState): number {
  return domains.filter((domain) => domain.state === state).length;
}

/** Failure domains, not sensors: two that share one could both be fooled by one fault. */
export function agreement(evidence: Evidence[]): string {
  const domains = byDomain(evidence);
  const against = countOf(domains, 'disagrees');
  const agree = countOf(domains, 'agrees');
  const words = `${plural(agree, 'independent domain')} ${agree === 1 ? 'agrees' : 'agree'}`;
  return against > 0 ? `${words}, ${against} DISAGREE` : words;
}
