import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const start = ['test/e2e/npm-start.test.ts'];
// The node script gives each of its stages seconds, in which a busy machine gets nowhere.
const scripts = ['test/probe/linux-sh.test.ts', 'test/simulator/fault-lab.test.ts'];
const crashes = ['test/e2e/kill-at-each-effect.test.ts'];

// One group after the other: what is timed runs alone, and what starts thirty hosts disturbs nobody.
const groups = [
  { name: 'start', include: start, maxWorkers: 1 },
  { name: 'scripts', include: scripts, maxWorkers: 1 },
  { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...start, ...scripts, ...crashes], maxWorkers: 4 },
  { name: 'crashes', include: crashes, maxWorkers: 1 },
];

/** Minutes of waiting for sweeps: whoever begins with these is done when the others are. */
const LONG = /\/(outages|kill-at-a-summary|whole-sweep|two-hosts|checks|memory|whole-app)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [long, short] = [files.filter(({ moduleId }) => LONG.test(moduleId)), files.filter(({ moduleId }) => !LONG.test(moduleId))];
    return [...long, ...(await super.sort(short))];
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/e2e/build-once.ts'],
    sequence: { sequencer: LongestFirst },
    projects: groups.map(({ name, include, exclude, maxWorkers }, groupOrder) => ({
      test: {
        name,
        include,
        exclude,
        sequence: { groupOrder },
        testTimeout: 30_000,
        hookTimeout: 60_000,
        pool: 'forks' as const,
        maxWorkers,
        maxConcurrency: 40,
      },
    })),
  },
});
