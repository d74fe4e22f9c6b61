import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/e2e/build-once.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most of the time a test waits for a sweep: more workers than cores, and all scenarios of a file at once.
    maxWorkers: 4,
    maxConcurrency: 40,
  },
});
