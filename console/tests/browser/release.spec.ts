/** The way to a warning and back: two people, exact words, one press each, and what got through. */
import { expect, settle, test } from './floor';
import { LAUNCH, send } from './scenes';
import { text } from '../mock/events';

test('a release needs two different people, and says so at every step', async ({ open }) => {
  const { page, pass, signIn, another, world } = await open(LAUNCH);
  const panel = page.getByRole('region', { name: 'Warning w-1' });
  await expect(panel.getByRole('heading')).toHaveText('Warning w-1: DRAFT');
  await signIn('ana');
  await send(page, 'r');
  await expect(page.getByRole('status')).toContainText('Approved by you. A second person must release it.');
  await expect(panel.getByRole('heading')).toHaveText('Warning w-1: AWAITING SECOND PERSON');
  await expect(panel).toContainText('Approved by ana at 12:24:00Z. A second, different person must release it.');
  await expect(page.getByLabel('Alarms')).toContainText('A second releaser must look at it and release (R).');

  // The same person once more is refused, in the dialogue, with a remedy.
  await page.keyboard.press('r');
  await settle(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('You approved it. A second, different person must release it.');
  await page.keyboard.type('4821');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('the second person must be another than the first. Call the other releaser.');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(world.actions).toHaveLength(1);

  const ben = await another();
  await signIn('ben', ben);
  await ben.keyboard.press('r');
  await settle(ben);
  await expect(ben.getByRole('dialog')).toContainText('Approved by ana. You would be the second: it goes out at once.');
  await ben.keyboard.type('4821');
  await ben.keyboard.press('Enter');
  await pass(3);
  await expect(panel.getByRole('heading')).toHaveText('Warning w-1: OUT');
  await expect(panel).toContainText('Released by ana and ben.');
  expect(world.actions).toEqual([
    { action: 'release', by: 'ana', warning: 'w-1' },
    { action: 'release', by: 'ben', warning: 'w-1' },
  ]);
});

test('the prompt restates bytes, audience, area, mode and time, and wants the code typed', async ({ open }) => {
  const { page, signIn, world } = await open(LAUNCH);
  await signIn('ana');
  await page.keyboard.press('r');
  await settle(page);
  const dialog = page.getByRole('dialog', { name: 'Release w-1' });
  await expect(dialog).toContainText('Audiencethe public');
  await expect(dialog).toContainText('AreaAround 37.0° S, 126.4° W (1 area, 2,900 km²)');
  await expect(dialog).toContainText('ModeEXERCISE');
  await expect(dialog).toContainText('Time2026-03-01 12:24:00Z');
  await expect(dialog).not.toContainText(/are you sure/i);
  expect(await dialog.getByLabel('The exact bytes').textContent()).toBe(text('issue.xml'));
  const press = dialog.getByRole('button', { name: 'Release' });
  await expect(press).toBeDisabled();
  await page.keyboard.type('4812');
  await page.keyboard.press('Enter');
  await expect(press).toBeDisabled();
  expect(world.actions).toEqual([]);
});

test('update, cancel and retract are one press each, with one person to end it', async ({ open }) => {
  const { page, pass, signIn, another, world } = await open(LAUNCH);
  await signIn('ana');
  await send(page, 'r');
  const ben = await another();
  await signIn('ben', ben);
  await send(ben, 'r');
  await pass(3);
  const panel = page.getByRole('region', { name: 'Warning w-1' });
  await expect(panel.getByRole('button')).toHaveText([
    'Update (U)',
    'Cancel: danger over (C)',
    'Retract: our mistake (X)',
  ]);
  for (const [key, title] of [['u', 'Update w-1'], ['c', 'Cancel (danger over) w-1']] as const) {
    await page.keyboard.press(key);
    await settle(page);
    await expect(page.getByRole('dialog', { name: title })).toBeVisible();
    await page.keyboard.press('Escape');
    await settle(page);
  }
  await page.keyboard.press('x');
  await settle(page);
  const dialog = page.getByRole('dialog', { name: 'Retract (our mistake) w-1' });
  await expect(dialog).toContainText('People will be told that the warning was wrong.');
  await expect(dialog).toContainText('One releaser is enough.');
  expect(await dialog.getByLabel('The exact bytes').textContent()).toBe(text('retract.xml'));
  await page.keyboard.type('4821');
  await page.keyboard.press('Enter');
  await pass(3);
  await expect(page.getByRole('heading', { name: 'Warning w-1' })).toHaveText('Warning w-1: RETRACTED');
  expect(world.actions.at(-1)).toEqual({ action: 'retract', by: 'ana', warning: 'w-1' });
});

test('what the engine takes back calls for a person at once', async ({ open }) => {
  const { page, pass, signIn, another } = await open({ ...LAUNCH, at: '2026-03-01T12:32:30Z' });
  await signIn('ana');
  await send(page, 'r');
  const ben = await another();
  await signIn('ben', ben);
  await send(ben, 'r');
  await pass(12);
  await expect(page.getByLabel('Alarms')).toContainText('w-1 cancelled: the danger is over. Send it: cancel (C).');
});

test('the board says sent, accepted, seen by our own receiver, and what failed', async ({ open }) => {
  const { page, pass, world } = await open(LAUNCH);
  const line = { attempts: 1, time: '2026-03-01T12:23:50Z', receipt: null };
  world.setDeliveries('w-1', [
    { ...line, sink: 'file', state: 'sent' },
    { ...line, sink: 'http', state: 'accepted' },
    { ...line, sink: 'tcp', state: 'failed', attempts: 3 },
    { ...line, sink: 'pager', state: 'dead', attempts: 9 },
    { ...line, sink: 'listening receiver', state: 'seen' },
  ]);
  await pass(32);
  const rows = page.getByRole('table', { name: 'Delivery' }).getByRole('row');
  await expect(rows).toHaveText([
    'ChannelStateTriesAge',
    'file→ sent142 s',
    'http✓ accepted142 s',
    'tcp✕ FAILED, will be tried again342 s',
    'pager✕ NOT DELIVERED942 s',
    'listening receiver✓✓ seen by our own receiver142 s',
  ]);
});

test('who may not release is told why', async ({ open }) => {
  const { page, signIn } = await open(LAUNCH);
  await page.keyboard.press('r');
  await expect(page.getByRole('dialog', { name: 'Sign in' })).toContainText('Sign in to release w-1.');
  await page.keyboard.press('Escape');
  await settle(page);
  await signIn('vic');
  await page.keyboard.press('r');
  await settle(page);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('vic is not a releaser. Call a releaser.');
});

test('a wrong secret is refused with what to do, and signing out forgets', async ({ open }) => {
  const { page, signIn } = await open({ ...LAUNCH, closed: true });
  await page.getByLabel('Name').fill('ana');
  await page.getByLabel('Secret').fill('wrong');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'name or secret is wrong' })).toBeVisible();
  await signIn('ana');
  await expect(page.getByRole('article', { name: 'Threat o-1' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('banner').getByRole('button', { name: 'Sign in' })).toBeVisible();
});
