import { defineConfig } from 'vitest/config';

const start = ['test/e2e/npm-start.test.ts'];
// The node script gives each of its stages seconds, in which a busy machine gets nowhere.
const scripts = ['test/probe/linux-sh.test.ts', 'test/simulator/fault-lab.test.ts', 'test/simulator/node-faults.test.ts'];
const crashes = ['test/e2e/kill-at-each-effect.test.ts'];

// One group after the other: what is timed runs alone, and what starts thirty hosts disturbs nobody.
const groups = [
  { name: 'start', include: start },
  { name: 'scripts', include: scripts },
  { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...start, ...scripts, ...crashes] },
  { name: 'crashes', include: crashes },
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
