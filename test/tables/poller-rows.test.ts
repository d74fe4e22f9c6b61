import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deleteStarted, putStarted, readStarted, readStartedNode, type Started } from '../../src/tables/poller-rows.ts';
import { insertOnce } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let flights: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  flights = await storage.tables.open('flights');
});
afterAll(() => storage.stop());

const nonce = '0123456789abcdef';
const polling: Started = { nonce, status: 'polling', poller: JSON.stringify({ state: 'x'.repeat(7700) }) };
const ended: Started = { nonce, status: 'ended', verdict: { verdict: 'unknown', reason: 'NodeBusy', message: 'another run' } };
const moved: Started = { nonce, status: 'moved' };
const nodes = (count: number) => Array.from({ length: count }, (_, n) => `aks-web-12345678-vmss${String(n).padStart(6, '0')}`);

describe('how the starts of a slice went', () => {
  it('is read back by node', async () => {
    const started = new Map<string, Started>([
      ['a', polling],
      ['b', ended],
      ['c', moved],
    ]);
    await putStarted(flights, 'kinds', started);
    expect(await readStarted(flights, 'kinds')).toEqual(started);
    expect(await readStartedNode(flights, 'kinds', 'b')).toEqual(ended);
    expect(await readStartedNode(flights, 'kinds', 'd')).toBeUndefined();
  });

  it('fits storage for a slice of 50 nodes with the pollers that Azure gives', async () => {
    const started = new Map(nodes(50).map((node) => [node, polling] as const));
    await putStarted(flights, 'full', started);
    expect(await readStarted(flights, 'full')).toEqual(started);
  });

  it('is what was written last', async () => {
    await putStarted(flights, 'again', new Map([['a', polling]]));
    await putStarted(flights, 'again', new Map([['a', ended]]));
    expect(await readStarted(flights, 'again')).toEqual(new Map([['a', ended]]));
  });

  it('is kept apart by slice run', async () => {
    await putStarted(flights, '2026|c|1', new Map([['a', polling]]));
    await putStarted(flights, '2026|c|10', new Map([['b', polling]]));
    expect([...(await readStarted(flights, '2026|c|1')).keys()]).toEqual(['a']);
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
    await insertOnce(flights, { partitionKey: 'stranger', rowKey: what, ...properties });
    expect(await readStartedNode(flights, 'stranger', what)).toMatchObject({
      status: 'ended',
      verdict: { verdict: 'unknown', reason: 'ProberError' },
    });
    warn.mockRestore();
  });
});

describe('deleteStarted', () => {
  it('deletes those of some nodes and leaves the others', async () => {
    await putStarted(flights, 'some', new Map(nodes(50).map((node) => [node, moved])));
    await deleteStarted(flights, 'some', nodes(49));
    expect([...(await readStarted(flights, 'some')).keys()]).toEqual(nodes(50).slice(49));
  });

  it('deletes the rest where some are gone already, and may run twice', async () => {
    await putStarted(flights, 'twice', new Map(nodes(3).map((node) => [node, moved])));
    await deleteStarted(flights, 'twice', nodes(2));
    await deleteStarted(flights, 'twice', nodes(3));
    await deleteStarted(flights, 'twice', nodes(3));
    expect(await readStarted(flights, 'twice')).toEqual(new Map());
  });

  it('does nothing for no node', async () => {
    await expect(deleteStarted(flights, 'none', [])).resolves.toBeUndefined();
  });
});
