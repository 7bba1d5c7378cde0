/** Which alarm sounds now: the loudest that nobody has answered. */
import { computed, effect, signal } from '@preact/signals';
import { sound } from '../sound';
import type { Alarm } from './alarms';
import { liveAlarms } from './store';

interface Answer {
  kind: Alarm['kind'];
  /** How many it stood for when it was answered. */
  count: number;
}

/** What was answered at this console. */
export const answered = signal<ReadonlyMap<string, Answer>>(new Map());

/** A raid that has doubled since it was answered is news. */
const GROWN = 2;
const RANK: Alarm['kind'][] = ['ended', 'pre_alert', 'silence', 'alert'];

export function isAnswered(alarm: Alarm, answers: ReadonlyMap<string, Answer>): boolean {
  if (alarm.shelved) return true;
  const answer = answers.get(alarm.key);
  if (!answer) return false;
  const louder = RANK.indexOf(alarm.kind) > RANK.indexOf(answer.kind);
  return !louder && alarm.count < answer.count * GROWN;
}

export const unanswered = computed(() =>
  liveAlarms.value.filter((alarm) => !isAnswered(alarm, answered.value)),
);

export function answer(alarm: Alarm): void {
  answered.value = new Map(answered.value).set(alarm.key, { kind: alarm.kind, count: alarm.count });
}

/** Starts the sounds, and takes over what others have acknowledged already. */
export function startAttention(): void {
  effect(() => {
    const answers = answered.peek();
    const elsewhere = liveAlarms.value.filter((a) => a.acknowledged_by && !answers.has(a.key));
    if (elsewhere.length > 0) {
      const taken = elsewhere.map((a) => [a.key, { kind: a.kind, count: a.count }] as const);
      answered.value = new Map([...answers, ...taken]);
    }
  });
  effect(() => {
    // An alarm that is over may come back, and is news then.
    const present = new Set(liveAlarms.value.map((a) => a.key));
    const gone = [...answered.peek().keys()].filter((key) => !present.has(key));
    if (gone.length === 0) return;
    answered.value = new Map([...answered.peek()].filter(([key]) => present.has(key)));
  });
  effect(() => {
    const loudest = unanswered.value[0];
    sound(loudest?.kind ?? null, loudest?.key ?? null);
  });
}
