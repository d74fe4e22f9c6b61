import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalOf, type Recorded, readRecorded } from '../../src/history/recorded-results.ts';
import { type ReplaySettings, replay, type Thresholds } from '../../src/history/replay.ts';
import type { ProbeResult } from '../../src/model/node-state.ts';

const file = readFileSync(new URL('recorded-results.ndjson', import.meta.url), 'utf8');
const recorded = file
  .trim()
  .split('\n')
  .map((line) => readRecorded(JSON.parse(line)) as Recorded);
const settings: ReplaySettings = {
  flapWindowMs: 15 * 60_000,
  intervalMs: 5 * 60_000,
  quorum: { percent: 50, nodes: 2 },
  probeDeadlineMs: 150_000,
};
const only = (end: string) => recorded.filter(({ node, cluster }) => node.endsWith(end) || cluster.endsWith(end));
const pairOf = (failures: number, recoveries: number): Thresholds => ({ failures, recoveries });
const sent = (results: readonly Recorded[], failures: number, recoveries: number) =>
  replay(results, pairOf(failures, recoveries), settings).notifications;

const T = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 0, minute, second)).toISOString();
/** Results of one node, five minutes apart: `f` fails, `.` is reachable, `?` is unknown. */
function play(verdicts: string, node = 'aks-web-vmss000000'): Recorded[] {
  const kinds: Record<string, Pick<ProbeResult, 'verdict' | 'reason'>> = {
    f: { verdict: 'unreachable', reason: 'ConnectionTimedOut' },
    '.': { verdict: 'reachable', reason: 'Reachable' },
    '?': { verdict: 'unknown', reason: 'NoProof' },
  };
  return [...verdicts].map((kind, n) => {
    const own = { message: '', nonce: `${node}${n}`, run: '', sweep: T(5 * n), at: T(5 * n, 5) };
    return { cluster: 'shop', node, result: { ...kinds[kind]!, ...own } };
  });
}

describe('the recorded hours: sweeps every five minutes, a first failure probed again after 45 s', () => {
  describe('a node that fails twice in a row and recovers, three times ten minutes apart', () => {
    const node = only('web-12345678-vmss000000');
    it('1/1 and 2/1: one outage of three episodes tells its start, its end, its return, and the end of quiet: 4', () => {
      for (const failures of [1, 2]) {
        expect(replay(node, pairOf(failures, 1), settings)).toMatchObject({ notifications: 4, nodeOutages: 1, flaps: 2 });
      }
    });
    it('3/1 and 3/2: never fails three times in a row: 0', () => {
      expect([sent(node, 3, 1), sent(node, 3, 2)]).toEqual([0, 0]);
    });
    it('2/2: one success does not end it, so that it is one outage with one start and one end: 2', () => {
      expect(replay(node, pairOf(2, 2), settings)).toMatchObject({ notifications: 2, nodeOutages: 1, flaps: 0 });
    });
  });

  it('a single blip that its confirmation disproves: start and end with 1/1, nothing with any other', () => {
    const node = only('web-12345678-vmss000001');
    expect([sent(node, 1, 1), sent(node, 2, 1), sent(node, 3, 1), sent(node, 2, 2), sent(node, 3, 2)]).toEqual([2, 0, 0, 0, 0]);
  });

  it('a real outage of four failures: start and end with all; opened at once, after 45 s, or with the next sweep', () => {
    const node = only('web-12345678-vmss000002');
    const played = [pairOf(1, 1), pairOf(2, 1), pairOf(3, 2)].map((pair) => replay(node, pair, settings));
    expect(played.map(({ notifications, nodes, meanDetectMs }) => [notifications, nodes, meanDetectMs])).toEqual([
      [2, { started: 1, ended: 1 }, 0],
      [2, { started: 1, ended: 1 }, 45_000],
      [2, { started: 1, ended: 1 }, 300_000],
    ]);
  });

  it('a cluster of three nodes that all fail: its own start and end with all, and nothing of its nodes', () => {
    for (const pair of [pairOf(1, 1), pairOf(2, 1), pairOf(3, 1), pairOf(2, 2), pairOf(3, 2)])
      expect(replay(only('.api'), pair, settings)).toMatchObject({
        notifications: 2,
        clusters: { started: 1, ended: 1 },
        nodes: { started: 0, ended: 0 },
        nodeOutages: 3,
        clusterOutages: 1,
      });
  });

  it.each([
    ['1/1', '4 flapping + 2 blip + 2 outage + 2 cluster', 10, 6, 2],
    ['2/1', '4 flapping + 0 blip + 2 outage + 2 cluster', 8, 5, 2],
    ['3/2', '0 flapping + 0 blip + 2 outage + 2 cluster', 4, 4, 0],
  ])('with %s, all of it notifies %s', (pair, _, notifications, nodeOutages, flaps) => {
    const [failures, recoveries] = pair.split('/').map(Number) as [number, number];
    expect(replay(recorded, { failures, recoveries }, settings)).toMatchObject({ notifications, nodeOutages, clusterOutages: 1, flaps });
  });

  it('comes to the same in any order of the results, and with results twice', () => {
    const shuffled = [...recorded.filter((_, n) => n % 3 === 0), ...[...recorded].reverse()];
    expect(replay(shuffled, pairOf(2, 1), settings)).toEqual(replay(recorded, pairOf(2, 1), settings));
  });

  it('takes the interval from the sweeps', () => {
    expect(intervalOf(recorded, 60_000)).toBe(300_000);
    expect(intervalOf([], 300_000)).toBe(300_000);
    expect(
      intervalOf(
        recorded.filter(({ result }) => Date.parse(result.sweep) % 600_000 === 0),
        60_000,
      ),
    ).toBe(600_000);
  });
});

describe('replay', () => {
  it('leaves an outage open that did not end in the recording, with a start and no end', () => {
    expect(replay(play('..fff'), pairOf(2, 1), settings)).toMatchObject({ nodes: { started: 1, ended: 0 }, nodeOutages: 1 });
  });

  it('goes on after the last result until all is sent that was held back: here the end of a return, after a quiet flap window', () => {
    expect(replay(play('ff.ff.'), pairOf(2, 1), settings)).toMatchObject({ nodes: { started: 2, ended: 2 }, flaps: 1 });
  });

  it('has no time to detect where nothing opened', () => {
    expect(replay(play('.f.?.'), pairOf(2, 1), settings)).toMatchObject({ notifications: 0, meanDetectMs: null });
  });

  it('does not take the first failures of a recording for a whole cluster: nodes still to come count as reachable', () => {
    const late = (node: string) =>
      play('..', node).map((each) => ({ ...each, result: { ...each.result, at: each.result.at.replace(':05.', ':59.') } }));
    const six = ['c', 'd', 'e', 'f'].flatMap(late);
    expect(replay([...play('f.', 'a'), ...play('f.', 'b'), ...six], pairOf(2, 1), settings).clusterOutages).toBe(0);
  });

  it('does not count a node any more that has no results: the others are judged without it', () => {
    const gone = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((node) => play('...', node));
    const left = ['x', 'y'].flatMap((node) => play('........ff..', node));
    expect(replay([...gone, ...left], pairOf(2, 1), settings).clusterOutages).toBe(1);
  });

  const verdicts = fc.string({ unit: fc.constantFrom('f', '.', '.', '?'), maxLength: 60 });
  const pairs = fc.record({ failures: fc.integer({ min: 1, max: 5 }), recoveries: fc.integer({ min: 1, max: 4 }) });

  it('without a flap window, higher thresholds never notify more of a node', () => {
    fc.assert(
      fc.property(verdicts, pairs, fc.nat(3), fc.nat(3), (results, low, more, longer) => {
        const calm = { ...settings, flapWindowMs: 0 };
        const high = { failures: low.failures + more, recoveries: low.recoveries + longer };
        const [few, many] = [replay(play(results), high, calm), replay(play(results), low, calm)];
        expect(few.notifications).toBeLessThanOrEqual(many.notifications);
      }),
      { numRuns: 500 },
    );
  });

  it('with a flap window they may: short failures that go unnoticed no longer join long ones to one outage', () => {
    const results = play('ff..f..ff..f..ff......');
    expect([sent(results, 1, 1), sent(results, 2, 1)]).toEqual([4, 6]);
  });

  it('takes 100,000 results within seconds', () => {
    const nodes = Array.from({ length: 100 }, (_, n) => play('.f..ff...f'.repeat(100), `node${n}`));
    const started = process.cpuUsage();
    replay(nodes.flat(), pairOf(2, 1), settings);
    // Of a core, not of the clock: it waits for nothing but its turn among the machine's other work.
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(15_000);
  }, 120_000);
});
