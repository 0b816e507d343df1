import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{main,scripts,renderer,native}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    globalSetup: ['scripts/vitest-setup.mjs'],
  },
});
