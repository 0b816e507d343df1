import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

/** `npm run bench:page`: how quick the page is. It measures and judges nothing, and is no part of the tests. */
export default defineConfig(tests, {
  testMatch: 'measure.ts',
  reporter: 'line',
  timeout: 300_000,
  // Recording a trace takes as long as what is measured.
  use: { trace: 'off' },
});
