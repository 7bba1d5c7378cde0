/** Keeps the state current: reads it once, then listens, and notices when nobody speaks. */
import { batch } from '@preact/signals';
import { foldAssessment, foldTick, keepNewer } from '../model/fold';
import * as store from '../model/store';
import { ms } from '../model/time';
import { api, ApiError, errorText } from './client';
import type { Assessment, HealthEvent, State, Tick } from './types';

/** The whole state anew at least this often: what the service computes beside the events. */
const REFETCH_MS = 30_000;
/** And after warnings and actions, at most this often. */
const REFETCH_SOON_MS = 2_000;
/** Without a word for so long the connection is made anew. */
const RECONNECT_AFTER_S = 10;
const RETRY_MS = 2_000;
const TICKER_MS = 250;
const HEALTH_KEPT = 100;

let anchor: { engine_ms: number; local_ms: number } | null = null;
let heard_ms: number | null = null;
let source: EventSource | null = null;
let fetched_ms = -Infinity;
let retrying: ReturnType<typeof setTimeout> | null = null;
let soon: ReturnType<typeof setTimeout> | null = null;

export function startFeed(): void {
  void connect();
  setInterval(tickLocally, TICKER_MS);
}

/** Also called after signing in. */
export async function connect(): Promise<void> {
  source?.close();
  source = null;
  if (await refetch(true)) {
    listen(store.live.value?.seq ?? 0);
  } else if (store.signInAsked.value === null) {
    retry();
  }
}

/** Once more in a while; however many ask for it, once. */
function retry(): void {
  if (retrying) return;
  retrying = setTimeout(() => {
    retrying = null;
    void connect();
  }, RETRY_MS);
}

/** `anew`: nothing was heard meanwhile, so whatever the answer is holds, also from a log begun anew. */
async function refetch(anew = false): Promise<boolean> {
  fetched_ms = performance.now();
  try {
    take(await api.state(), anew);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      store.signInAsked.value ??= 'Sign in to see the state.';
    } else {
      store.trouble.value = errorText(error);
    }
    return false;
  }
}

function take(state: State, anew: boolean): void {
  batch(() => {
    applyGathered();
    const newest = store.live.peek();
    // An answer that was overtaken by the stream must not set anything back.
    store.live.value = newest && !anew ? keepNewer(state, newest) : state;
    anchorAt(store.live.value.engine_time);
    // From the first answer on the stream must speak; later answers do not stand in for it.
    heard_ms ??= performance.now();
    tickLocally();
    store.trouble.value = null;
  });
}

function listen(after: number): void {
  const stream = new EventSource(api.streamUrl(after));
  source = stream;
  on<Assessment>(stream, 'assessment', gather);
  on<HealthEvent>(stream, 'health', (event) => {
    store.healthLog.value = [event, ...store.healthLog.value].slice(0, HEALTH_KEPT);
  });
  on<Tick>(stream, 'tick', (tick) => {
    applyGathered();
    if (store.live.value) store.live.value = foldTick(store.live.value, tick);
    store.sensorAge_s.value = new Map(
      tick.sensors.flatMap((s) => (s.age_s === null ? [] : [[s.id, s.age_s] as const])),
    );
    heard(tick.engine_time);
  });
  for (const name of ['warning', 'action']) on(stream, name, refetchSoon);
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED && source === stream) retry();
  };
}

function on<T>(stream: EventSource, name: string, then: (data: T) => void): void {
  stream.addEventListener(name, (event) => {
    let data: T;
    try {
      data = JSON.parse((event as MessageEvent<string>).data) as T;
    } catch {
      store.trouble.value = `the service sent a broken ${name}; the picture may be incomplete`;
      return;
    }
    batch(() => then(data));
  });
}

/** A raid says hundreds of things at once: they are drawn together, at most this much later. */
const GATHER_MS = 100;

let gathered: Assessment[] = [];
let applying: ReturnType<typeof setTimeout> | null = null;

function gather(event: Assessment): void {
  gathered.push(event);
  applying ??= setTimeout(() => batch(applyGathered), GATHER_MS);
}

function applyGathered(): void {
  if (applying) clearTimeout(applying);
  applying = null;
  const events = gathered;
  gathered = [];
  if (store.live.value) store.live.value = events.reduce(foldAssessment, store.live.value);
  for (const event of events) remember(event);
}

/** The chosen object's history grows with what is heard. */
function remember(event: Assessment): void {
  const known = store.history.value;
  if (!known || known.object !== event.object) return;
  if (known.revisions.some((line) => line.revision >= event.revision)) return;
  store.history.value = { object: known.object, revisions: [...known.revisions, event] };
}

function refetchSoon(): void {
  if (soon) return;
  const wait_ms = Math.max(0, fetched_ms + REFETCH_SOON_MS - performance.now());
  soon = setTimeout(() => {
    soon = null;
    void refetch();
  }, wait_ms);
}

/** After something that this person did, without waiting for the stream. */
export const refreshNow = (): Promise<boolean> => refetch();

function heard(engine_time: string): void {
  heard_ms = performance.now();
  anchorAt(engine_time);
  tickLocally();
}

function anchorAt(engine_time: string): void {
  const engine_ms = ms(engine_time);
  if (engine_ms !== null) anchor = { engine_ms, local_ms: performance.now() };
}

/** Time goes on when the feed does not: an impact does not wait for it. */
function tickLocally(): void {
  const local_ms = performance.now();
  batch(() => {
    if (anchor) {
      const now_ms = anchor.engine_ms + local_ms - anchor.local_ms;
      store.liveNow_ms.value = Math.floor(now_ms / 1000) * 1000;
    }
    const silent_s = heard_ms === null ? null : Math.floor((local_ms - heard_ms) / 1000);
    store.silent_s.value = silent_s;
    if (silent_s !== null && silent_s >= RECONNECT_AFTER_S && silent_s % RECONNECT_AFTER_S === 0) {
      reconnect(local_ms);
    }
  });
  if (source && local_ms - fetched_ms > REFETCH_MS) void refetch();
}

let reconnected_ms = -Infinity;

function reconnect(local_ms: number): void {
  if (local_ms - reconnected_ms < (RECONNECT_AFTER_S * 1000) / 2) return;
  reconnected_ms = local_ms;
  void connect();
}
