import { expect, test } from '@playwright/test';
import { ageText, clockText, countdown, durationText, freshness } from '../../src/model/time';

const NOON = Date.parse('2026-03-01T12:00:00Z');

test('durations are rounded down: never more time than there is', () => {
  const cases: [number, string][] = [
    [0, '0:00'],
    [0.999, '0:00'],
    [59.9, '0:59'],
    [60, '1:00'],
    [754.2, '12:34'],
    [3599.9, '59:59'],
    [3600, '1:00:00'],
    [36_061, '10:01:01'],
  ];
  for (const [seconds, text] of cases) expect(durationText(seconds)).toBe(text);
});

test('a countdown says what is left, and half of its 95 % rounded up', () => {
  expect(countdown(NOON + 754_200, 2.3, NOON)).toEqual({
    text: '12:34',
    plus_minus: '± 0:05',
    left_s: 754.2,
    past: false,
  });
  expect(countdown(NOON + 1000, 0.001, NOON).plus_minus).toBe('± 0:01');
  expect(countdown(NOON + 1000, 190, NOON).plus_minus).toBe('± 6:13');
});

test('once it has passed it says so', () => {
  const passed = countdown(NOON - 12_500, 1, NOON);
  expect(passed.text).toBe('0:12 ago');
  expect(passed.past).toBe(true);
});

test('clocks are UTC, 24 hours, with Z', () => {
  expect(clockText(NOON)).toBe('12:00:00Z');
  expect(clockText(NOON + 12 * 3_600_000)).toBe('00:00:00Z');
});

test('ages in few characters, and when they turn grey', () => {
  expect([-3, 0, 119.9, 120, 7199, 7200].map(ageText)).toEqual(['0 s', '0 s', '119 s', '2 min', '119 min', '2 h']);
  expect([0, 15, 15.1, 30, 30.1].map(freshness)).toEqual(['fresh', 'fresh', 'ageing', 'ageing', 'stale']);
});
