import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../../src/model/cluster-facts.ts';
import type { Ledger, Plan } from '../../src/model/ledger.ts';
import { insertPlan, insertTally } from '../../src/tables/plan-rows.ts';
import {
  insertFinalized,
  insertSubscription,
  insertSweep,
  readClusterFacts,
  readSweep,
  type SubscriptionRow,
} from '../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const cluster = `${sub}.rg.shop`;
const now = '2026-11-21T09:36:00.000Z';
const later = '2026-11-21T09:36:15.000Z';
const facts = (name: string): ClusterFacts => ({
  cluster: `${sub}.rg.${name}`,
  resourceGroup: 'rg',
  name,
  region: 'westeurope',
  nodeResourceGroup: `MC_rg_${name}_westeurope`,
  version: '1.33.5',
  restricted: false,
  upgrading: false,
  pools: [],
  listed: true,
});
const ledger = (known: number): Ledger => ({
  known,
  reachable: known,
  notServed: 0,
  unreachable: 0,
  unknown: 0,
  notProbed: 0,
  byReason: { Reachable: known },
  unknownByReason: {},
  armRequests: 0,
});
const plan: Plan = { region: 'westeurope', due: '2026-11-21T09:35:05.000Z', slices: [['a']], notProbed: {}, gaps: {} };

describe('a sweep', () => {
  it('has the subscriptions with which it was started first, however often it is started', async () => {
    const id = '2026-11-21T09:35:00Z';
    const many = Array.from({ length: 2000 }, (_, n) => sub.slice(0, -4) + String(n).padStart(4, '0'));
    const timer = { subscriptions: many, starter: 'timer' };
    expect(await insertSweep(storage.tables, id, many, '2026-11-21T09:35:01.000Z')).toEqual({ ...timer, first: true });
    const late = await insertSweep(storage.tables, id, ['other'], '2026-11-21T09:36:00.000Z', { starter: 'close-sweep' });
    expect(late).toEqual({ ...timer, first: false });
    expect(await readSweep(storage.tables, id)).toEqual({
      requests: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}$/),
      subscriptions: many,
      startedAt: '2026-11-21T09:35:01.000Z',
      starter: 'timer',
      requested: new Set(),
      listed: [],
      clusters: [],
      finalized: new Map(),
      finalizedAt: new Map(),
      nextCloseBy: '',
      resent: new Set(),
      isCompleted: false,
    });
  });

  it('that was never started is empty', async () => {
    expect(await readSweep(storage.tables, 'never')).toEqual({
      requests: '',
      subscriptions: undefined,
      startedAt: undefined,
      starter: 'timer',
      requested: new Set(),
      listed: [],
      clusters: [],
      finalized: new Map(),
      finalizedAt: new Map(),
      nextCloseBy: '',
      resent: new Set(),
      isCompleted: false,
    });
  });

  it('keeps the first listing of a subscription, of however many clusters', async () => {
    const row: SubscriptionRow = { subscription: sub, matched: ['*'] };
    const listed = Array.from({ length: 1500 }, (_, n) => facts(`c${n}`));
    const ids = listed.map((each) => each.cluster);
    expect(new Set(await insertSubscription(storage.tables, 'listing', row, listed))).toEqual(new Set(ids));
    const gap: SubscriptionRow = { subscription: sub, matched: [], gap: 'SubscriptionUnreadable', detail: 'no' };
    const unread = listed.map((each): ClusterFacts => ({ ...each, recordOnly: 'SubscriptionUnreadable' }));
    expect(await insertSubscription(storage.tables, 'listing', gap, unread)).toHaveLength(1500);
    const { listed: rows, clusters } = await readSweep(storage.tables, 'listing');
    expect(rows).toEqual([{ ...row, gap: undefined, detail: undefined }]);
    expect(new Set(clusters)).toEqual(new Set(ids));
    expect(await readClusterFacts(storage.tables, 'listing', ids[1499]!)).toEqual(listed[1499]);
    expect(await readClusterFacts(storage.tables, 'listing', `${sub}.rg.none`)).toBeUndefined();
  });

  it('forgets the name of an API server that is no host name', async () => {
    const fqdns = ['shop-1.hcp.westeurope.azmk8s.io', '10.0.0.4', 'localhost', ''];
    const listed = fqdns.map((fqdn, n) => ({ ...facts(`f${n}`), fqdn }));
    await insertSubscription(storage.tables, 'names', { subscription: sub, matched: [] }, listed);
    const read = await Promise.all(listed.map(async (each) => (await readClusterFacts(storage.tables, 'names', each.cluster))?.fqdn));
    expect(read).toEqual([fqdns[0], undefined, undefined, undefined]);
  });

  it('keeps the clusters of each subscription apart', async () => {
    const other = sub.replace('0b', '0c');
    await insertSubscription(storage.tables, 'two', { subscription: sub, matched: [] }, [facts('c')]);
    const ids = await insertSubscription(storage.tables, 'two', { subscription: other, matched: [] }, [
      { ...facts('d'), cluster: `${other}.rg.d` },
    ]);
    expect(ids).toEqual([`${other}.rg.d`]);
  });

  it('keeps why a subscription could not be read', async () => {
    const gap: SubscriptionRow = { subscription: sub, matched: [], gap: 'SubscriptionUnreadable', detail: 'AuthorizationFailed' };
    await insertSubscription(storage.tables, 'gap', gap, []);
    expect((await readSweep(storage.tables, 'gap')).listed).toEqual([gap]);
  });

  it('finalizes a cluster once, with the first ledger', async () => {
    expect(await insertFinalized(storage.tables, 'finalize', cluster, ledger(3), now)).toEqual({ stored: ledger(3), first: true });
    expect(await insertFinalized(storage.tables, 'finalize', cluster, ledger(4), later)).toEqual({ stored: ledger(3), first: false });
    const { finalized, finalizedAt } = await readSweep(storage.tables, 'finalize');
    expect([finalized, finalizedAt]).toEqual([new Map([[cluster, ledger(3)]]), new Map([[cluster, now]])]);
  });

  it('is read without the plans and tallies of its clusters', async () => {
    await insertPlan(storage.tables, 'apart', cluster, plan);
    await insertTally(storage.tables, 'apart', cluster, '0', { 'reachable/Reachable': ['a'] });
    await insertFinalized(storage.tables, 'apart', cluster, ledger(1), now);
    expect(await readSweep(storage.tables, 'apart')).toMatchObject({ listed: [], finalized: new Map([[cluster, ledger(1)]]) });
  });
});
