import { expect, test } from '@playwright/test';
import type { Assessment, Evidence, State } from '../../src/api/types';
import { alarms } from '../../src/model/alarms';
import { isAnswered } from '../../src/model/attention';
import { changes } from '../../src/model/changes';
import { byDomain, countOf } from '../../src/model/evidence';
import { foldAssessment } from '../../src/model/fold';
import { queue, settled } from '../../src/model/threats';
import { forbiddenWords, percent } from '../../src/model/words';
import { PATTERNS } from '../../src/sound';
import { events, raidOf } from '../mock/events';
import { World } from '../mock/world';

const line = (sensor: string, failure_domains: string[], state: Evidence['state'] = 'agrees'): Evidence => ({
  sensor,
  failure_domains,
  state,
  log_likelihood_ratio: 1,
});

test('domains are counted, not sensors, and join through a third', () => {
  const one = byDomain([line('a', ['station']), line('b', ['station']), line('c', ['station'])]);
  expect(countOf(one, 'agrees')).toBe(1);
  const through = byDomain([line('a', ['x']), line('b', ['y']), line('c', ['x', 'y'])]);
  expect(through.map((domain) => domain.name)).toEqual(['x + y']);
  const two = byDomain([line('a', ['x']), line('b', ['y'], 'could_not_see'), line('c', ['z'], 'disagrees')]);
  expect(two.map((domain) => domain.state)).toEqual(['disagrees', 'agrees', 'could_not_see']);
});

const raid = (): State => new World({ events: raidOf(300), at: '2026-03-01T12:12:31Z' }).state();

test('a raid of 300 is one line of the queue and one alarm', () => {
  const state = raid();
  expect(state.threats).toHaveLength(300);
  const groups = queue(state);
  expect(groups).toHaveLength(1);
  expect(groups[0]!.members).toHaveLength(300);
  const times = groups[0]!.members.map((m) => Date.parse(m.assessment.impact?.time ?? m.assessment.impact_region_time!.time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(alarms(state, { silent_s: 0 }).map((alarm) => alarm.kind)).toEqual(['alert']);
});

test('the least time left stands first, whatever came first', () => {
  const state = raid();
  const groups = queue({ ...state, warnings: [] });
  const times = groups.map((group) => group.first!.at_ms);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(groups[0]!.key).not.toBe(state.threats[0]!.assessment.object);
});

test('a raid that doubles, or rises, sounds again', () => {
  const alarm = alarms(raid(), { silent_s: 0 })[0]!;
  const answered = (kind: typeof alarm.kind, count: number) =>
    isAnswered(alarm, new Map([[alarm.key, { kind, count }]]));
  expect(answered('alert', 300)).toBe(true);
  expect(answered('alert', 151)).toBe(true);
  expect(answered('alert', 150)).toBe(false);
  expect(answered('pre_alert', 300)).toBe(false);
  expect(isAnswered(alarm, new Map())).toBe(false);
});

test('every alarm says what to do', () => {
  const world = new World({ events: events('demo'), at: '2026-03-01T12:33:00Z' });
  world.sensors[0]!.status = 'silent';
  world.clock = { status: 'stepped', engine_lag_s: 86_400 };
  world.log.alarm = 'disk full';
  const found = alarms(world.state(), { silent_s: 9 });
  expect(found.map((alarm) => alarm.key)).toEqual(['feed', 'sensor geo-west', 'clock', 'log', 'w-1 cancel']);
  for (const alarm of found) expect(alarm.action.length).toBeGreaterThan(10);
});

test('each kind of alarm has its own sound', () => {
  const sounds = Object.values(PATTERNS).map(({ notes, repeat_s }) => JSON.stringify([notes, repeat_s]));
  expect(new Set(sounds).size).toBe(4);
});

test('what was dismissed leaves the queue and is kept to look at', () => {
  const world = new World({ events: events('retraction'), at: '2026-03-01T12:18:10Z' });
  expect(queue(world.state())).toEqual([]);
  expect(settled(world.state()).map((threat) => threat.assessment.reason)).toEqual(['piece_of_another']);
});

test('an older revision never replaces a newer one', () => {
  const world = new World({ events: events('demo'), at: '2026-03-01T12:24:00Z' });
  const state = world.state();
  const old = world.history('o-1')[3]!;
  expect(foldAssessment(state, old)).toBe(state);
});

test('what changed is said in the order in which it matters', () => {
  const world = new World({ events: events('demo'), at: '2026-03-01T12:40:00Z' });
  const flight = world.history('o-1');
  const at = (verdict: Assessment['verdict']) => flight.findIndex((e) => e.verdict === verdict);
  const confirmed = changes(flight[at('confirmed') - 1]!, flight[at('confirmed')]!);
  expect(confirmed[0]).toBe('SUSPECTED → CONFIRMED: two independent domains agree');
  const radar = flight.findIndex((e) => e.impact);
  const seen = changes(flight[radar - 1]!, flight[radar]!);
  expect(seen).toContain('picket: SILENT → agrees');
  expect(seen).toContain('impact: a point with its ellipse is known now');
});

test('nothing is certain, and nothing impossible', () => {
  const said = [0, 0.004, 0.5, 0.97, 0.995, 0.9995, 1].map((p) => percent(p).replaceAll('\u00a0', ' '));
  expect(said).toEqual(['< 1 %', '< 1 %', '50 %', '97 %', '99.5 %', '> 99.9 %', '> 99.9 %']);
});

test('no exercise says that it is none', () => {
  expect(forbiddenWords('THIS IS  NOT A\nDRILL', 'exercise')).not.toBeNull();
  expect(forbiddenWords('This is not an exercise.', 'test')).not.toBeNull();
  expect(forbiddenWords('EXERCISE. Go indoors at once.', 'exercise')).toBeNull();
  expect(forbiddenWords('THIS IS NOT A DRILL', 'live')).toBeNull();
});
