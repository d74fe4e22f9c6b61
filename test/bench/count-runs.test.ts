import { expect, it } from 'vitest';
import { countRun } from '../../bench/count-runs.ts';

it('counts the runs in the log of a host, each as a second at least, and nothing else', () => {
  const runs = { count: 0, billedSeconds: 0 };
  const lines = [
    '[Function.work] information: succeeded in 40 ms',
    '[Function.work] error: failed after 2301 ms: Error: no',
    '[Function.work.User] information: succeeded in 40 ms',
    'succeeded in 40 ms',
  ];
  expect(lines.map((line) => countRun(runs, line))).toEqual([true, true, false, false]);
  expect(runs).toEqual({ count: 2, billedSeconds: 3.4 });
});
