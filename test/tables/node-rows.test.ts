import type { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Claim } from '../../src/model/claim.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import { emptyHistory, emptyState, type NodeHistory, type NodeState, type ProbeResult } from '../../src/model/node-state.ts';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
import {
  factProperties,
  mergeNode,
  type NodeRow,
  nodeRange,
  noteProperties,
  readJudgedNodes,
  readNodes,
  stateProperties,
} from '../../src/tables/node-rows.ts';
import { insertOnce, isLostWrite, writeBatch } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
let fleet: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  fleet = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

const time = '2026-11-21T09:35:02.000Z';
const facts: NodeFacts = {
  node: 'aks-web-12345678-vmss00000a',
  resourceId:
    '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/MC_rg-payments-prod_payments-prod_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/10',
  vmId: '4b2f7d4e-93d6-4b0f-9a59-2f3c5c7a1b11',
  pool: 'web',
  os: 'Linux',
  zone: '2',
  size: 'Standard_D8ds_v5',
  image: 'AKSUbuntu/2204gen2containerd/202610.01.0',
  subnet: 'aks-subnet',
  created: '2026-10-01T00:00:00.000Z',
  skipped: 'TooYoung',
};
const claim: Claim = {
  id: '2026-11-21T09:35:00Z|cluster|0',
  nonce: '0123456789abcdef',
  sweep: '2026-11-21T09:35:00Z',
  startedAt: time,
  until: '2026-11-21T09:39:32.000Z',
};
const state: NodeState = {
  latest: {
    verdict: 'unreachable',
    reason: 'ConnectionTimedOut',
    message: 'kubectl version failed',
    latencyMs: 8004,
    nonce: 'fedcba9876543210',
    run: 'f',
    sweep: '2026-11-21T09:35:00Z',
    at: time,
  },
  since: time,
  failures: 2,
  successes: 0,
  unknowns: 1,
  firstFailure: time,
  firstSuccess: undefined,
  outage: { outage: time, episode: 2, from: time, reason: 'DnsTimeout' },
};
/** A result as a history keeps it: without what only the latest one has. */
const brief = (nonce: string, more: Partial<ProbeResult> = {}): ProbeResult => ({
  verdict: 'reachable',
  reason: 'Reachable',
  message: '',
  run: '',
  sweep: '',
  nonce,
  at: time,
  ...more,
});
const history: NodeHistory = {
  settled: {
    ...emptyState,
    latest: brief('aaaaaaaaaaaaaaaa'),
    failures: 1,
    firstFailure: time,
    outage: { outage: time, episode: 1, from: time, end: time, reason: 'DnsTimeout' },
  },
  recent: [brief('bbbbbbbbbbbbbbbb', { verdict: 'unreachable', reason: 'DnsTimeout' }), state.latest!],
};
const properties = (each: NodeState) => stateProperties(each, { settled: each, recent: [] });

const put = async (cluster: string, node: string, properties: Record<string, unknown>) => {
  await insertOnce(fleet, { partitionKey: cluster, rowKey: `node|${node}`, ...properties });
  return (await readNodes(storage.tables, cluster, [node])).get(node)!;
};

describe('nodeRange', () => {
  const name = fc
    .tuple(fc.constantFrom(...'abz09'), fc.string({ unit: fc.constantFrom(...'abz09-.'), maxLength: 4 }), fc.constantFrom(...'abz09'))
    .map((parts) => parts.join(''));

  it('holds every name that is asked for, and none before the first or after the last', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), name, (names, other) => {
        const { from, to } = nodeRange(names);
        const holds = (node: string) => from <= `node|${node}` && `node|${node}` < to;
        expect(names.every(holds)).toBe(true);
        const sorted = [...names].sort();
        expect(holds(other)).toBe(sorted[0]! <= other && other <= sorted.at(-1)!);
      }),
      { numRuns: 2000 },
    );
  });

  it('holds every node and nothing else of a cluster where no name is told', () => {
    const { from, to } = nodeRange();
    fc.assert(fc.property(name, (node) => from <= `node|${node}` && `node|${node}` < to));
    for (const key of ['cluster', 'log|a', 'outage|a|1', 'outbox|a', 'nodes', 'node', 'note']) expect(from <= key && key < to).toBe(false);
    expect(nodeRange([])).toEqual(nodeRange());
  });
});

describe('a node row', () => {
  it('is read back as it was written', async () => {
    const written = {
      ...factProperties(facts),
      ...stateProperties(state, history),
      ...noteProperties({ claim: { ...claim, overdue: true } }),
    };
    const row = await put('whole', facts.node, { ...written, foldedAt: time, missing: 1, missedIn: 'sweep', retiredAt: time });
    expect(row).toEqual({
      facts,
      state,
      history,
      claim: { ...claim, overdue: true },
      foldedAt: time,
      missing: 1,
      missedIn: 'sweep',
      retiredAt: time,
      etag: expect.stringContaining('datetime'),
    });
  });

  it('keeps whether it was served, since when and why not, and of its earlier results that much in short', async () => {
    const said = { ok: false as const, reason: 'EtcdUnavailable' as const, message: 'etcd does not answer' };
    const latest = brief('cccccccccccccccc', { message: 'v1.33.5', run: 'f', sweep: 's', served: said });
    const written: NodeState = { ...emptyState, latest, conclusiveAt: time, served: { ...said, since: time, times: 2 } };
    const earlier = [brief('aaaaaaaaaaaaaaaa', { served: { ok: true } }), brief('bbbbbbbbbbbbbbbb', { served: { ...said, message: '' } })];
    const before: NodeState = { ...emptyState, latest: earlier[0]!, served: { ok: true, since: time, times: 1 } };
    const row = await put('served', facts.node, {
      ...factProperties(facts),
      ...stateProperties(written, { settled: before, recent: [earlier[1]!, latest] }),
    });
    expect(row.state).toEqual(written);
    expect(row.history).toEqual({ settled: before, recent: [earlier[1]!, latest] });
    expect((await readJudgedNodes(storage.tables, 'served')).get(facts.node)?.state.served).toEqual(written.served);
    const long = stateProperties({ ...written, served: { ...said, message: 'x'.repeat(500), since: time, times: 2 } }, emptyHistory);
    expect(JSON.parse(String(long.served)).message).toBe('x'.repeat(160));
  });

  it('says nothing of being served once its latest probe gave no verdict, but remembers it', async () => {
    const latest = brief('dddddddddddddddd', { verdict: 'unknown', reason: 'NoProof' });
    const written: NodeState = { ...emptyState, latest, served: { ok: true, since: time, times: 3 } };
    const row = await put('remembered', facts.node, { ...factProperties(facts), ...stateProperties(written, emptyHistory) });
    expect(row.state).toEqual(written);
    expect(row.state.latest).not.toHaveProperty('served');
  });

  it('is read back as it was written when most of it is empty', async () => {
    const bare: NodeFacts = { node: 'bare', resourceId: '/x', vmId: '', pool: 'p', os: 'Windows' };
    const row = await put('bare', 'bare', {
      ...factProperties(bare),
      ...stateProperties(emptyState, emptyHistory),
      ...noteProperties({ claim: undefined }),
      missing: 0,
    });
    expect(row).toEqual({ facts: bare, state: emptyState, history: emptyHistory, missing: 0, etag: row.etag });
  });

  it('keeps any state but the end of a long message', async () => {
    const reason = fc.constantFrom(...(Object.keys(reasons) as ReasonCode[]));
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
    const count = fc.nat(1000);
    const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }).map((date) => date.toISOString());
    const latest = fc.record({
      verdict: fc.constantFrom('reachable', 'unreachable', 'unknown'),
      reason,
      message: text,
      latencyMs: fc.nat(),
      nonce: text,
      run: text,
      sweep: text,
      at: moment,
    });
    const optional = fc.option(moment, { nil: undefined });
    const outage = fc.record(
      { outage: text, episode: count, from: text, end: text, reason },
      { requiredKeys: ['outage', 'episode', 'from', 'reason'] },
    );
    const any = fc.record({
      latest: fc.option(latest, { nil: undefined }),
      since: optional,
      failures: count,
      successes: count,
      unknowns: count,
      firstFailure: optional,
      firstSuccess: optional,
      outage: fc.option(outage, { nil: undefined }),
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(any, async (written: NodeState) => {
        n += 1;
        const row = await put('any', `n${n}`, properties(written));
        expect(row.state).toEqual(written);
        expect(row.history.settled.outage).toEqual(written.outage);
      }),
      { numRuns: 40 },
    );
    expect(properties({ ...state, latest: { ...state.latest!, message: 'x'.repeat(500) } }).message).toBe('x'.repeat(160));
  });

  it('takes a value away that is no longer there when it is merged', async () => {
    const row = await put('merge', facts.node, { ...factProperties(facts), ...properties(state), ...noteProperties({ claim: claim }) });
    const emptied = {
      ...factProperties({ ...facts, zone: undefined, skipped: undefined }),
      ...properties(emptyState),
      ...noteProperties({ claim: undefined }),
    };
    await writeBatch(fleet, [mergeNode('merge', row, emptied)]);
    const merged = (await readNodes(storage.tables, 'merge')).get(facts.node);
    expect(merged).toMatchObject({
      facts: { zone: undefined, skipped: undefined, size: facts.size },
      state: { latest: undefined, failures: 0, outage: undefined },
      history: emptyHistory,
    });
    expect(merged?.claim).toBeUndefined();
  });

  it('is changed only as it was read', async () => {
    const row = await put('etag', facts.node, { ...factProperties(facts), ...properties(emptyState), missing: 0 });
    await writeBatch(fleet, [mergeNode('etag', row, noteProperties({ claim: claim }))]);
    await expect(writeBatch(fleet, [mergeNode('etag', row, noteProperties({ claim: { ...claim, id: 'mine' } }))])).rejects.toSatisfy(
      isLostWrite,
    );
    expect((await readNodes(storage.tables, 'etag')).get(facts.node)?.claim).toEqual(claim);
  });

  it('is taken for what can be read of it, and proves nothing by the rest', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const row = await put('stranger', 'a', {
      verdict: 'fine',
      reason: 'Nonsense',
      failures: -3,
      successes: 'many',
      os: 'BeOS',
      skipped: 'Whim',
      missing: 'x',
    });
    expect(row).toMatchObject({ state: { failures: 0, successes: 0 }, missing: 0, facts: { os: 'Linux' } });
    expect([row.state.latest, row.facts.skipped]).toEqual([undefined, 'ProberError']);
    const known = await put('stranger', 'b', { verdict: 'unreachable', reason: 'OfTomorrow', at: time });
    expect(known.state.latest).toMatchObject({ verdict: 'unreachable', reason: 'ProberError' });
    // A result without its time can be put in no order.
    const timeless = await put('stranger', 'c', { verdict: 'unreachable', reason: 'ConnectionRefused', at: 'soon', firstFailure: '[]' });
    expect([timeless.state.latest, timeless.state.firstFailure]).toEqual([undefined, undefined]);
    warn.mockRestore();
  });

  it.each([
    '{',
    'null',
    '7',
    '[]',
    '{"settled":{},"recent":[]}',
    '{"settled":{"failures":0,"successes":0,"unknowns":0},"recent":[{"at":1}]}',
    JSON.stringify(history).slice(0, 80),
  ])('whose history is %j goes on from its state, with a warning', async (window) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const row = await put(`window ${window.length}`, 'a', { ...properties(state), window });
    expect(row.history).toEqual({ settled: state, recent: [] });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it.each(['{', 'null', '{"outage":7}', '["x"]', JSON.stringify(state.outage).slice(0, 40)])(
    'whose outage is %j has none, with a warning',
    async (outage) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const row = await put(`outage ${outage.length}`, 'a', { ...properties(state), outage });
      expect(row.state.outage).toBeUndefined();
      expect(warn).toHaveBeenCalledOnce();
      warn.mockRestore();
    },
  );

  it('of which nothing is left but its key is a node that was never probed', async () => {
    expect(await put('cut', 'a', {})).toMatchObject({
      facts: { node: 'a', vmId: '' },
      state: emptyState,
      history: emptyHistory,
      missing: 0,
    });
  });

  it('whose claim cannot be read is claimed all the same', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const [node, claim] of Object.entries({ a: '{', b: '{"id":1}', c: 'true' })) {
      const row = await put('claim', node, { claim: claim });
      expect(Date.parse(row.claim!.until) - Date.now()).toBeGreaterThan(500_000);
    }
    warn.mockRestore();
  });
});

describe('readNodes', () => {
  const names = (rows: ReadonlyMap<string, NodeRow>) => [...rows.keys()];
  beforeAll(async () => {
    for (const node of ['a', 'a-b', 'a.b', 'a0', 'b', 'c']) await insertOnce(fleet, { partitionKey: 'some', rowKey: `node|${node}` });
    for (const rowKey of ['cluster', 'log|a', 'outage|a|1']) await insertOnce(fleet, { partitionKey: 'some', rowKey });
  });

  it('reads all nodes of a cluster and no other row', async () => {
    expect(names(await readNodes(storage.tables, 'some'))).toEqual(['a', 'a-b', 'a.b', 'a0', 'b', 'c']);
  });

  it('reads those that are asked for, in any order, and no other', async () => {
    expect(names(await readNodes(storage.tables, 'some', ['c', 'a', 'gone']))).toEqual(['a', 'c']);
    expect(names(await readNodes(storage.tables, 'some', ['a']))).toEqual(['a']);
    expect(names(await readNodes(storage.tables, 'other'))).toEqual([]);
  });
});

describe('readJudgedNodes', () => {
  it('reads of each node what a judgement takes, and no history', async () => {
    await put('judged', 'a', { ...factProperties(facts), ...properties(state), ...noteProperties({ claim: claim }), retiredAt: time });
    await put('judged', 'b', { verdict: 'unreachable', reason: 'DnsTimeout', at: time });
    const { unknowns, firstFailure, firstSuccess, outage } = state;
    const { pool, os, zone, size, image, subnet, created, skipped } = facts;
    const rows = await readJudgedNodes(storage.tables, 'judged');
    expect([...rows.keys()]).toEqual(['a', 'b']);
    expect(rows.get('a')).toMatchObject({
      facts: { pool, os, zone, size, image, subnet, created, skipped },
      state: { latest: { verdict: 'unreachable', reason: 'ConnectionTimedOut', at: time }, unknowns, firstFailure, firstSuccess, outage },
      retiredAt: time,
    });
    expect(rows.get('a')).not.toHaveProperty('history');
    expect(rows.get('b')?.state.latest).toMatchObject({ verdict: 'unreachable', reason: 'DnsTimeout' });
  });
});
