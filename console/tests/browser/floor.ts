/** What every browser test stands on: a world, a page, frozen time, and no tolerance for noise. */
import { expect, test as base, type Page } from '@playwright/test';
import { serve } from '../mock/server';
import { type Options, World } from '../mock/world';

export interface Floor {
  world: World;
  page: Page;
  /** Lets the world's and the page's time pass together. */
  pass(seconds: number): Promise<void>;
  /** Lets only the page's time pass. */
  wait(seconds: number): Promise<void>;
  signIn(name: 'ana' | 'ben' | 'vic', page?: Page): Promise<void>;
  /** A second person at another console. */
  another(): Promise<Page>;
  url: string;
}

/** Long enough for a frame, and for the map to come to rest. */
const SETTLE_MS = 400;

/** Shorter than the silence that raises an alarm. */
const LONGEST_STEP_S = 4;

export const settle = (page: Page) => page.clock.runFor(SETTLE_MS);

/** A page that fails the test on any word in the console and on any request that leaves the machine. */
async function watched(page: Page, world: World, url: string, noise: string[]): Promise<void> {
  page.on('console', (message) => {
    const refused = /status of 40[139]/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !refused) noise.push(message.text());
  });
  page.on('pageerror', (error) => noise.push(String(error)));
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname;
    if (host !== '127.0.0.1' && !request.url().startsWith('data:')) noise.push(`request to ${request.url()}`);
  });
  await page.clock.install({ time: world.now_ms });
  await page.clock.pauseAt(world.now_ms + 60_000);
  await page.goto(url);
  await settle(page);
  await expect(page.getByRole('banner')).toBeVisible();
}

interface Fixtures {
  open(options: Options): Promise<Floor>;
}

export const test = base.extend<Fixtures>({
  open: async ({ page, browser }, use) => {
    const noise: string[] = [];
    const running: { close(): Promise<void> }[] = [];
    await use(async (options) => {
      const world = new World(options);
      const server = await serve(world);
      running.push(server);
      await watched(page, world, server.url, noise);
      return floor(world, page, server.url, async () => {
        const other = await (await browser.newContext()).newPage();
        await watched(other, world, server.url, noise);
        return other;
      });
    });
    const heard = [...noise];
    for (const server of running) await server.close();
    expect(heard, 'words in the console, or requests off this machine').toEqual([]);
  },
});

function floor(world: World, page: Page, url: string, another: () => Promise<Page>): Floor {
  return {
    world,
    page,
    url,
    another,
    pass: async (seconds) => {
      for (let left = seconds; left > 0; left -= LONGEST_STEP_S) {
        const step_s = Math.min(left, LONGEST_STEP_S);
        await page.clock.runFor(step_s * 1000);
        world.step(step_s);
        await expect(page.locator('.frame')).toHaveAttribute('data-heard', world.time);
      }
      await settle(page);
    },
    wait: async (seconds) => {
      await page.clock.runFor(seconds * 1000);
    },
    signIn: async (name, at = page) => {
      if (!(await at.getByLabel('Name').isVisible())) {
        await at.getByRole('banner').getByRole('button', { name: 'Sign in' }).click();
        await settle(at);
      }
      await at.getByLabel('Name').fill(name);
      await at.getByLabel('Secret').fill(`${name}-secret`);
      await at.getByRole('button', { name: 'Sign in' }).last().click();
      await expect(at.getByRole('banner')).toContainText(name);
      await settle(at);
    },
  };
}

export { expect };
