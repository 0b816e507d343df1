import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

/** Only the README's pictures, sharp enough for a dense screen. */
export default defineConfig(tests, {
  testMatch: 'pictures.ts',
  reporter: 'list',
  use: { colorScheme: 'dark', deviceScaleFactor: 2, viewport: { width: 1280, height: 800 } },
});
