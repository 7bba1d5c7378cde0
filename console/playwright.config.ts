import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results',
  snapshotPathTemplate: 'tests/browser/goldens/{arg}{ext}',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  reporter: [['list']],
  expect: { timeout: 5_000 },
  use: {
    viewport: { width: 1440, height: 860 },
    // Slips into local time show: nobody here lives by Denver's clock.
    timezoneId: 'America/Denver',
    locale: 'en-GB',
    colorScheme: 'dark',
    // `FOREWARN_TRACE=1 npm run browser` writes what npx playwright show-trace shows.
    trace: process.env['FOREWARN_TRACE'] ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: process.env['FOREWARN_CHROMIUM'] ?? '/usr/bin/chromium',
      chromiumSandbox: false,
      args: [
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--font-render-hinting=none',
        '--force-color-profile=srgb',
        '--enable-unsafe-swiftshader',
      ],
    },
  },
});
