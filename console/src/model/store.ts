/** What the console knows, as signals; and what follows from it. */
import { computed, signal } from '@preact/signals';
import type { Assessment, HealthEvent, Me, State } from '../api/types';
import { alarms } from './alarms';
import { isOpen, queue, settled, type Group } from './threats';
import { ms } from './time';

/** The state as it is now, moved on by the stream. */
export const live = signal<State | null>(null);
/** The state that the time bar asked for; null while live. */
export const past = signal<State | null>(null);

export interface TimeBar {
  at_ms: number;
  playing: boolean;
  /** Seconds of the log in a second. */
  speed: number;
}

/** Where the time bar stands; null is live. */
export const timeBar = signal<TimeBar | null>(null);

/** What is on the screen. While the past is still loading nothing newer stands in for it. */
export const shown = computed(() => (timeBar.value ? past.value : live.value));

/** Engine time of now, to the second, carried on by this machine's steady clock. */
export const liveNow_ms = signal(0);
/** The time that everything on the screen is about. */
export const now_ms = computed(() =>
  timeBar.value ? (ms(past.value?.engine_time) ?? timeBar.value.at_ms) : liveNow_ms.value,
);

/** Seconds since the service last spoke; null before the first word. */
export const silent_s = signal<number | null>(null);
/** Seconds since each sensor was last heard, as of the last tick. */
export const sensorAge_s = signal<ReadonlyMap<string, number>>(new Map());
/** The newest words about sensors, newest first. */
export const healthLog = signal<HealthEvent[]>([]);

export const me = signal<Me | null>(null);
/** Why the sign-in is asked for; null while it is not. */
export const signInAsked = signal<string | null>(null);
/** What went wrong last, for a person; null for nothing. */
export const trouble = signal<string | null>(null);

export const groups = computed<Group[]>(() => (shown.value ? queue(shown.value) : []));
export const ended = computed(() => (shown.value ? settled(shown.value) : []));

/** Alarms are always those of now, also while somebody looks at the past. */
export const liveAlarms = computed(() =>
  live.value ? alarms(live.value, { silent_s: silent_s.value }) : [],
);

/** The object chosen in queue or map. */
export const selected = signal<string | null>(null);
/** Raids that are folded open in the queue. */
export const opened = signal<ReadonlySet<string>>(new Set());
/** All revisions of the chosen object, oldest first. */
export const history = signal<{ object: string; revisions: Assessment[] } | null>(null);

export const selectedThreat = computed(
  () => shown.value?.threats.find((t) => t.assessment.object === selected.value) ?? null,
);

export const selectedGroup = computed(
  () =>
    groups.value.find((g) => g.key === selected.value) ??
    groups.value.find((g) => g.members.some((m) => m.assessment.object === selected.value)) ??
    null,
);

/** Revisions that had been made at the time on the screen. */
export const revisions = computed(() => {
  const threat = selectedThreat.value;
  if (!threat || history.value?.object !== threat.assessment.object) return [];
  return history.value.revisions.filter((line) => line.revision <= threat.assessment.revision);
});

/** Open threats of now that were not there yet at the time on the screen. */
export const unseen = computed(() => {
  if (!timeBar.value || !live.value) return 0;
  const known = new Set((past.value?.threats ?? []).filter(isOpen).map((t) => t.assessment.object));
  return live.value.threats.filter((t) => isOpen(t) && !known.has(t.assessment.object)).length;
});

export function hasRole(role: string): boolean {
  return me.value?.roles.includes(role) ?? false;
}
