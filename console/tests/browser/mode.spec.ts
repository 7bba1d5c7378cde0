/** What kind of world this is, and which moment of it: never in doubt. */
import { expect, settle, test } from './floor';
import { LAUNCH, QUIET } from './scenes';

const WORDS = { live: 'REAL', exercise: 'EXERCISE', test: 'TEST', replay: 'REPLAY' } as const;

test('the mode is said by word, pattern and border, each its own', async ({ open }) => {
  const seen = { border: new Set<string>(), pattern: new Set<string>() };
  for (const [mode, word] of Object.entries(WORDS)) {
    const { page } = await open({ ...QUIET, mode: mode as keyof typeof WORDS });
    const banner = page.getByRole('banner');
    await expect(banner.getByText(word, { exact: true })).toHaveCount(2);
    for (const other of Object.values(WORDS).filter((w) => w !== word)) {
      await expect(banner.getByText(other, { exact: true })).toHaveCount(0);
    }
    const style = (selector: string, name: string) =>
      page.locator(selector).evaluate((e, n) => getComputedStyle(e).getPropertyValue(n), name);
    seen.border.add(await style('.frame', 'border-top-style'));
    seen.pattern.add(await style('.banner', 'background-image'));
  }
  expect([...seen.border].sort()).toEqual(['dashed', 'dotted', 'double', 'solid']);
  expect(seen.pattern.size).toBe(4);
});

test('without a word from the service no mode is claimed', async ({ open }) => {
  const { page } = await open({ ...QUIET, closed: true });
  await expect(page.getByRole('banner')).toContainText('NO DATA');
  await expect(page.getByRole('heading', { name: 'Sign in to see the state.' })).toBeVisible();
  await expect(page.getByLabel('Time bar')).not.toContainText('LIVE');
});

test('an exercise that says it is none cannot be sent', async ({ open }) => {
  const bytes = { release: '<alert><status>Exercise</status><note>THIS IS NOT A DRILL</note></alert>' };
  const { page, signIn, world } = await open({ ...LAUNCH, bytes });
  await signIn('ana');
  await page.keyboard.press('r');
  await settle(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert').first()).toContainText('says “THIS IS NOT A DRILL”. It cannot be sent.');
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  expect(world.actions).toEqual([]);
});

test('a stopped or replayed picture never looks live, and live is one press away', async ({ open }) => {
  const { page, pass, signIn, world } = await open(LAUNCH);
  await signIn('ana');
  await pass(2);
  const [banner, bar] = [page.getByRole('banner'), page.getByLabel('Time bar')];
  await expect(bar).toContainText('● LIVE');
  await page.keyboard.press('<');
  await expect(banner).toContainText('REPLAY');
  await expect(banner).toContainText('PAUSED. Not live: 60 s behind.');
  await expect(banner.getByRole('time')).toHaveText('2026-03-01 12:23:02Z');
  await expect(bar).not.toContainText('● LIVE');
  await expect(page.locator('.frame')).toHaveCSS('border-top-style', 'double');
  await expect(page.getByLabel('Health')).toContainText('feed NOT LIVE');
  // What calls for a person now is still said.
  await expect(page.getByLabel('Alarms')).toContainText('o-1 confirmed');
  // And nobody releases the past.
  await page.keyboard.press('r');
  await expect(page.getByRole('status')).toContainText('This is the past. Return to live (L) first.');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(world.actions).toEqual([]);
  await page.keyboard.press('l');
  await expect(bar).toContainText('● LIVE');
  await expect(banner).toContainText('EXERCISE');
});

test('the time bar replays the log, and tells what it is missing', async ({ open }) => {
  const { page, pass } = await open({ ...QUIET, at: '2026-03-01T12:02:40Z' });
  const card = page.getByLabel('Chosen threat');
  await page.keyboard.press(' ');
  await expect(page.getByRole('banner')).toContainText('PAUSED');
  await expect(card).toContainText('Nothing to decide');
  await pass(40);
  // Live has moved on; the picture has not.
  await expect(card).toContainText('Nothing to decide');
  await expect(page.getByRole('button', { name: /Return to live/ })).toContainText('1 new threat');
  await page.keyboard.press(' ');
  await expect(page.getByRole('banner')).toContainText('playing');
  await page.getByRole('button', { name: '×10' }).click();
  for (let i = 0; i < 3; i++) {
    await page.clock.runFor(1000);
    await settle(page);
  }
  await expect(page.getByLabel('Threats by time left')).toContainText('1 threat');
  await expect(page.getByRole('banner')).toContainText('REPLAY');
});
