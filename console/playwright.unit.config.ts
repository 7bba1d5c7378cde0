import { defineConfig } from '@playwright/test';

/** Without a browser: known answers. */
export default defineConfig({
  testDir: 'tests/unit',
  outputDir: 'test-results/unit',
  workers: 1,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
});
