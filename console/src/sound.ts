/** Sounds, made here so that they need no file: a different one for each kind of alarm. */
import { signal } from '@preact/signals';
import type { AlarmKind } from './model/alarms';

interface Note {
  frequency_hz: number;
  /** From the start of the pattern [s]. */
  at_s: number;
  length_s: number;
}

export interface Pattern {
  notes: Note[];
  /** Again after so long; null for once. */
  repeat_s: number | null;
  /** How it sounds, in words: also shown. */
  words: string;
}

const note = (frequency_hz: number, at_s: number, length_s: number): Note => ({
  frequency_hz,
  at_s,
  length_s,
});

export const PATTERNS: Record<AlarmKind, Pattern> = {
  alert: {
    notes: [0, 0.5, 1].flatMap((at) => [note(960, at, 0.22), note(640, at + 0.25, 0.22)]),
    repeat_s: 2,
    words: 'fast high-low',
  },
  pre_alert: {
    notes: [note(520, 0, 0.18), note(660, 0.22, 0.26)],
    repeat_s: 5,
    words: 'two notes rising',
  },
  ended: {
    notes: [note(784, 0, 0.3), note(587, 0.35, 0.3), note(392, 0.7, 0.6)],
    repeat_s: null,
    words: 'three notes falling, once',
  },
  silence: {
    notes: [note(180, 0, 0.12), note(180, 0.2, 0.12)],
    repeat_s: 4,
    words: 'two low knocks',
  },
};

const VOLUME = 0.2;

/** False until the browser allows sound: it waits for a key or a click. */
export const audible = signal(false);
export const muted = signal(false);
/** What is sounding, or would be if it were audible. */
export const sounding = signal<AlarmKind | null>(null);

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | null = null;
let reason: string | null = null;

/** Called on the first key or click. */
export async function allowSound(): Promise<void> {
  if (audible.value) return;
  try {
    context ??= new AudioContext();
    await context.resume();
    audible.value = context.state === 'running';
  } catch {
    audible.value = false;
  }
}

/** Sounds this kind from now on, for this alarm; null is quiet. */
export function sound(kind: AlarmKind | null, key: string | null): void {
  if (kind === sounding.value && key === reason) return;
  reason = key;
  if (timer) clearInterval(timer);
  timer = null;
  sounding.value = kind;
  if (!kind) return;
  const pattern = PATTERNS[kind];
  play(pattern);
  if (pattern.repeat_s) timer = setInterval(() => play(pattern), pattern.repeat_s * 1000);
}

function play({ notes }: Pattern): void {
  if (!context || context.state !== 'running' || muted.value) return;
  for (const { frequency_hz, at_s, length_s } of notes) {
    const start = context.currentTime + at_s;
    const tone = new OscillatorNode(context, { frequency: frequency_hz, type: 'triangle' });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
    gain.gain.setValueAtTime(VOLUME, start + length_s - 0.03);
    gain.gain.linearRampToValueAtTime(0, start + length_s);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length_s);
  }
}
