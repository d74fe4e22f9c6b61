import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeSweep } from '../../src/sweep/close-sweep.ts';
import { insertPlan, insertTally } from '../../src/tables/plan-rows.ts';
import { insertSubscription, insertSweep } from '../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { servicesAt } from './services-at.ts';

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const sweep = '2026-11-21T09:35:00Z';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const facts = (name: string) => ({
  cluster: `${sub}.rg.${name}`,
  resourceGroup: 'rg',
  name,
  region: 'westeurope',
  version: '1.33.5',
  nodeResourceGroup: 'mc',
  restricted: false,
  upgrading: false,
  excludedPools: [],
  poolNodes: 1,
  listed: true,
});

describe('a sweep that is not complete', () => {
  it('is looked at again in 15 s, and in 3 s where nothing but an assessment of just now is missing', async () => {
    const { services, clock } = servicesAt(storage.connectionString, '2026-11-21T09:36:00Z');
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    const sweeps = await services.tables.open('sweeps');
    const clusters = [facts('shop'), facts('blog')];
    await insertSweep(services.tables, sweep, [sub], sweep);
    await insertSubscription(sweeps, sweep, { subscription: sub, matched: [] }, clusters);
    const plan = { region: 'westeurope', slices: [['a']], due: sweep, notProbed: {} };
    for (const { cluster } of clusters) await insertPlan(sweeps, sweep, cluster, plan);

    /** Runs it once, and lets the time pass until it comes back; gives the clusters that it has assessed, and when that is. */
    const run = async () => {
      send.mockClear();
      await closeSweep(services, { v: 1, kind: 'close-sweep', sweep, deadline: '2026-11-21T09:50:00Z' });
      const sent = send.mock.calls.map(([message, options]) => ({ message, seconds: options?.delaySeconds }));
      const assessed = sent.flatMap(({ message }) => (message.kind === 'assess-cluster' ? [message.cluster.split('.')[2]] : []));
      const back = sent.find(({ message }) => message.kind === 'close-sweep')?.seconds ?? 0;
      clock.move(back * 1000);
      return [assessed.sort(), back];
    };
    expect(await run()).toEqual([[], 15]);
    await insertTally(sweeps, sweep, clusters[0]!.cluster, '0', { 'reachable/Reachable': ['a'] });
    expect(await run()).toEqual([['shop'], 15]);
    await insertTally(sweeps, sweep, clusters[1]!.cluster, '0', { 'reachable/Reachable': ['a'] });
    // The message of the one that was sealed before may be with a process that died; that of the other is under way.
    expect(await run()).toEqual([['blog', 'shop'], 3]);
    expect(await run()).toEqual([['shop'], 15]);
    expect(await run()).toEqual([['blog', 'shop'], 15]);
  });
});
