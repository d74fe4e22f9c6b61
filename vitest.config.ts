import { defineConfig } from 'vitest/config';

const apart = ['test/e2e/npm-start.test.ts', 'test/e2e/kill-at-each-effect.test.ts'];

// One group after the other: what is timed runs alone, and what starts thirty hosts disturbs nobody.
const groups = [
  { name: 'start', include: ['test/e2e/npm-start.test.ts'] },
  { name: 'parts', include: ['test/**/*.test.ts'], exclude: apart },
  { name: 'crashes', include: ['test/e2e/kill-at-each-effect.test.ts'] },
];

export default defineConfig({
  test: {
    globalSetup: ['test/e2e/build-once.ts'],
    projects: groups.map(({ name, include, exclude }, groupOrder) => ({
      test: {
        name,
        include,
        exclude,
        sequence: { groupOrder },
        testTimeout: 30_000,
        hookTimeout: 60_000,
        pool: 'forks' as const,
        maxWorkers: 3,
        maxConcurrency: 40,
      },
    })),
  },
});
