import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldResult } from '../../../src/history/node-history.ts';
import { type Limits, openSince } from '../../../src/history/node-state.ts';
import { windowsOf } from '../../../src/history/watched.ts';
import { compareNodes, type NodeChange, recordNodes } from '../../../src/inventory/compare-nodes.ts';
import type { NodeFacts } from '../../../src/model/node.ts';
import type { ProbeResult } from '../../../src/model/node-state.ts';
import { emptyWatch } from '../../../src/model/watch.ts';
import type { Services } from '../../../src/services.ts';
import { writeNodeChanges } from '../../../src/sweep/plan/write-node-changes.ts';
import { type ListedNode, mergeNode, readListedNodes, readNodes, stateProperties } from '../../../src/tables/node-rows.ts';
import { writeBatch } from '../../../src/tables/rows.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const MINUTE = 60;
const start = Date.UTC(2026, 10, 21, 9);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const facts: NodeFacts = { node: 'a', resourceId: '/x/a', vmId: 'vm-a', pool: 'web', os: 'Linux' };
const limits: Limits = { failures: 2, recoveries: 1, flapWindowMs: 900_000, staleAfterMs: 900_000 };

let storage: Storage;
let services: Services;
let clock: Clock;
let nth = 0;
beforeAll(async () => {
  storage = await startStorage();
  ({ services, clock } = servicesAt(storage.connectionString, at(0)));
});
afterAll(() => storage.stop());

/** A node whose verdicts came at these seconds. */
async function nodeWith(verdicts: Readonly<Record<number, 'reachable' | 'unreachable'>>) {
  const cluster = `cluster-${nth++}`;
  const fleet = await services.tables.open('fleet');
  await writeNodeChanges(services, 's', cluster, [{ kind: 'new', facts }]);
  const read = async () => (await readNodes(services.tables, cluster)).get('a')!;
  const fold = async (seconds: number, verdict: 'reachable' | 'unreachable') => {
    const row = await read();
    const reason = verdict === 'reachable' ? 'Reachable' : 'DnsTimeout';
    const result: ProbeResult = { verdict, reason, message: '', nonce: `n${seconds}`, run: '', sweep: '', at: at(seconds) };
    const { state, history } = foldResult(row.history, result, limits, 300_000);
    await writeBatch(fleet, [mergeNode(cluster, row, stateProperties(state, history))]);
  };
  for (const [seconds, verdict] of Object.entries(verdicts)) await fold(Number(seconds), verdict);
  return {
    read,
    fold,
    /** Writes what a listing of that moment means. */
    async expand(seconds: number, change: (rows: Awaited<ReturnType<typeof readListedNodes>>) => NodeChange<ListedNode>[]) {
      clock.at(at(seconds));
      await writeNodeChanges(services, 's', cluster, change(await readListedNodes(services.tables, cluster)));
    },
    /** Seconds watched and down. */
    async watched() {
      const { watched, down } = windowsOf((await read()).state.watch ?? emptyWatch, new Date(start + 3600_000))['24h'];
      return [watched, down];
    },
  };
}
/** Azure knows no node by its id that its list lacks, and nodes have no grace. */
const beside = (rows: ReadonlyMap<string, ListedNode>) => ({
  absent: new Set(rows.keys()),
  unreadReason: () => undefined,
  grace: { now: new Date(start), minutes: 0 },
});
const listed =
  (skipped?: NodeFacts['skipped'], vmId = 'vm-a') =>
  (rows: ReadonlyMap<string, ListedNode>) =>
    compareNodes(rows, [{ ...facts, vmId, skipped }], 's', true, beside(rows));

describe('what is watched of a node', () => {
  it.each(['Deallocated', 'Excluded', 'TooYoung', 'Creating'] as const)(
    'ends when it is found to be %s, until its next verdict',
    async (skipped) => {
      const node = await nodeWith({ 0: 'reachable', 300: 'reachable' });
      await node.expand(6 * MINUTE, listed(skipped));
      expect(await node.watched()).toEqual([360, 0]);
      // Found so again, it ended then all the same.
      await node.expand(11 * MINUTE, listed(skipped));
      await node.expand(16 * MINUTE, listed());
      await node.fold(17 * MINUTE, 'reachable');
      await node.fold(22 * MINUTE, 'reachable');
      expect(await node.watched()).toEqual([360 + 300, 0]);
    },
  );

  it('ends with an outage that ends with it', async () => {
    const node = await nodeWith({ 0: 'reachable', 300: 'unreachable', 330: 'unreachable' });
    await node.expand(7 * MINUTE, listed('Deallocated'));
    expect(openSince((await node.read()).state)).toBeUndefined();
    expect(await node.watched()).toEqual([420, 120]);
  });

  it('ends while its outage goes on, where its cluster cannot be listed', async () => {
    const node = await nodeWith({ 0: 'reachable', 300: 'unreachable', 330: 'unreachable' });
    await node.expand(7 * MINUTE, (rows) => recordNodes(rows, 'SubscriptionUnreadable'));
    expect(openSince((await node.read()).state)).toBe(at(300));
    await node.expand(20 * MINUTE, listed());
    await node.fold(21 * MINUTE, 'unreachable');
    await node.fold(22 * MINUTE, 'reachable');
    expect(await node.watched()).toEqual([420 + 60, 120 + 60]);
  });

  it('goes on where another machine bears its name, though its verdicts do not', async () => {
    const node = await nodeWith({ 0: 'reachable', 300: 'reachable' });
    await node.expand(6 * MINUTE, listed(undefined, 'vm-b'));
    expect((await node.read()).state).toMatchObject({ latest: undefined, successes: 0 });
    await node.fold(11 * MINUTE, 'reachable');
    await node.fold(16 * MINUTE, 'reachable');
    expect(await node.watched()).toEqual([360 + 300, 0]);
  });

  it('stands when it is gone', async () => {
    const node = await nodeWith({ 0: 'reachable', 300: 'reachable' });
    const missing = (sweep: string) => (rows: ReadonlyMap<string, ListedNode>) => compareNodes(rows, [], sweep, true, beside(rows));
    clock.at(at(6 * MINUTE));
    await node.expand(6 * MINUTE, missing('s1'));
    await node.expand(8 * MINUTE, missing('s2'));
    expect((await node.read()).retiredAt).toBe(at(8 * MINUTE));
    expect(await node.watched()).toEqual([480, 0]);
  });
});
