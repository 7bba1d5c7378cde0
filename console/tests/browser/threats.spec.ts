/** The queue and the card: what flies, how sure, how long, where, why, and what changed. */
import { events, raidOf } from '../mock/events';
import { expect, settle, test } from './floor';
import { LAUNCH, QUIET, SUSPECTED, until } from './scenes';

test('one card says verdict, probability, ellipses, places and domains', async ({ open }) => {
  const { page, pass } = await open(LAUNCH);
  await pass(2);
  const card = page.getByRole('article', { name: 'Threat o-1' });
  await expect(card.getByRole('heading')).toHaveText('◆ CONFIRMED o-1');
  await expect(card).toContainText('> 99.9 % missile or glide vehicle; 3 independent domains agree');
  await expect(card).toContainText(/Launch.*12:01:56Z ± 0:05 \(22 min ago\), 34\.75° N 120\.60° W, 90 % in 3\.6 × 2\.1 km/);
  await expect(card).toContainText('37.21° S 126.55° W, 90 % in 40 × 16 km');
  await expect(card.getByRole('table', { name: 'Places at risk' })).toContainText('Adamstown, PN461,380 km off');
});

test('the countdown runs, with its ± and the age of its computation', async ({ open }) => {
  const { page, pass, wait } = await open(LAUNCH);
  await pass(2);
  const clock = page.locator('.card .clock');
  await expect(clock).toContainText('8:37 ± 0:05');
  await expect(clock).toContainText('to impact at 12:32:39Z, not before 12:32:35Z');
  await expect(clock).toContainText('computed 4 s ago');
  await wait(3);
  await expect(clock).toContainText('8:34 ± 0:05');
  await expect(clock).toContainText('computed 7 s ago');
});

test('the queue goes by time left, not by arrival', async ({ open }) => {
  const loose = raidOf(12).filter((event) => event.event !== 'warning');
  const { page, pass } = await open({ events: loose, at: '2026-03-01T12:12:40Z' });
  await pass(1);
  const cells = await page.locator('.queue > table:first-child tbody .left b').allTextContents();
  const left_s = cells.map((text) => Number(text.split(':')[0]) * 60 + Number(text.split(':')[1]));
  expect(left_s).toHaveLength(12);
  expect(left_s).toEqual([...left_s].sort((a, b) => a - b));
  const names = await page.locator('.queue > table:first-child tbody .name').allTextContents();
  const arrival = [...new Set(loose.flatMap((e) => (e.event === 'assessment' ? [e.object] : [])))];
  expect(names.map((name) => name.slice(2))).not.toEqual(arrival);
});

test('why: failure domains are counted, not sensors', async ({ open }) => {
  const shared = events('demo').map((event) =>
    event.event === 'assessment'
      ? { ...event, evidence: event.evidence.map((e) => (e.sensor === 'geo-east' ? { ...e, failure_domains: ['ground-station-a'] } : e)) }
      : event,
  );
  const { page, pass } = await open({ ...LAUNCH, events: shared });
  await pass(1);
  const why = page.getByRole('region', { name: 'Evidence by failure domain' });
  await expect(why.getByRole('heading')).toHaveText('Why: 2 independent domains agree');
  await expect(why.getByRole('row')).toHaveCount(4);
  await expect(why.getByRole('rowheader', { name: 'ground-station-a' })).toHaveAttribute('rowspan', '2');
  await expect(why).toContainText('geo-east✓ agrees (31 reports)');
});

test('what changed stands on the card, and every revision in the timeline', async ({ open }) => {
  const { page, pass } = await open({ ...LAUNCH, at: '2026-03-01T12:21:20Z' });
  await pass(16);
  const card = page.getByLabel('Chosen threat');
  await expect(card.locator('.changed')).toContainText(/Changed at 12:21:3\dZ: .*picket: SILENT → agrees/);
  await card.getByText(/Timeline: \d+ revisions/).click();
  const first = card.getByRole('listitem').last();
  await expect(first).toContainText('first seen');
  await first.getByRole('button').click();
  await settle(page);
  await expect(page.getByRole('banner')).toContainText('REPLAY');
  await expect(page.getByRole('banner').getByRole('time')).toHaveText('2026-03-01 12:02:45Z');
});

test('no impact is ever a bare point: an ellipse with its confidence, or a region', async ({ open }) => {
  const { page, pass } = await open(SUSPECTED);
  await pass(1);
  const card = page.getByLabel('Chosen threat');
  await expect(card).toContainText('◇ SUSPECTED o-1');
  await expect(card).toContainText('somewhere in the region on the map (90 %); no honest point yet');
  await expect(card).not.toContainText(/Impact\d/);
});

test('what grows old turns grey and says so', async ({ open }) => {
  const { page, pass } = await open({ ...LAUNCH, events: until(events('demo'), '2026-03-01T12:24:00Z') });
  await pass(1);
  const row = page.getByRole('row', { name: /o-1/ });
  await expect(row).not.toContainText('STALE');
  await pass(31);
  await expect(row).toContainText('computed 34 s ago — STALE');
  await expect(row).toHaveCSS('color', 'rgb(135, 148, 161)');
  await expect(page.locator('.card .clock')).toHaveCSS('filter', 'grayscale(1)');
});

test('a raid is one line, one alarm, one card, and folds open', async ({ open }) => {
  const { page, pass } = await open({ events: raidOf(300), at: '2026-03-01T12:12:40Z' });
  await pass(1);
  await expect(page.locator('.queue .row')).toHaveCount(1);
  await expect(page.getByLabel('Alarms').getByRole('listitem')).toHaveCount(1);
  await expect(page.getByLabel('Alarms')).toContainText('Raid w-1: 300 threats, 300 confirmed.');
  await expect(page.getByRole('article', { name: 'Raid w-1' })).toContainText('300 threats as one');
  await page.keyboard.press('o');
  await settle(page);
  await expect(page.locator('.queue .row')).toHaveCount(301);
  await page.keyboard.press('j');
  await settle(page);
  await expect(page.getByLabel('Chosen threat')).toContainText('CONFIRMED');
});

test('screen readers get the queue as a table, and the alarm spoken', async ({ open }) => {
  const { page, pass } = await open(QUIET);
  await pass(1);
  await expect(page.getByRole('table', { name: 'No threats' })).toBeVisible();
  for (let i = 0; i < 7; i++) await pass(20);
  await expect(page.getByRole('table', { name: '1 threat, least time first' })).toBeVisible();
  for (const name of ['Time left', 'Threat', 'Domains']) {
    await expect(page.getByRole('columnheader', { name })).toBeVisible();
  }
  await expect(page.getByRole('alert').first()).toContainText(/o-1 (suspected|confirmed)\. ./);
  await expect(page.getByRole('img', { name: /The queue holds the same as a table/ })).toBeVisible();
});
