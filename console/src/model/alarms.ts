/** What calls for a person: which alarm, how loud, and what to do about it. */
import type { LogHealth, Shelved, State } from '../api/types';
import { type Group, queue } from './threats';
import { ms } from './time';
import { plural } from './words';

/** Different kinds, different sounds: a pre-alert is not an alert, and an end is neither. */
export type AlarmKind = 'alert' | 'pre_alert' | 'ended' | 'silence';

export interface Alarm {
  /** The same through the life of the alarm. */
  key: string;
  kind: AlarmKind;
  /** What is wrong. */
  text: string;
  /** What to do: an alarm without one is noise. */
  action: string;
  /** What acknowledging or shelving it names to the service. */
  subject: string | null;
  acknowledged_by: string | null;
  shelved: Shelved | null;
  /** How many it stands for: a raid that doubles sounds again. */
  count: number;
}

/** What the console itself hears or does not hear. */
export interface Feed {
  /** Seconds since the service last said anything; null while connecting. */
  silent_s: number | null;
}

/** The service speaks once a second. */
export const FEED_SILENT_AFTER_S = 5;

const ORDER: AlarmKind[] = ['alert', 'silence', 'pre_alert', 'ended'];

export function alarms(state: State, feed: Feed): Alarm[] {
  const now_ms = ms(state.engine_time) ?? 0;
  const shelved = new Map(
    (state.shelved ?? [])
      .filter((line) => (ms(line.until) ?? 0) > now_ms)
      .map((line) => [line.subject, line]),
  );
  return [
    ...queue(state).map((group) => threatAlarm(group, shelved)),
    ...endings(state),
    ...silences(state, feed, shelved),
  ].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function threatAlarm(group: Group, shelved: Map<string, Shelved>): Alarm {
  const top = group.confirmed > 0;
  const subject = `object:${group.members[0]!.assessment.object}`;
  const what =
    group.members.length > 1
      ? `Raid ${group.key}: ${plural(group.members.length, 'threat')}, ${group.confirmed} confirmed`
      : `${group.key} ${top ? 'confirmed' : 'suspected'}`;
  return {
    key: group.key,
    kind: top ? 'alert' : 'pre_alert',
    text: what,
    action: top ? topAction(group) : 'Look at its evidence. Wait for a second failure domain.',
    subject,
    acknowledged_by: group.acknowledged_by,
    // The top class is never shelved, whatever anybody asked for before it got there.
    shelved: top ? null : (shelved.get(subject) ?? null),
    count: group.members.length,
  };
}

function topAction({ warning }: Group): string {
  if (!warning) return 'Look at its card. A draft will follow.';
  if (warning.state === 'issued') return 'Warning is out. Watch for updates.';
  return warning.approvals.length > 0
    ? 'A second releaser must look at it and release (R).'
    : 'Look at its card, then release the draft (R).';
}

/** How long an end stays an alarm [ms]. */
const ENDED_FOR_MS = 5 * 60_000;

function endings(state: State): Alarm[] {
  const now_ms = ms(state.engine_time) ?? 0;
  return state.warnings
    .filter(({ event }) => event.action === 'cancel' || event.action === 'retract')
    .filter(({ event }) => now_ms - (ms(event.time) ?? 0) < ENDED_FOR_MS)
    .map((warning) => {
      const retract = warning.event.action === 'retract';
      const out = warning.state === 'cancelled' || warning.state === 'retracted';
      return {
        key: `${warning.warning} ${warning.event.action}`,
        kind: 'ended' as const,
        text: retract
          ? `${warning.warning} RETRACTED: the warning was wrong`
          : `${warning.warning} cancelled: the danger is over`,
        action: out ? 'Check that every channel has it.' : `Send it: ${retract ? 'retract (X)' : 'cancel (C)'}.`,
        subject: null,
        acknowledged_by: null,
        shelved: null,
        count: 1,
      };
    });
}

function silences(state: State, feed: Feed, shelved: Map<string, Shelved>): Alarm[] {
  const alarm = (key: string, text: string, action: string, subject: string | null): Alarm => ({
    key,
    kind: 'silence',
    text,
    action,
    subject,
    acknowledged_by: null,
    shelved: subject ? (shelved.get(subject) ?? null) : null,
    count: 1,
  });
  const found: Alarm[] = [];
  if (feed.silent_s !== null && feed.silent_s >= FEED_SILENT_AFTER_S) {
    const text = 'No word from the service: everything on this page is old';
    found.push(alarm('feed', text, 'Go to the second console. Call the system operator.', null));
  }
  for (const sensor of state.sensors) {
    if (sensor.status !== 'silent' && sensor.status !== 'down') continue;
    const text = `${sensor.id} is ${sensor.status}: it could not warn`;
    found.push(alarm(`sensor ${sensor.id}`, text, 'Call its station.', `sensor:${sensor.id}`));
  }
  if (state.clock.status !== 'ok') {
    const text = state.clock.status === 'late' ? 'Reports come late' : 'The clock was stepped';
    found.push(alarm('clock', text, 'Countdowns may be off. Check the time source.', null));
  }
  const { self_check } = state;
  if (self_check && self_check.status !== 'ok') {
    const text = `The way out is ${self_check.status}: our own listener did not see its System-status message`;
    found.push(alarm('way out', text, 'Warnings may not get through. Call the channels by telephone.', null));
  }
  const disk = diskAlarm(state.log);
  if (disk) found.push(alarm('log', disk, 'Free space on the log disk.', null));
  return found;
}

function diskAlarm(log: LogHealth): string | null {
  return log.alarm ? `The log: ${log.alarm}` : null;
}
