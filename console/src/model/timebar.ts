/** The time bar: which moment of the log is on the screen. */
import { api, errorText } from '../api/client';
import { liveNow_ms, live, past, timeBar, trouble } from './store';
import { ms } from './time';

export const SPEEDS = [1, 10, 60];
const STEP_MS = 1000;

let asked = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** Shows the log as it stood then, paused unless it was playing. */
export async function seek(at_ms: number): Promise<void> {
  const { range } = live.value ?? {};
  if (!range) return;
  const from_ms = ms(range.from) ?? at_ms;
  if (at_ms >= liveNow_ms.value) return returnToLive();
  const bar = timeBar.value ?? { at_ms, playing: false, speed: 1 };
  timeBar.value = { ...bar, at_ms: Math.max(from_ms, at_ms) };
  await load();
}

/** Only the last question counts; answers to earlier ones are dropped. */
async function load(): Promise<void> {
  const bar = timeBar.value;
  if (!bar) return;
  const mine = ++asked;
  try {
    const state = await api.state(new Date(bar.at_ms).toISOString());
    if (mine === asked && timeBar.value) past.value = state;
  } catch (error) {
    if (mine === asked) trouble.value = errorText(error);
  }
}

export function returnToLive(): void {
  asked++;
  timeBar.value = null;
  past.value = null;
  setPlaying(false);
}

/** Live: stops the picture here. Stopped: lets the log play on from here. */
export function pauseOrPlay(): void {
  const bar = timeBar.value;
  if (!bar) {
    void seek(liveNow_ms.value - 1);
    return;
  }
  setPlaying(!bar.playing);
}

export function setSpeed(speed: number): void {
  if (timeBar.value) timeBar.value = { ...timeBar.value, speed };
}

/** Forward or back by seconds. */
export function step(seconds: number): void {
  const from_ms = timeBar.value?.at_ms ?? liveNow_ms.value;
  void seek(from_ms + seconds * 1000);
}

function setPlaying(playing: boolean): void {
  if (timer) clearInterval(timer);
  timer = null;
  if (!timeBar.value) return;
  timeBar.value = { ...timeBar.value, playing };
  if (playing) timer = setInterval(play, STEP_MS);
}

function play(): void {
  const bar = timeBar.value;
  if (bar) void seek(bar.at_ms + bar.speed * STEP_MS);
}
