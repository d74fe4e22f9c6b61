import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Started } from '../../src/model/start.ts';
import { insertOnce } from '../../src/tables/rows.ts';
import { deleteStarted, putStarted, readStarted, readStartedNode } from '../../src/tables/start-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let probes: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  probes = await storage.tables.open('probes');
});
afterAll(() => storage.stop());

const nonce = '0123456789abcdef';
const polling: Started = { nonce, status: 'polling', poller: JSON.stringify({ state: 'x'.repeat(7700) }) };
const ended: Started = { nonce, status: 'ended', verdict: { verdict: 'unknown', reason: 'NodeBusy', message: 'another run' } };
const deferred: Started = { nonce, status: 'deferred' };
const nodes = (count: number) => Array.from({ length: count }, (_, n) => `aks-web-12345678-vmss${String(n).padStart(6, '0')}`);

describe('how the starts of a slice went', () => {
  it('is read back by node', async () => {
    const started = new Map<string, Started>([
      ['a', polling],
      ['b', ended],
      ['c', deferred],
    ]);
    await putStarted(storage.tables, 'kinds', started);
    expect(await readStarted(storage.tables, 'kinds')).toEqual(started);
    expect(await readStartedNode(storage.tables, 'kinds', 'b')).toEqual(ended);
    expect(await readStartedNode(storage.tables, 'kinds', 'd')).toBeUndefined();
  });

  it('fits storage for a slice of 100 nodes with the pollers that Azure gives', async () => {
    const started = new Map(nodes(100).map((node) => [node, polling] as const));
    await putStarted(storage.tables, 'full', started);
    expect(await readStarted(storage.tables, 'full')).toEqual(started);
  });

  it('is what was written last', async () => {
    await putStarted(storage.tables, 'again', new Map([['a', polling]]));
    await putStarted(storage.tables, 'again', new Map([['a', ended]]));
    expect(await readStarted(storage.tables, 'again')).toEqual(new Map([['a', ended]]));
  });

  it('is kept apart by slice run', async () => {
    await putStarted(storage.tables, '2026|c|1', new Map([['a', polling]]));
    await putStarted(storage.tables, '2026|c|10', new Map([['b', polling]]));
    expect([...(await readStarted(storage.tables, '2026|c|1')).keys()]).toEqual(['a']);
  });

  it.each([
    ['of no known status', { status: 'flying' }],
    ['without a verdict', { status: 'ended', verdict: '' }],
    ['whose verdict is no JSON', { status: 'ended', verdict: '{' }],
    [
      'with a verdict that no start can have',
      { status: 'ended', verdict: JSON.stringify({ verdict: 'reachable', reason: 'Reachable', message: '' }) },
    ],
  ])('never proves that a node is reachable by a row %s', async (what, properties) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await insertOnce(probes, { partitionKey: 'stranger', rowKey: what, ...properties });
    expect(await readStartedNode(storage.tables, 'stranger', what)).toMatchObject({
      status: 'ended',
      verdict: { verdict: 'unknown', reason: 'ProberError' },
    });
    warn.mockRestore();
  });
});

describe('deleteStarted', () => {
  it('deletes those of some nodes and leaves the others', async () => {
    await putStarted(storage.tables, 'some', new Map(nodes(50).map((node) => [node, deferred])));
    await deleteStarted(storage.tables, 'some', nodes(49));
    expect([...(await readStarted(storage.tables, 'some')).keys()]).toEqual(nodes(50).slice(49));
  });

  it('deletes the rest where some are gone already, and may run twice', async () => {
    await putStarted(storage.tables, 'twice', new Map(nodes(3).map((node) => [node, deferred])));
    await deleteStarted(storage.tables, 'twice', nodes(2));
    await deleteStarted(storage.tables, 'twice', nodes(3));
    await deleteStarted(storage.tables, 'twice', nodes(3));
    expect(await readStarted(storage.tables, 'twice')).toEqual(new Map());
  });

  it('does nothing for no node', async () => {
    await expect(deleteStarted(storage.tables, 'none', [])).resolves.toBeUndefined();
  });
});
