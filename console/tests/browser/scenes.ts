/** What several tests look at, and what a releaser does in each. */
import type { Page } from '@playwright/test';
import type { Place } from '../../src/api/types';
import { events, type Event, text } from '../mock/events';
import type { Options } from '../mock/world';
import { expect, settle } from './floor';

/** As the service would name what lies nearest to the demo's impact: open ocean around it. */
export const PLACES: Record<string, Place[]> = {
  'o-1': [
    { name: 'Adamstown', country: 'PN', population: 46, distance_m: 1_380_000, inside_90: false, expected_time: null },
  ],
};

const BYTES = { release: text('issue.xml'), update: text('issue.xml'), cancel: text('cancel.xml'), retract: text('retract.xml') };

/** Confirmed by three domains, eight and a half minutes to its impact. */
export const LAUNCH: Options = { events: events('demo'), at: '2026-03-01T12:24:00Z', bytes: BYTES, places: PLACES };
/** Suspected by one domain. */
export const SUSPECTED: Options = { ...LAUNCH, at: '2026-03-01T12:03:05Z' };
export const QUIET: Options = { ...LAUNCH, at: '2026-03-01T12:01:00Z' };

/** Without what is said later: the object falls silent. */
export const until = (list: Event[], time: string) => list.filter((event) => event.time <= time);

/** Presses the key of an action and types the code. */
export async function send(page: Page, key: 'r' | 'u' | 'c' | 'x'): Promise<void> {
  await page.keyboard.press(key);
  await settle(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('4821');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await settle(page);
}
