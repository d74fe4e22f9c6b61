import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The node script has time limits of seconds for its stages, which a busy machine would exceed.
const scripts = [
  'test/probe/linux-sh.test.ts',
  'test/probe/node-faults.test.ts',
  'test/probe/windows-ps1-runs.test.ts',
  'test/simulator/fault-lab.test.ts',
];
// Their sweeps last seconds, which a busy machine draws out until verdicts are stale or results come one by one.
const hosts = [
  'test/e2e/npm-start.test.ts',
  'test/bundle/whole-app.test.ts',
  'test/e2e/kill-at-a-summary.test.ts',
  'test/e2e/storage-by-identity.test.ts',
  'test/e2e/pages-in-a-browser.test.ts',
];
// Campaigns compare times that were read with times of events: a machine on which much else runs blurs them.
const crashes = ['test/e2e/kill-at-each-effect.test.ts', 'test/chaos/seeds.test.ts'];

// One group after the other: timed tests run apart from the rest, and the tests that start thirty hosts do not disturb others.
const groups = [
  { name: 'scripts', include: scripts, maxWorkers: 2, maxConcurrency: 12 },
  { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...scripts, ...hosts, ...crashes], maxWorkers: 4 },
  { name: 'hosts', include: hosts, maxWorkers: 2 },
  { name: 'crashes', include: crashes, maxWorkers: 1 },
];

/** Tests that wait minutes for sweeps: they begin first, so that they end together with the others. */
const LONG =
  /\/(npm-start|linux-sh|node-faults|field-reports|whole-sweep|outages|memory|frozen-timer|seeds|shutdown|checks|field-sources|two-hosts)\.test\.ts$/;

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
    projects: groups.map(({ name, include, exclude, maxWorkers, maxConcurrency = 40 }, groupOrder) => ({
      test: {
        name,
        include,
        exclude,
        sequence: { groupOrder },
        testTimeout: 30_000,
        hookTimeout: 60_000,
        pool: 'forks' as const,
        maxWorkers,
        maxConcurrency,
      },
    })),
  },
});
