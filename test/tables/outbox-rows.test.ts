import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deleteSummary, freezeSummary, readSummaries, type Summary } from '../../src/tables/outbox-rows.ts';
import { insertOnce } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let fleet: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  fleet = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

const start = '2026-11-21T09:35:00.000Z';
const summaryOf = (id: string, count: number, more: Partial<Summary> = {}): Summary => ({
  eventId: `0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop|summary|${id}/started`,
  what: 'started',
  members: Array.from({ length: count }, (_, n) => ({
    node: `aks-nodepool1-12345678-vmss${String(n).padStart(6, '0')}`,
    start,
    reason: 'DnsTimeout' as const,
    episode: 1,
  })),
  commonFactors: [],
  sinks: ['log'],
  ...more,
});

describe('a summary in the outbox', () => {
  it('is read back as it was frozen, with 5,000 members too', async () => {
    const ended = summaryOf('b', 2, { what: 'ended' });
    ended.members[0]!.end = start;
    const large = summaryOf('a', 5000, {
      commonFactors: [{ factor: 'zone', value: '1', failing: 3, inside: 3, elsewhereFailing: 0, elsewhere: 2, sentence: 'all 3 are' }],
    });
    for (const each of [large, ended]) await freezeSummary(storage.tables, 'whole', each);
    expect(await readSummaries(storage.tables, 'whole')).toEqual([large, ended]);
  });

  it('is frozen once', async () => {
    await freezeSummary(storage.tables, 'once', summaryOf('a', 2));
    await freezeSummary(storage.tables, 'once', summaryOf('a', 9));
    expect(await readSummaries(storage.tables, 'once')).toEqual([summaryOf('a', 2)]);
  });

  it('is for further sinks too, with the members that it has', async () => {
    await freezeSummary(storage.tables, 'further', summaryOf('a', 2));
    await freezeSummary(storage.tables, 'further', summaryOf('a', 9, { sinks: ['mail', 'log'] }));
    expect(await readSummaries(storage.tables, 'further')).toEqual([summaryOf('a', 2, { sinks: ['log', 'mail'] })]);
  });

  it('is deleted alone', async () => {
    for (const id of ['a', 'b']) await freezeSummary(storage.tables, 'away', summaryOf(id, 1));
    await deleteSummary(storage.tables, 'away', summaryOf('a', 1));
    expect(await readSummaries(storage.tables, 'away')).toEqual([summaryOf('b', 1)]);
  });

  it('belongs to its cluster', async () => {
    await freezeSummary(storage.tables, 'own', summaryOf('a', 1));
    expect(await readSummaries(storage.tables, 'other')).toEqual([]);
  });

  it.each(['{', 'null', '[{"node":1}]', '[{"node":"a","start":"2026'])('with %j for members has none, with a warning', async (text) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const cluster = `broken ${text.length}`;
    await insertOnce(fleet, { partitionKey: cluster, rowKey: 'outbox|a', what: 'sung', members0: text, commonFactors: text, sinks: text });
    expect(await readSummaries(storage.tables, cluster)).toEqual([
      { eventId: 'a', what: 'started', members: [], commonFactors: [], sinks: [] },
    ]);
    expect(warn).toHaveBeenCalledTimes(3);
    warn.mockRestore();
  });
});
