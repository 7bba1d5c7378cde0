/** The pictures of the handbook: each is looked at by a person when it changes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { events, raidOf, text } from '../mock/events';
import { expect, settle, test } from './floor';
import { PLACES } from './scenes';

const FOLDER = fileURLToPath(new URL('../../test-results/pictures', import.meta.url));

async function picture(page: Page, name: string): Promise<void> {
  await settle(page);
  await page.screenshot({ path: join(FOLDER, `console-${name}.png`), animations: 'disabled' });
}

async function release(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await settle(page);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('4821');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await settle(page);
}

test('a quiet night', async ({ open }) => {
  const { page, pass } = await open({ events: events('demo'), at: '2026-03-01T12:01:00Z' });
  await pass(2);
  await expect(page.getByRole('table', { name: 'No threats' })).toBeVisible();
  await expect(page.getByText('No alarms.').first()).toBeVisible();
  await picture(page, 'quiet');
});

test('one launch', async ({ open }) => {
  const { page, pass } = await open({ events: events('demo'), at: '2026-03-01T12:24:00Z', places: PLACES });
  await pass(2);
  await picture(page, 'launch');
});

test('an exercise, at the moment of release', async ({ open }) => {
  const bytes = { release: text('issue.xml') };
  const { page, pass, signIn } = await open({ events: events('demo'), at: '2026-03-01T12:24:00Z', bytes, places: PLACES });
  await signIn('ana');
  await page.keyboard.press('a');
  await pass(1);
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page.getByRole('dialog')).toContainText('EXERCISE');
  await picture(page, 'exercise');
});

test('a raid of 300', async ({ open }) => {
  const { page, pass } = await open({ events: raidOf(300), at: '2026-03-01T12:12:40Z' });
  await pass(2);
  await page.keyboard.press('g');
  await picture(page, 'raid');
});

test('a stale feed', async ({ open }) => {
  const { page, pass, wait, world } = await open({ events: events('demo'), at: '2026-03-01T12:24:00Z', places: PLACES });
  await pass(2);
  world.mute = true;
  await wait(42);
  await expect(page.getByLabel('Alarms')).toContainText('No word from the service');
  await picture(page, 'stale');
});

test('a retraction', async ({ open }) => {
  const bytes = { release: text('issue.xml'), retract: text('retract.xml') };
  const { page, pass, signIn, another } = await open({ events: events('retraction'), at: '2026-03-01T12:17:50Z', bytes });
  await signIn('ana');
  await release(page);
  const ben = await another();
  await signIn('ben', ben);
  await release(ben);
  await pass(12);
  await page.keyboard.press('x');
  await settle(page);
  await expect(page.getByRole('dialog')).toContainText('was wrong');
  await page.keyboard.type('4821');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await pass(3);
  await picture(page, 'retraction');
});
