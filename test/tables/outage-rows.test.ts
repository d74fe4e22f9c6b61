import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LogEntry } from '../../src/history/log.ts';
import type { Outage } from '../../src/history/outage.ts';
import { insertOutage, putLog, readLogs, readOutage, readOutages, replaceOutage } from '../../src/tables/outage-rows.ts';
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
  openedAt: at(minute + 1),
  startLogs: [],
  endLogs: [],
  announced: [],
  ...more,
});
const insert = (...outages: Outage[]) => writeBatch(fleet, outages.map(insertOutage));
const startsOf = async (cluster: string, options: Parameters<typeof readOutages>[2] = {}) =>
  (await readOutages(fleet, cluster, options)).map(({ outage: { node, start } }) => `${node ?? '*'} ${start.slice(14, 16)}`);

describe('an outage row', () => {
  it('is read back as it was written', async () => {
    const whole = outage('whole', 'a', 0, {
      end: at(9),
      episode: 2,
      startLogs: [0, 1, 2, 3, 4].map((minute) => entry(minute)),
      endLogs: [entry(9, true), entry(8)],
      announced: ['started', 'ended'],
    });
    const ofCluster = outage('whole', undefined, 0);
    await insert(whole, ofCluster);
    expect((await readOutage(fleet, 'whole', 'a', at(0)))?.outage).toEqual(whole);
    expect((await readOutage(fleet, 'whole', undefined, at(0)))?.outage).toEqual(ofCluster);
    expect(await readOutage(fleet, 'whole', 'a', at(1))).toBeUndefined();
  });

  it('opens once for a subject and a start', async () => {
    await insert(outage('once', 'a', 0));
    await expect(insert(outage('once', 'a', 0, { message: 'again' }))).rejects.toSatisfy(isLostWrite);
    expect((await readOutage(fleet, 'once', 'a', at(0)))?.outage.message).toBe('Connectivity outage detected');
  });

  it('is changed only as it was read', async () => {
    await insert(outage('etag', 'a', 0));
    const read = (await readOutage(fleet, 'etag', 'a', at(0)))!;
    await writeBatch(fleet, [replaceOutage({ ...read, outage: { ...read.outage, end: at(5) } })]);
    const late = writeBatch(fleet, [replaceOutage({ ...read, outage: { ...read.outage, announced: ['started'] } })]);
    await expect(late).rejects.toSatisfy(isLostWrite);
    expect((await readOutage(fleet, 'etag', 'a', at(0)))?.outage).toMatchObject({ end: at(5), announced: [] });
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
      announced: 'started,sung',
    });
    expect((await readOutages(fleet, 'stranger'))[0]?.outage).toMatchObject({
      reason: 'Undiagnosed',
      episode: 1,
      startLogs: [],
      announced: ['started'],
    });
    warn.mockRestore();
  });
});

describe('readOutages', () => {
  beforeAll(async () => {
    await insert(
      outage('list', 'a', 0, { end: at(5), announced: ['started', 'ended'] }),
      outage('list', 'a', 20, { end: at(25), announced: ['started'] }),
      outage('list', 'a', 40),
      outage('list', 'a-b', 10, { announced: ['started'] }),
      outage('list', 'a1', 30, { end: at(31) }),
      outage('list', undefined, 35, { announced: ['started'] }),
    );
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

  it('reads those of which somebody is still to be told', async () => {
    expect(await startsOf('list', { which: 'unsettled' })).toEqual(['a1 30', 'a 40', 'a 20']);
  });

  it('finds an outage unsettled again when it ends, and settled once that is told', async () => {
    await insert(outage('settle', 'a', 0, { announced: ['started'] }));
    const change = async (more: Partial<Outage>) => {
      const read = (await readOutage(fleet, 'settle', 'a', at(0)))!;
      await writeBatch(fleet, [replaceOutage({ ...read, outage: { ...read.outage, ...more } })]);
      return startsOf('settle', { which: 'unsettled' });
    };
    expect(await startsOf('settle', { which: 'unsettled' })).toEqual([]);
    expect(await change({ end: at(5) })).toEqual(['a 00']);
    expect(await change({ announced: ['started', 'ended'] })).toEqual([]);
  });
});

describe('logs', () => {
  const log = { successes: [entry(9, true)], failures: Array.from({ length: 10 }, (_, n) => entry(8 - n)) };

  it('are read back by node, and only those that are asked for', async () => {
    await writeBatch(
      fleet,
      ['a', 'a-b', 'a1', 'b', 'c'].map((node) => putLog('logs', node, log)),
    );
    const logs = await readLogs(fleet, 'logs', ['c', 'a', 'gone']);
    expect([...logs.keys()]).toEqual(['a', 'c']);
    expect(logs.get('a')).toEqual(log);
  });

  it('are what was written last', async () => {
    await writeBatch(fleet, [putLog('again', 'a', log)]);
    await writeBatch(fleet, [putLog('again', 'a', { successes: [], failures: [] })]);
    expect((await readLogs(fleet, 'again', ['a'])).get('a')).toEqual({ successes: [], failures: [] });
  });

  it('that cannot be read are empty', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(fleet, { partitionKey: 'broken', rowKey: 'log|a', successes: '[{"time":1}]', failures: 'x' });
    expect((await readLogs(fleet, 'broken', ['a'])).get('a')).toEqual({ successes: [], failures: [] });
    warn.mockRestore();
  });
});
