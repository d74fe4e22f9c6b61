import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { handlePoison } from '../../../src/housekeeping/handle-poison.ts';
import { emptyLedger } from '../../../src/model/ledger.ts';
import type { Services } from '../../../src/services.ts';
import { closeSweep } from '../../../src/sweep/close/close-sweep.ts';
import { insertPlan, insertTally } from '../../../src/tables/plan-rows.ts';
import { readRow } from '../../../src/tables/rows.ts';
import { insertCompleted } from '../../../src/tables/sweep-list.ts';
import { insertSubscription, insertSweep } from '../../../src/tables/sweep-rows.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { servicesAt } from '../services-at.ts';

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
  pools: [],
  listed: true,
});

describe('a sweep that is not complete', () => {
  it('is looked at again in 20 s, later less often, and in 3 s where nothing but an assessment of just now is missing', async () => {
    const { services, clock } = servicesAt(storage.connectionString, '2026-11-21T09:36:00Z');
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    const clusters = [facts('shop'), facts('blog')];
    await insertSweep(services.tables, sweep, [sub], sweep);
    await insertSubscription(services.tables, sweep, { subscription: sub, matched: [] }, clusters);
    const plan = { region: 'westeurope', slices: [['a']], due: sweep, notProbed: {}, gaps: {} };
    for (const { cluster } of clusters) await insertPlan(services.tables, sweep, cluster, plan);

    /** Runs it once, and lets the time pass until the first look that it asks for, or else a given time; gives the clusters that it has assessed. */
    const run = async (otherwise = 0) => {
      send.mockClear();
      await closeSweep(services, { v: 1, kind: 'close-sweep', sweep, deadline: '2026-11-21T09:50:00Z' });
      const sent = send.mock.calls.map(([message, options]) => ({ message, seconds: options?.delaySeconds }));
      const assessed = sent.flatMap(({ message }) => (message.kind === 'assess-cluster' ? [message.cluster.split('.')[2]] : []));
      const looks = sent.flatMap(({ message, seconds = 0 }) => (message.kind === 'close-sweep' ? [seconds] : []));
      clock.move(Math.min(...looks, looks.length > 0 ? 60 : otherwise) * 1000);
      return [assessed.sort(), looks];
    };
    expect(await run()).toEqual([[], [20]]);
    await insertTally(services.tables, sweep, clusters[0]!.cluster, '0', { 'reachable/Reachable': ['a'] });
    expect(await run()).toEqual([['shop'], [24]]);
    await insertTally(services.tables, sweep, clusters[1]!.cluster, '0', { 'reachable/Reachable': ['a'] });
    // The message of the one that was finalized before may be with a process that died; that of the other is under way.
    expect(await run()).toEqual([
      ['blog', 'shop'],
      [31.2, 3],
    ]);
    // The usual look is promised already.
    expect(await run(21)).toEqual([['shop'], []]);
    expect(await run()).toEqual([['blog', 'shop'], [38.4]]);
  });
});

describe('the sweep after one', () => {
  const next = (sweepId: string, due: string, starter = 'close-sweep') => [
    [{ kind: 'start-sweep', sweep: sweepId, starter }, expect.objectContaining({ deadline: new Date(Date.parse(due) + 3600_000) })],
    [{ kind: 'close-sweep', sweep: sweepId }, expect.anything()],
  ];
  const message = (id: string) => ({ v: 1, kind: 'close-sweep', sweep: id, deadline: '2026-11-21T10:40:00Z' }) as const;

  it('is asked for, once, also where the process that completed this one died right then', async () => {
    const id = '2026-11-21T10:05:00Z';
    const { services } = servicesAt(storage.connectionString, '2026-11-21T10:06:00Z');
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    await insertCompleted(services.tables, { sweep: id, startedAt: id, completedAt: id, ledger: emptyLedger, warnings: [] });
    for (let times = 0; times < 2; times++) await closeSweep(services, message(id));
    expect(send.mock.calls).toEqual(next('2026-11-21T10:10:00Z', '2026-11-21T10:10:30Z'));
    expect(send.mock.calls.map(([, options]) => options?.delaySeconds)).toEqual([270, 330]);
  });

  it('is asked for where the end of this one is given up', async () => {
    const id = '2026-11-21T10:20:00Z';
    const { services } = servicesAt(storage.connectionString, '2026-11-21T10:21:00Z');
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await handlePoison(services, message(id));
    expect(send.mock.calls).toEqual(next('2026-11-21T10:25:00Z', '2026-11-21T10:25:30Z'));
    // A forged one starts nothing.
    send.mockClear();
    await handlePoison(services, message('2026-11-21T10:21:17Z'));
    expect(send).not.toHaveBeenCalled();
  });
});

describe('work of a sweep whose message died with its process', () => {
  const at = (time: string) => `2026-11-21T09:${time}.000Z`;
  const other = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e02';

  /** What a look at a sweep sends beside the next look. */
  async function sentBy(services: Services, id: string): Promise<string[]> {
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    await closeSweep(services, { v: 1, kind: 'close-sweep', sweep: id, deadline: '2026-11-21T12:00:00Z' });
    const sent = send.mock.calls.map(([message]) => message).filter(({ kind }) => kind !== 'close-sweep');
    send.mockRestore();
    return sent.map((message) =>
      [message.kind, 'subscription' in message && message.subscription, 'cluster' in message && message.cluster].filter(Boolean).join(' '),
    );
  }

  it('is asked for again once: the start of the sweep', async () => {
    const { services, clock } = servicesAt(storage.connectionString, at('40:00'));
    const id = '2026-11-21T09:40:00Z';
    clock.at(at('41:14'));
    expect(await sentBy(services, id)).toEqual([]);
    clock.at(at('41:15'));
    expect(await sentBy(services, id)).toEqual(['start-sweep']);
    clock.at(at('41:30'));
    expect(await sentBy(services, id)).toEqual([]);
  });

  it('is asked for again once: a listing, and an expansion', async () => {
    const { services, clock } = servicesAt(storage.connectionString, at('45:00'));
    const id = '2026-11-21T09:45:00Z';
    await insertSweep(services.tables, id, [sub, other], at('45:02'));
    await insertSubscription(services.tables, id, { subscription: sub, matched: [] }, [facts('shop'), facts('blog')]);
    await insertPlan(services.tables, id, facts('shop').cluster, {
      region: 'westeurope',
      slices: [],
      due: at('45:05'),
      notProbed: {},
      gaps: {},
    });
    clock.at(at('46:16'));
    expect(await sentBy(services, id)).toEqual([`assess-cluster ${facts('shop').cluster}`]);
    clock.at(at('46:17'));
    expect(await sentBy(services, id)).toEqual([`list-clusters ${other}`, `expand-cluster ${facts('blog').cluster}`]);
    clock.at(at('47:00'));
    expect((await sentBy(services, id)).filter((each) => !each.startsWith('assess'))).toEqual([]);
  });

  it('is the look itself: the next one is promised before anything is done', async () => {
    const { services, clock } = servicesAt(storage.connectionString, at('50:30'));
    const id = '2026-11-21T09:50:00Z';
    await insertSweep(services.tables, id, [sub], at('50:02'));
    const send = vi.spyOn(services.queue, 'send').mockResolvedValue();
    const failing = { name: 'fail', sendRequest: () => Promise.reject(new Error('died')) };
    (await services.tables.open('clusters')).pipeline.addPolicy(failing);
    const look = () => closeSweep(services, { v: 1, kind: 'close-sweep', sweep: id, deadline: '2026-11-21T12:00:00Z' });
    await expect(look()).rejects.toThrow('died');
    expect(send.mock.calls.map(([message]) => message.kind)).toEqual(['close-sweep']);
    // However often it fails, it promises one look at a time.
    await expect(look()).rejects.toThrow('died');
    expect(send).toHaveBeenCalledTimes(1);
    // Nor for ever; the sweep after it, which is due by now, is asked for all the same.
    clock.at('2026-11-21T11:30:00.000Z');
    send.mockClear();
    for (let times = 0; times < 2; times++) await expect(look()).rejects.toThrow('died');
    const next = '2026-11-21T09:55:00Z';
    expect(send.mock.calls.map(([message]) => message)).toEqual([
      { kind: 'start-sweep', sweep: next, starter: 'close-sweep' },
      { kind: 'close-sweep', sweep: next },
    ]);
  });

  it('is given up where the sweep never began and the next one goes on', async () => {
    const { services } = servicesAt(storage.connectionString, at('59:00'));
    expect(await sentBy(services, '2026-11-21T09:50:05Z')).toEqual([]);
    expect(await services.tables.open('sweeps').then((table) => readRow(table, '2026-11-21T09:50:05Z', 'completed'))).toBeUndefined();
  });
});
