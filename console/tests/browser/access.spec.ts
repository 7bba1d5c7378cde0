/** By keyboard, by ear, with any eyes, and without the internet. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { KEYS } from './keys';
import { raidOf } from '../mock/events';
import { expect, settle, test } from './floor';
import { LAUNCH, QUIET, send } from './scenes';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core holds against the page as it stands. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
  // It waits on timers, and time stands still here.
  let over = false;
  void found.finally(() => (over = true));
  while (!over) await page.clock.runFor(50);
  return found;
}

test('axe-core finds nothing: quiet, a launch, the past, every dialogue, a raid', async ({ open }) => {
  const quiet = await open(QUIET);
  await quiet.pass(1);
  expect(await violations(quiet.page), 'quiet').toEqual([]);

  const { page, pass, signIn } = await open(LAUNCH);
  await pass(1);
  expect(await violations(page), 'launch').toEqual([]);
  await page.keyboard.press('?');
  await settle(page);
  expect(await violations(page), 'help').toEqual([]);
  await page.keyboard.press('Escape');
  await settle(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
  await settle(page);
  expect(await violations(page), 'sign in').toEqual([]);
  await signIn('ana');
  await page.keyboard.press('r');
  await settle(page);
  expect(await violations(page), 'release').toEqual([]);
  await page.keyboard.press('Escape');
  await settle(page);
  await page.keyboard.press('<');
  await settle(page);
  expect(await violations(page), 'the past').toEqual([]);

  const raid = await open({ events: raidOf(40), at: '2026-03-01T12:12:40Z' });
  await raid.pass(1);
  await raid.page.keyboard.press('o');
  await settle(raid.page);
  expect(await violations(raid.page), 'raid').toEqual([]);
});

test('the help sheet shows every key', async ({ open }) => {
  const { page } = await open(QUIET);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'All keys' });
  for (const shown of KEYS) await expect(sheet.locator('kbd').getByText(shown, { exact: true })).toBeVisible();
  await expect(sheet).toContainText('pre-alerttwo notes rising');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});

test('from signing in to a retraction without a mouse', async ({ open }) => {
  const { page, pass, another, world } = await open(LAUNCH);
  await pass(1);
  const signIn = async (at: Page, name: string) => {
    await at.keyboard.press('r');
    await settle(at);
    await expect(at.getByLabel('Name')).toBeFocused();
    await at.keyboard.type(name);
    await at.keyboard.press('Tab');
    await at.keyboard.type(`${name}-secret`);
    await at.keyboard.press('Enter');
    await expect(at.getByRole('banner')).toContainText(name);
    await settle(at);
  };
  await signIn(page, 'ana');
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await send(page, 'r');
  const ben = await another();
  await signIn(ben, 'ben');
  await send(ben, 'r');
  await pass(3);
  await send(page, 'x');
  expect(world.actions.map((action) => (action as { action: string }).action)).toEqual([
    'acknowledge',
    'release',
    'release',
    'retract',
  ]);
});

test('every control can be reached and seen by Tab', async ({ open }) => {
  const { page, pass } = await open(LAUNCH);
  await pass(1);
  const seen = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
      return { name, tag: element.tagName, outlined: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    if (at.tag === 'BODY') break;
    expect(at.outlined, `focus is seen on ${at.name}`).toBe(true);
    seen.add(at.name);
  }
  const buttons = await page.getByRole('button').evaluateAll((all) =>
    all.map((button) => button.getAttribute('aria-label') ?? button.textContent ?? ''),
  );
  expect(buttons.filter((name) => !seen.has(name))).toEqual([]);
  expect(seen).toContain('Moment of the log');
});

test('grave and less grave differ by more than colour', async ({ open }) => {
  const threats = raidOf(4).filter((event) => event.event !== 'warning');
  const half = threats.map((event) =>
    event.event === 'assessment' && Number(event.object.slice(2)) % 2 ? { ...event, verdict: 'suspected' as const } : event,
  );
  const { page, pass } = await open({ events: half, at: '2026-03-01T12:12:40Z' });
  await pass(1);
  const [grave, less] = [page.locator('.row-confirmed').first(), page.locator('.row-suspected').first()];
  await expect(grave).toContainText(/◆.*CONFIRMED/);
  await expect(less).toContainText(/◇.*SUSPECTED/);
  await expect(grave.locator('td').first()).toHaveCSS('border-left-style', 'solid');
  await expect(less.locator('td').first()).toHaveCSS('border-left-style', 'dashed');
  // Black ground, no pure-blue text, and what is critical blinks as well.
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(11, 16, 23)');
  await expect(page.locator('.alarm.unanswered').first()).toHaveCSS('animation-name', 'blink');
  const colours = await page.locator('body *').evaluateAll((all) => [...new Set(all.map((e) => getComputedStyle(e).color))]);
  for (const colour of colours) {
    const [r = 0, g = 0, b = 0] = colour.match(/\d+/g)?.map(Number) ?? [];
    expect(b > 150 && r < 90 && g < 90, `${colour} is pure blue`).toBe(false);
  }
});
