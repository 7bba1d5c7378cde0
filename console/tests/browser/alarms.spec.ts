/** What calls for a person: by sight, by sound, with what to do, and once. */
import type { Page } from '@playwright/test';
import { events } from '../mock/events';
import { expect, settle, test } from './floor';
import { LAUNCH, QUIET, SUSPECTED } from './scenes';

/** Writes down the frequency of every note that is played. */
async function listen(page: Page): Promise<() => Promise<number[]>> {
  await page.addInitScript(() => {
    const played: number[] = [];
    const Real = window.OscillatorNode;
    window.OscillatorNode = class extends Real {
      constructor(context: BaseAudioContext, options?: OscillatorOptions) {
        super(context, options);
        played.push(options?.frequency ?? 0);
      }
    };
    Object.assign(window, { played });
  });
  return () => page.evaluate(() => (window as unknown as { played: number[] }).played.splice(0));
}

test('pre-alert, alert, ended and silence sound different, and an answer ends the sound', async ({ open, page }) => {
  const notes = await listen(page);
  const { pass, wait, world } = await open({ ...SUSPECTED, at: '2026-03-01T12:02:30Z' });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Sound on' })).toBeVisible();
  const heard = async (seconds: number) => {
    await pass(seconds);
    return new Set(await notes());
  };
  expect(await heard(10)).toEqual(new Set());
  for (let i = 0; (await page.getByLabel('Alarms').textContent()) === 'No alarms.' && i < 10; i++) await pass(4);
  await expect(page.getByLabel('Alarms')).toContainText('◇ PRE-ALERT o-1 suspected');
  await notes();
  expect(await heard(8)).toEqual(new Set([520, 660]));
  await page.keyboard.press('a');
  await notes();
  expect(await heard(4), 'acknowledged here').toEqual(new Set());
  // It rises: that is new.
  for (let i = 0; !(await page.getByLabel('Alarms').textContent())?.includes('confirmed') && i < 20; i++) await pass(4);
  await notes();
  expect(await heard(4)).toEqual(new Set([960, 640]));
  await page.keyboard.press('a');
  await notes();
  world.mute = true;
  await wait(9);
  expect(new Set(await notes())).toEqual(new Set([180]));
});

test('an end sounds once, and as an end', async ({ open, page }) => {
  const notes = await listen(page);
  const { pass } = await open({ ...LAUNCH, at: '2026-03-01T12:32:33Z' });
  await page.keyboard.press('a');
  await notes();
  await pass(12);
  await expect(page.getByLabel('Alarms')).toContainText('▣ ENDED w-1 cancelled: the danger is over.');
  expect(await notes()).toEqual([784, 587, 392]);
  await pass(12);
  expect(await notes()).toEqual([]);
});

test('the sound can be off, and says that it is', async ({ open, page }) => {
  const notes = await listen(page);
  const { pass } = await open(LAUNCH);
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Sound OFF' })).toBeVisible();
  await notes();
  await pass(4);
  expect(await notes()).toEqual([]);
});

test('every alarm says what to do', async ({ open }) => {
  const { page, pass, world } = await open(LAUNCH);
  world.sensors[0]!.status = 'silent';
  world.clock = { status: 'stepped', engine_lag_s: 86_400 };
  world.log.alarm = 'less than 1 GB free';
  world.self_check = { status: 'failed', sent: '2026-03-01T12:23:30Z', seen: '2026-03-01T12:20:00Z' };
  await pass(1);
  const lines = page.getByLabel('Alarms').locator('.alarm-text');
  await expect(lines).toHaveText([
    'o-1 confirmed. Look at its card, then release the draft (R).',
    'geo-west is silent: it could not warn. Call its station.',
    'The clock was stepped. Countdowns may be off. Check the time source.',
    'The way out is failed: our own listener did not see its System-status message. Warnings may not get through. Call the channels by telephone.',
  ]);
  await expect(page.getByLabel('Alarms')).toContainText('and 1 more');
});

test('silence is an alarm: a sensor, and the service itself', async ({ open }) => {
  const { page, pass, wait, world } = await open(QUIET);
  const health = page.getByLabel('Health');
  await pass(1);
  await expect(health).toContainText('● feed live');
  await expect(health).toContainText('● picket ok heard 1 s ago');
  world.sensors[2]!.status = 'silent';
  world.ages['picket'] = 61;
  await pass(1);
  await expect(health).toContainText('✕ picket SILENT heard 61 s ago');
  await expect(page.getByLabel('Alarms')).toContainText('∅ SILENCE picket is silent: it could not warn.');
  world.mute = true;
  await wait(9);
  await expect(health).toContainText('✕ feed SILENT for 9 s');
  await expect(page.getByLabel('Alarms')).toContainText('No word from the service: everything on this page is old.');
  await expect(page.getByLabel('Time bar')).toContainText('NO FEED');
  await expect(page.locator('.map-canvas')).toHaveCSS('filter', /grayscale/);
});

test('the way out is tried all the time, and shown', async ({ open }) => {
  const { page, pass, world } = await open(QUIET);
  world.self_check = { status: 'ok', sent: '2026-03-01T12:00:58Z', seen: '2026-03-01T12:00:59Z' };
  await pass(2);
  await expect(page.getByLabel('Health')).toContainText('● way out ok seen 3 s ago');
  world.self_check = { status: 'late', sent: '2026-03-01T12:00:58Z', seen: null };
  await pass(1);
  await expect(page.getByLabel('Health')).toContainText('✕ way out LATE never seen');
  await expect(page.getByLabel('Alarms')).toContainText('The way out is late');
});

test('an acknowledgement is logged, and seen at the other console', async ({ open }) => {
  const { page, pass, signIn, another, world } = await open(LAUNCH);
  await signIn('ana');
  await page.keyboard.press('a');
  await pass(3);
  await expect(page.getByLabel('Alarms')).toContainText('acknowledged by ana');
  expect(world.actions).toEqual([{ action: 'acknowledge', by: 'ana', object: 'o-1' }]);
  const other = await another();
  await expect(other.getByRole('row', { name: /o-1/ })).toContainText('acknowledged by ana');
  await expect(other.getByLabel('Alarms').getByRole('button', { name: 'Acknowledge' })).toHaveCount(0);
});

test('shelved for a time, with a reason; the top class never', async ({ open }) => {
  const { page, pass, signIn, world } = await open(LAUNCH);
  await signIn('ana');
  await expect(page.getByLabel('Alarms').getByRole('button', { name: 'Shelve…' })).toHaveCount(0);
  await page.keyboard.press('s');
  await expect(page.getByRole('status')).toContainText('Nothing here may be shelved: confirmed threats never are.');
  world.sensors[1]!.status = 'down';
  await pass(1);
  await page.keyboard.press('s');
  await settle(page);
  const dialog = page.getByRole('dialog', { name: 'Shelve an alarm' });
  await expect(dialog.getByLabel('Reason, for the log')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog, 'no reason, no shelf').toBeVisible();
  await page.keyboard.type('antenna under repair until noon');
  await dialog.getByLabel('How long').selectOption('15 minutes');
  await dialog.getByRole('button', { name: 'Shelve it' }).click();
  await expect(dialog).toBeHidden();
  await pass(3);
  expect(world.actions).toEqual([
    { action: 'shelve', by: 'ana', subject: 'sensor:geo-east', minutes: 15, reason: 'antenna under repair until noon' },
  ]);
  await expect(page.getByLabel('Alarms')).toContainText('shelved to 12:39:01Z by ana: antenna under repair until noon');
});

test('quiet means quiet: a night without events raises nothing', async ({ open }) => {
  const { page, pass } = await open({ events: events('demo'), at: '2026-03-01T12:00:00Z' });
  for (let i = 0; i < 8; i++) {
    await pass(20);
    await expect(page.getByLabel('Alarms')).toHaveText('No alarms.');
  }
});
