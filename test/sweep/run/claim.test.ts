import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import type { Claim } from '../../../src/model/claim.ts';
import { isOverdue } from '../../../src/model/claim.ts';
import { emptyState, type NodeState } from '../../../src/model/node-state.ts';
import type { ReasonCode } from '../../../src/model/reasons.ts';
import type { Services } from '../../../src/services.ts';
import type { MessageOf } from '../../../src/sweep/queue/messages.ts';
import { claimNodes, releaseClaims } from '../../../src/sweep/run/claim.ts';
import { noteProperties, readNodes, stateProperties } from '../../../src/tables/node-rows.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const start = '2026-11-21T09:35:00.000Z';
const sweep = '2026-11-21T09:35:00Z';
const id = 'this run';

let azurite: Azurite;
let services: Services;
let clock: Clock;
let cluster = '';
let clusters = 0;
beforeAll(async () => {
  azurite = await startAzurite();
  ({ services, clock } = servicesAt(azurite.connectionString, start));
});
afterAll(() => azurite.stop());
beforeEach(() => {
  clock.at(start);
  clusters += 1;
  cluster = `0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.c${clusters}`;
});

const claimOf = (more: Partial<Claim> = {}): Claim => ({
  id: 'another run',
  nonce: 'fedcba9876543210',
  sweep,
  startedAt: start,
  until: '2026-11-21T09:39:30.000Z',
  ...more,
});
const stateOf = (more: Partial<NonNullable<NodeState['latest']>>): NodeState => ({
  ...emptyState,
  failures: 1,
  latest: { verdict: 'unreachable', reason: 'DnsTimeout', message: '', nonce: '0123456789abcdef', run: 'f', sweep, at: start, ...more },
});

async function addNode(
  node: string,
  {
    claim,
    state = emptyState,
    retiredAt = '',
    skipped,
  }: { claim?: Claim; state?: NodeState; retiredAt?: string; skipped?: ReasonCode } = {},
) {
  const fleet = await services.tables.open('fleet');
  const properties = { ...stateProperties(state, { settled: state, recent: [] }), ...noteProperties({ claim: claim }), retiredAt };
  await fleet.createEntity({ partitionKey: cluster, rowKey: `node|${node}`, resourceId: '/x', skipped, ...properties });
}

const message = (nodes: string[], confirms?: Record<string, string>): MessageOf<'start-slice'> => ({
  v: 1,
  kind: 'start-slice',
  deadline: '2026-11-21T09:37:00.000Z',
  sweep,
  cluster,
  slice: '0',
  nodes,
  confirms,
});
const claim = async (nodes: string[], run = id, confirms?: Record<string, string>) =>
  (await claimNodes(services, message(nodes, confirms), run)).map(({ facts }) => facts.node);
const probes = async () =>
  Object.fromEntries([...(await readNodes(services.tables, cluster))].map(([node, { claim }]) => [node, claim?.id]));

describe('claimNodes', () => {
  it('claims nothing that was taken out of the fleet, by a tag or by the settings, after its slice was planned', async () => {
    await addNode('off', { skipped: 'Excluded' });
    await addNode('stopped', { skipped: 'Deallocated' });
    await addNode('on');
    const settings: Record<string, string>[] = [
      { SUBSCRIPTIONS: 'ffffffff-0000-4000-8000-000000000001' },
      { INCLUDE_CLUSTERS: 'other/*' },
      { EXCLUDE_CLUSTERS: 'RG/c*' },
    ];
    for (const more of settings) {
      const { services: changed } = servicesAt(azurite.connectionString, start, more);
      expect(await claimNodes(changed, message(['off', 'stopped', 'on']), id)).toEqual([]);
    }
    // A stopped one may run again by now: Azure says so when it is started on.
    expect(await claim(['off', 'stopped', 'on'])).toEqual(['on', 'stopped']);
  });

  it('claims what is free, with a nonce for each node, until its collection is too late', async () => {
    for (const node of ['a', 'b']) await addNode(node);
    const claims = await claimNodes(services, message(['a', 'b']), id);
    expect(claims.map(({ claim }) => claim)).toEqual(
      ['a', 'b'].map(() => ({
        id,
        nonce: expect.stringMatching(/^[0-9a-f]{16}$/),
        sweep,
        startedAt: start,
        until: '2026-11-21T09:39:30.000Z',
      })),
    );
    expect(claims[0]?.claim.nonce).not.toBe(claims[1]?.claim.nonce);
    const stored = await readNodes(services.tables, cluster);
    expect(claims.map(({ facts, claim }) => [facts.node, claim])).toEqual([...stored].map(([node, { claim }]) => [node, claim]));
  });

  it('leaves a node alone that another run has, for as long as nobody has ended that', async () => {
    await addNode('busy', { claim: claimOf() });
    await addNode('overdue', { claim: claimOf({ overdue: true }) });
    await addNode('free');
    expect(await claim(['busy', 'overdue', 'free'])).toEqual(['free']);
    clock.move(86_400_000);
    expect(await claim(['busy', 'overdue'])).toEqual([]);
    expect(await probes()).toEqual({ busy: 'another run', overdue: 'another run', free: id });
  });

  it('claims nothing twice for the same run, so that nothing is posted twice', async () => {
    await addNode('a');
    expect([await claim(['a']), await claim(['a'])]).toEqual([['a'], []]);
  });

  it('claims no node again whose claim of this very run was folded already', async () => {
    await addNode('a', { state: stateOf({ run: id }) });
    await addNode('b', { state: stateOf({ run: 'the run before' }) });
    expect(await claim(['a', 'b'])).toEqual(['b']);
  });

  it('claims no node that has retired, nor one that is not there', async () => {
    await addNode('a', { retiredAt: start });
    expect(await claim(['a', 'gone'])).toEqual([]);
  });

  it('claims for a confirmation only nodes whose latest verdict is the failure in question', async () => {
    await addNode('same', { state: stateOf({}) });
    await addNode('newer', { state: stateOf({ nonce: 'aaaaaaaaaaaaaaaa' }) });
    await addNode('never');
    const nonces = Object.fromEntries(['same', 'newer', 'never'].map((node) => [node, '0123456789abcdef']));
    expect(await claim(['same', 'newer', 'never'], id, nonces)).toEqual(['same']);
  });

  it('lets each node fly once when many runs ask for it together', async () => {
    const nodes = Array.from({ length: 30 }, (_, n) => `n${String(n).padStart(2, '0')}`);
    await Promise.all(nodes.map((node) => addNode(node)));
    const parts = [nodes.slice(0, 20), nodes.slice(10), nodes.slice(5, 15), nodes];
    const claimed = await Promise.all(parts.map((part, n) => claim(part, `run ${n}`)));
    expect(claimed.flat().sort()).toEqual(nodes);
    const stored = await probes();
    for (const [n, won] of claimed.entries()) for (const node of won) expect(stored[node]).toBe(`run ${n}`);
  });

  it('claims nodes of the other clusters under the same names for themselves', async () => {
    await addNode('a');
    await claim(['a']);
    cluster = `${cluster}x`;
    await addNode('a');
    expect(await claim(['a'])).toEqual(['a']);
  });
});

describe('releaseClaims', () => {
  it('gives back claims of this run, and no other', async () => {
    for (const node of ['a', 'b']) await addNode(node);
    await addNode('c', { claim: claimOf() });
    await claim(['a', 'b', 'c']);
    await releaseClaims(services, cluster, new Map(['a', 'c', 'gone'].map((node) => [node, id])));
    expect(await probes()).toEqual({ a: undefined, b: id, c: 'another run' });
    expect(await claim(['a'], 'a later run')).toEqual(['a']);
  });
});

describe('isOverdue', () => {
  it.each<[string, Partial<Claim>, boolean]>([
    ['before its end', {}, false],
    ['at its end', { until: start }, true],
    ['past its end', { until: '2026-11-21T09:34:59.999Z' }, true],
    ['marked so', { overdue: true }, true],
    ['with an end that is no time', { until: 'soon' }, true],
  ])('of a claim %s', (_, more, overdue) => {
    expect(isOverdue(claimOf(more), new Date(start))).toBe(overdue);
  });
});
