/** Times as people read them: UTC, 24 hours, whole seconds. Milliseconds since 1970 inside. */

/** Milliseconds since 1970 of an RFC 3339 time; null for none. */
export function ms(time: string | null | undefined): number | null {
  if (!time) return null;
  const value = Date.parse(time);
  return Number.isFinite(value) ? value : null;
}

const two = (value: number) => String(value).padStart(2, '0');

/** `12:05:09Z`. */
export function clockText(at_ms: number): string {
  return `${new Date(at_ms).toISOString().slice(11, 19)}Z`;
}

/** `2026-03-01 12:05:09Z`. */
export function dateText(at_ms: number): string {
  return new Date(at_ms).toISOString().slice(0, 19).replace('T', ' ') + 'Z';
}

/** `9:05`, or `1:02:03` from an hour on. Rounded down: never more time than there is. */
export function durationText(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Sigma to the half-width of the interval that holds 95 %. */
const SIGMA_95 = 1.96;

/** What a countdown shows. */
export interface Countdown {
  /** `12:34`, or `0:12 ago`. */
  text: string;
  /** `± 0:05`: half of the 95 % interval, rounded up, at least one second. */
  plus_minus: string;
  /** Seconds left to the median; negative once it has passed. */
  left_s: number;
  past: boolean;
}

export function countdown(impact_ms: number, sigma_s: number, now_ms: number): Countdown {
  const left_s = (impact_ms - now_ms) / 1000;
  const past = left_s < 0;
  const half_s = Math.max(1, Math.ceil(sigma_s * SIGMA_95));
  return {
    text: past ? `${durationText(left_s)} ago` : durationText(left_s),
    plus_minus: `± ${durationText(half_s)}`,
    left_s,
    past,
  };
}

/** `8 s`, `3 min`, `2 h`: an age in a few characters. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h`;
}

/** How old a computation is, in words that also grey it. */
export type Freshness = 'fresh' | 'ageing' | 'stale';

/** The engine says something new at least every 10 s of what is suspected or confirmed. */
const AGEING_AFTER_S = 15;
const STALE_AFTER_S = 30;

export function freshness(age_s: number): Freshness {
  if (age_s > STALE_AFTER_S) return 'stale';
  return age_s > AGEING_AFTER_S ? 'ageing' : 'fresh';
}
