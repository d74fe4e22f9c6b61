import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LogEntry } from '../../src/history/log.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import { putLog, readLogs } from '../../src/tables/log-rows.ts';
import { newestFirst } from '../../src/tables/open-tables.ts';
import { deleteOutage, insertOutage, readOutage, readOutages, replaceOutage } from '../../src/tables/outage-rows.ts';
import { insertOnce, isLostWrite, writeBatch } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let fleet: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  fleet = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();
const entry = (minute: number, success = false): LogEntry => ({
  nonce: String(minute),
  time: at(minute),
  success,
  reason: success ? 'Reachable' : 'DnsTimeout',
  message: 'x'.repeat(300),
  latencyMs: 8004,
});
const outage = (cluster: string, node: string | undefined, minute: number, more: Partial<Outage> = {}): Outage => ({
  cluster,
  node,
  start: at(minute),
  reason: 'DnsTimeout',
  message: 'Connectivity outage detected',
  episode: 1,
  episodes: [{ start: at(minute), ...(more.end && { end: more.end }) }],
  openedAt: at(minute + 1),
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  ...(node === undefined && { nodes: [], reasons: [], commonFactors: [] }),
  ...more,
});
const insert = (...outages: Outage[]) => writeBatch(fleet, outages.map(insertOutage));
const startsOf = async (cluster: string, options: Parameters<typeof readOutages>[2] = {}) =>
  (await readOutages(storage.tables, cluster, options)).map(({ outage: { node, start } }) => `${node ?? '*'} ${start.slice(14, 16)}`);

describe('an outage row', () => {
  it('is read back as it was written', async () => {
    const whole = outage('whole', 'a', 0, {
      end: at(9),
      episode: 2,
      startLogs: [0, 1, 2, 3, 4].map((minute) => entry(minute)),
      endLogs: [entry(9, true), entry(8)],
      episodes: [
        { start: at(0), end: at(4) },
        { start: at(6), end: at(9) },
      ],
      covered: 1,
      delivered: { mail: { started: 2, ended: 1 }, log: { started: 1, ended: 1 } },
    });
    const ofCluster = outage('whole', undefined, 0, {
      nodes: Array.from({ length: 5000 }, (_, n) => `aks-nodepool1-12345678-vmss${String(n).padStart(6, '0')}`),
      counts: { failing: 3, conclusive: 4, planned: 5, most: 4 },
      reasons: [
        { reason: 'DnsTimeout', nodes: 2 },
        { reason: 'NoRoute', nodes: 1 },
      ],
      commonFactors: [
        {
          factor: 'zone',
          value: '1',
          failing: 3,
          inside: 3,
          elsewhereFailing: 0,
          elsewhere: 3,
          sentence: 'all 3 failing nodes are in zone 1; 0 of 3 elsewhere fail',
        },
      ],
    });
    await insert(whole, ofCluster);
    expect((await readOutage(storage.tables, 'whole', 'a', at(0)))?.outage).toEqual(whole);
    expect((await readOutage(storage.tables, 'whole', undefined, at(0)))?.outage).toEqual(ofCluster);
    expect(await readOutage(storage.tables, 'whole', 'a', at(1))).toBeUndefined();
    expect((await readOutage(storage.tables, 'whole', 'a', at(0)))?.outage).not.toHaveProperty('nodes');
  });

  it('opens once for a subject and a start', async () => {
    await insert(outage('once', 'a', 0));
    await expect(insert(outage('once', 'a', 0, { message: 'again' }))).rejects.toSatisfy(isLostWrite);
    expect((await readOutage(storage.tables, 'once', 'a', at(0)))?.outage.message).toBe('Connectivity outage detected');
  });

  it('is changed only as it was read', async () => {
    await insert(outage('etag', 'a', 0));
    const read = (await readOutage(storage.tables, 'etag', 'a', at(0)))!;
    await writeBatch(fleet, [replaceOutage({ ...read, outage: { ...read.outage, end: at(5) } })]);
    const late = writeBatch(fleet, [replaceOutage({ ...read, outage: { ...read.outage, delivered: { log: { started: 1, ended: 0 } } } })]);
    await expect(late).rejects.toSatisfy(isLostWrite);
    expect((await readOutage(storage.tables, 'etag', 'a', at(0)))?.outage).toMatchObject({ end: at(5), ...nothingDelivered });
  });

  it('is taken for what can be read of it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(fleet, {
      partitionKey: 'stranger',
      rowKey: 'outage|a|1',
      start: at(0),
      node: 'a',
      reason: 'Whim',
      startLogs: '{',
      end: at(7),
    });
    expect((await readOutages(storage.tables, 'stranger'))[0]?.outage).toMatchObject({
      reason: 'ProberError',
      episode: 1,
      startLogs: [],
      end: at(7),
      episodes: [{ start: at(0), end: at(7) }],
      ...nothingDelivered,
    });
    warn.mockRestore();
  });

  it.each(['{', 'null', '7', '{"started":"1"}', '[{"begin":1}]', '[{"start":"2026'])(
    'with %j where JSON ought to be is read without it',
    async (text) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const broken = {
        delivered: text,
        covered: text,
        episodes: text,
        startLogs: text,
        endLogs: text,
        counts: text,
        commonFactors: text,
        nodes0: text,
      };
      const cluster = `broken ${text.length}`;
      await insertOnce(fleet, { partitionKey: cluster, rowKey: 'outage|*|1', start: at(0), node: '', end: '', ...broken });
      expect((await readOutages(storage.tables, cluster))[0]?.outage).toMatchObject({
        node: undefined,
        episodes: [{ start: at(0) }],
        ...nothingDelivered,
        startLogs: [],
        endLogs: [],
        counts: undefined,
        commonFactors: [],
        nodes: [],
      });
      expect(warn).toHaveBeenCalled();
      warn.mockRestore();
    },
  );

  it.each([{}, { episode: 'two' }, { start: 'x', end: 'soon', openedAt: '' }, { episode: -1 }])(
    'cut down to %j is still an outage',
    async (rest) => {
      const cluster = `cut ${JSON.stringify(rest).replaceAll(/[^a-z]/g, '')}`;
      await insertOnce(fleet, { partitionKey: cluster, rowKey: `outage|a|${newestFirst(at(0))}`, node: 'a', ...rest });
      const [read] = await readOutages(storage.tables, cluster);
      const end = rest.end && at(0);
      expect(read?.outage).toMatchObject({ node: 'a', start: at(0), end, openedAt: at(0), episode: 1, startLogs: [], ...nothingDelivered });
      await writeBatch(fleet, [replaceOutage(read!, true)]);
      expect((await readOutage(storage.tables, cluster, 'a', at(0)))?.outage).toEqual({
        ...read?.outage,
        episodes: [{ start: at(0), ...(end && { end }) }],
      });
    },
  );
});

describe('readOutages', () => {
  const archive = async (cluster: string, node: string, minute: number) => {
    const read = (await readOutage(storage.tables, cluster, node, at(minute)))!;
    await writeBatch(fleet, [replaceOutage(read, true)]);
  };
  beforeAll(async () => {
    await insert(
      outage('list', 'a', 0, { end: at(5) }),
      outage('list', 'a', 20, { end: at(25) }),
      outage('list', 'a', 40),
      outage('list', 'a-b', 10),
      outage('list', 'a1', 30, { end: at(31) }),
      outage('list', undefined, 35),
    );
    await archive('list', 'a', 0);
    await insert(outage('list-of-others', 'a', 50));
  });

  it('reads those of a cluster, newest first for each subject', async () => {
    expect(await startsOf('list')).toEqual(['* 35', 'a-b 10', 'a1 30', 'a 40', 'a 20', 'a 00']);
  });

  it('reads those of one node, and none of a node whose name begins alike', async () => {
    expect(await startsOf('list', { node: 'a' })).toEqual(['a 40', 'a 20', 'a 00']);
    expect(await startsOf('list', { node: 'a', most: 2 })).toEqual(['a 40', 'a 20']);
    expect(await startsOf('list', { node: '*' })).toEqual(['* 35']);
  });

  it('reads those that are open', async () => {
    expect(await startsOf('list', { which: 'open' })).toEqual(['* 35', 'a-b 10', 'a 40']);
  });

  it('reads those that are not archived', async () => {
    expect(await startsOf('list', { which: 'active' })).toEqual(['* 35', 'a-b 10', 'a1 30', 'a 40', 'a 20']);
  });

  it('finds an outage again that was archived and then changed', async () => {
    await insert(outage('archive', 'a', 0, { end: at(5) }));
    await archive('archive', 'a', 0);
    expect(await startsOf('archive', { which: 'active' })).toEqual([]);
    await writeBatch(fleet, [replaceOutage((await readOutage(storage.tables, 'archive', 'a', at(0)))!)]);
    expect(await startsOf('archive', { which: 'active' })).toEqual(['a 00']);
  });

  it('takes away what is deleted', async () => {
    await insert(outage('delete', 'a', 0), outage('delete', 'a', 1));
    await writeBatch(fleet, [deleteOutage((await readOutage(storage.tables, 'delete', 'a', at(0)))!)]);
    expect(await startsOf('delete')).toEqual(['a 01']);
  });
});

describe('logs', () => {
  const log = { successes: [entry(9, true)], failures: Array.from({ length: 10 }, (_, n) => entry(8 - n)) };

  it('are read back by node, and only those that are asked for', async () => {
    await writeBatch(
      fleet,
      ['a', 'a-b', 'a1', 'b', 'c'].map((node) => putLog('logs', node, log)),
    );
    const logs = await readLogs(storage.tables, 'logs', ['c', 'a', 'gone']);
    expect([...logs.keys()]).toEqual(['a', 'c']);
    expect(logs.get('a')).toEqual(log);
  });

  it('are what was written last', async () => {
    await writeBatch(fleet, [putLog('again', 'a', log)]);
    await writeBatch(fleet, [putLog('again', 'a', { successes: [], failures: [] })]);
    expect((await readLogs(storage.tables, 'again', ['a'])).get('a')).toEqual({ successes: [], failures: [] });
  });

  it('that cannot be read are empty', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(fleet, { partitionKey: 'broken', rowKey: 'log|a', successes: '[{"time":1}]', failures: 'x' });
    expect((await readLogs(storage.tables, 'broken', ['a'])).get('a')).toEqual({ successes: [], failures: [] });
    warn.mockRestore();
  });
});
