import { defineConfig } from '@playwright/test';
import { browserPath } from './browser.ts';

const executablePath = browserPath();

/** One at a time: each host draws and recognises a visitor, which takes both cores of a small machine. */
export default defineConfig({
  testDir: '.',
  outputDir: '../out/test-results/e2e',
  globalSetup: './enrol-once.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: '../out/test-results/playwright.json' }]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--enable-unsafe-swiftshader'],
    },
  },
});
