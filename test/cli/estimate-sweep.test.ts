import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AZURE, addUpExecutions, estimateSweep, type Group } from '../../src/cli/estimate-sweep.ts';
import { readSettings } from '../../src/settings.ts';

const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
const whole = (nodes: number): Group => ({ clusters: [{ nodes, slices: Math.ceil(nodes / settings.NODES_PER_SLICE) }] });
const counts = (groups: Group[], ...rest: [] | [typeof AZURE]) =>
  Object.fromEntries(estimateSweep(groups, groups.length, settings, ...rest).map(({ kind, count }) => [kind, count]));

describe('the executions of a sweep', () => {
  it('are counted by kind, from the pace and the collections that the settings make', () => {
    // Each slice holds its start slot from the plan of its cluster on, and starts once.
    expect(counts([whole(250), whole(250), whole(250), whole(250)])).toEqual({
      'start-sweep': 3,
      'list-clusters': 4,
      'expand-cluster': 4,
      'start-slice': 12,
      'collect-slice': 24,
      'assess-cluster': 4,
      'close-sweep': 9,
    });
  });

  it('need one collection for each slice where the runs have ended by the first', () => {
    expect(counts([whole(200)], { post: 0, get: 0, run: 20 })['collect-slice']).toBe(2);
    expect(counts([whole(200)], { post: 0, get: 0, run: 26 })['collect-slice']).toBe(4);
  });

  it('of an empty fleet are those that begin and end it', () => {
    expect(addUpExecutions(estimateSweep([], 1, settings))).toEqual({ count: 10, seconds: 10 });
  });

  it('never grow fewer, nor shorter than the second that is billed at least, as the fleet grows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 20 }), fc.nat(2000), (sizes, one) => {
        const groups = sizes.map(whole);
        const less = addUpExecutions(estimateSweep(groups, groups.length, settings));
        const more = addUpExecutions(estimateSweep([...groups, whole(one)], groups.length + 1, settings));
        expect(more.count).toBeGreaterThanOrEqual(less.count);
        for (const { count, seconds } of estimateSweep(groups, groups.length, settings))
          expect(seconds).toBeGreaterThanOrEqual(count - 1e-9);
      }),
    );
  });
});
