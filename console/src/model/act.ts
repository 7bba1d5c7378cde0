/** What a person does: choosing, answering alarms, and the way to a release. */
import { computed, effect, signal } from '@preact/signals';
import { api, errorText } from '../api/client';
import { connect, refreshNow } from '../api/feed';
import type { Prepared, ReleaseAction, Warning } from '../api/types';
import type { Alarm } from './alarms';
import { answer, unanswered } from './attention';
import * as store from './store';
import { ms } from './time';
import { forbiddenWords } from './words';

/** A dialogue on top of everything; one at a time. */
export type Dialogue =
  | { kind: 'help' }
  | { kind: 'sign_in'; why: string }
  | { kind: 'shelve'; alarm: Alarm }
  | { kind: 'release'; warning: string; action: ReleaseAction };

export const dialogue = signal<Dialogue | null>(null);
/** What the service prepared for the dialogue; null while it is asked. */
export const prepared = signal<Prepared | null>(null);
/** Why the dialogue's last try failed. */
export const refused = signal<string | null>(null);
/** What was last done, said politely to screen readers and shown for a while. */
export const done = signal<string | null>(null);

/** Rows that the arrow keys walk: groups, members of open raids, then the other warnings. */
export const rows = computed<string[]>(() => [
  ...store.groups.value.flatMap((group) =>
    group.members.length > 1 && store.opened.value.has(group.key)
      ? [group.key, ...group.members.map((m) => m.assessment.object)]
      : [group.key],
  ),
  ...otherWarnings.value.map((w) => w.warning),
]);

/** Warnings that no line of the queue stands for; the newest first. */
export const otherWarnings = computed<Warning[]>(() => {
  const inQueue = new Set(store.groups.value.map((g) => g.warning?.warning));
  const all = store.shown.value?.warnings ?? [];
  return all
    .filter((w) => !inQueue.has(w.warning))
    .sort((a, b) => (ms(b.event.time) ?? 0) - (ms(a.event.time) ?? 0));
});

/** The warning that release, update, cancel and retract would be about. */
export const selectedWarning = computed<Warning | null>(() => {
  const key = store.selected.value;
  const all = store.shown.value?.warnings ?? [];
  return (
    all.find((w) => w.warning === key) ??
    store.selectedGroup.value?.warning ??
    all.findLast((w) => key !== null && w.event.objects.includes(key)) ??
    null
  );
});

export function move(by: number): void {
  const list = rows.value;
  if (list.length === 0) return;
  const at = list.indexOf(store.selected.value ?? '');
  const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
  select(list[Math.max(0, Math.min(list.length - 1, next))]!);
}

export function select(key: string | null): void {
  store.selected.value = key;
}

export function toggleOpened(key: string): void {
  const next = new Set(store.opened.value);
  if (!next.delete(key)) next.add(key);
  store.opened.value = next;
}

/** How long the last word about what was done stays [ms]. */
const SAID_FOR_MS = 15_000;

/** Takes back what was said when it is no longer news. */
export function startForgetting(): void {
  effect(() => {
    const said = done.value;
    if (!said) return;
    setTimeout(() => {
      if (done.peek() === said) done.value = null;
    }, SAID_FOR_MS);
  });
}

/** Reads the history of whatever is chosen. */
export function startHistory(): void {
  effect(() => {
    const object = store.selectedThreat.value?.assessment.object ?? null;
    if (!object || store.history.peek()?.object === object) return;
    store.history.value = { object, revisions: [] };
    api.history(object).then(
      (revisions) => {
        if (store.history.peek()?.object === object) store.history.value = { object, revisions };
      },
      (error: unknown) => (store.trouble.value = errorText(error)),
    );
  });
}

/** Chooses the first threat when nothing is chosen: nobody should have to look for it. */
export function startSelection(): void {
  effect(() => {
    const first = store.groups.value[0];
    if (first && store.selected.peek() === null) store.selected.value = first.key;
  });
}

/** Acknowledges: this alarm, or the loudest that nobody has answered. */
export async function acknowledge(alarm: Alarm | undefined = unanswered.value[0]): Promise<void> {
  if (!alarm) return;
  answer(alarm);
  const object = alarm.subject?.startsWith('object:') ? alarm.subject.slice(7) : null;
  if (object && !alarm.acknowledged_by) {
    await attempt(() => api.acknowledge(object), `${alarm.key} acknowledged`);
  } else {
    done.value = `${alarm.text}: acknowledged at this console`;
  }
}

export function askShelve(alarm: Alarm | undefined = firstShelvable()): void {
  if (!alarm) {
    done.value = 'Nothing here may be shelved: confirmed threats never are.';
    return;
  }
  open({ kind: 'shelve', alarm });
}

export const shelvable = (alarm: Alarm) => alarm.kind !== 'alert' && alarm.subject !== null;

const firstShelvable = () => store.liveAlarms.value.find((a) => shelvable(a) && !a.shelved);

export async function shelve(alarm: Alarm, minutes: number, reason: string): Promise<void> {
  if (!alarm.subject) return;
  const subject = alarm.subject;
  const said = `${alarm.key} shelved for ${minutes} minutes`;
  if (await attempt(() => api.shelve(subject, minutes, reason), said)) close();
}

/** Opens the dialogue with what would be sent. Only live: nobody releases the past. */
export function askRelease(action: ReleaseAction, warning: Warning | null = selectedWarning.value): void {
  if (!warning) {
    done.value = 'No warning is chosen.';
    return;
  }
  const why = whyNot(action, warning);
  if (why) {
    done.value = why;
    return;
  }
  if (!store.me.value) {
    open({ kind: 'sign_in', why: `Sign in to ${action} ${warning.warning}.` });
    return;
  }
  open({ kind: 'release', warning: warning.warning, action });
  void prepare(warning.warning, action);
}

/** Why an action is not possible now; null if it is. */
export function whyNot(action: ReleaseAction, { state, warning }: Warning): string | null {
  if (store.timeBar.value) return 'This is the past. Return to live (L) first.';
  if (state === 'cancelled' || state === 'retracted') return `${warning} is ${state} already.`;
  const draft = state === 'draft' || state === 'awaiting_second_person';
  if (action === 'release') return draft ? null : `${warning} is out already: update, cancel or retract it.`;
  return draft ? `${warning} was not released: there is nothing to ${action}.` : null;
}

export async function prepare(warning: string, action: ReleaseAction): Promise<void> {
  prepared.value = null;
  refused.value = null;
  try {
    const answer = await api.prepare(warning, action);
    const current = dialogue.value;
    if (current?.kind === 'release' && current.warning === warning && current.action === action) {
      prepared.value = answer;
    }
  } catch (error) {
    refused.value = errorText(error);
  }
}

const SAID: Record<string, string> = {
  awaiting_second_person: 'Approved by you. A second person must release it.',
  issued: 'Released.',
  updated: 'Update released.',
  cancelled: 'Cancelled.',
  retracted: 'Retracted.',
};

export async function confirm(code: string): Promise<void> {
  const [asked, what] = [dialogue.value, prepared.value];
  if (asked?.kind !== 'release' || !what || forbiddenWords(what.bytes, what.mode)) return;
  try {
    const { state } = await api.confirm(asked.warning, asked.action, what.sha256, code);
    done.value = `${asked.warning}: ${SAID[state.replaceAll(' ', '_')] ?? state}`;
    close();
    void refreshNow();
  } catch (error) {
    refused.value = errorText(error);
  }
}

export async function signIn(name: string, secret: string): Promise<void> {
  try {
    await api.signIn(name, secret);
    store.me.value = await api.me();
    store.signInAsked.value = null;
    done.value = `Signed in as ${name}.`;
    close();
    // Somebody else may see more, or less.
    void connect();
  } catch (error) {
    refused.value = errorText(error);
  }
}

export async function signOut(): Promise<void> {
  if (await attempt(() => api.signOut(), 'Signed out.')) store.me.value = null;
}

export function open(next: Dialogue): void {
  refused.value = null;
  prepared.value = null;
  dialogue.value = next;
}

export function close(): void {
  dialogue.value = null;
  prepared.value = null;
  refused.value = null;
}

/** Does it, says it, reads the state anew; says what failed instead. */
async function attempt(what: () => Promise<unknown>, said: string): Promise<boolean> {
  try {
    await what();
    done.value = said;
    void refreshNow();
    return true;
  } catch (error) {
    if (dialogue.value) refused.value = errorText(error);
    else store.trouble.value = errorText(error);
    return false;
  }
}
