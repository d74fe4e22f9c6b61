import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Beside, compareNodes as compare, loseNodes, nodesToAskFor, recordNodes } from '../../src/inventory/compare-nodes.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import { emptyHistory, emptyState, type NodeState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import type { NodeRow } from '../../src/tables/node-rows.ts';

const sweep = '2026-11-21T09:35:00Z';
const earlier = '2026-11-21T09:30:00Z';
const time = '2026-11-21T09:35:10.000Z';

const factsOf = (node: string, more: Partial<NodeFacts> = {}): NodeFacts => ({
  node,
  resourceId: `/nodes/${node}`,
  vmId: `vm-${node}`,
  pool: 'web',
  os: 'Linux',
  ...more,
});
const rowOf = (facts: NodeFacts, more: Partial<NodeRow> = {}): NodeRow => ({
  facts,
  state: emptyState,
  history: emptyHistory,
  missing: 0,
  etag: '"1"',
  ...more,
});
const rowsOf = (...rows: NodeRow[]) => new Map(rows.map((row) => [row.facts.node, row]));
const failing: NodeState = {
  ...emptyState,
  failures: 2,
  firstFailure: time,
  outage: { outage: time, episode: 1, from: time, reason: 'DnsTimeout' },
};
const recovered: NodeState = { ...failing, failures: 0, outage: { ...failing.outage!, end: time } };

/** Compares where Azure knows no node by its id that its list lacks, and nodes have no grace. */
const compareNodes = (
  rows: ReadonlyMap<string, NodeRow>,
  listed: readonly NodeFacts[],
  of: string,
  complete: boolean,
  more: Partial<Beside> = {},
) => {
  const beside = { absent: new Set(rows.keys()), unreadReason: () => undefined, grace: { now: new Date(time), minutes: 0 } };
  return compare(rows, listed, of, complete, { ...beside, ...more });
};

describe('compareNodes', () => {
  it('says of each node that is listed or remembered what became of it, once', () => {
    const name = fc.integer({ min: 0, max: 12 }).map((n) => `node${n}`);
    const listing = fc.uniqueArray(name).map((names) => names.map((node) => factsOf(node)));
    const memory = fc.uniqueArray(fc.tuple(name, fc.boolean()), { selector: ([node]) => node });
    fc.assert(
      fc.property(listing, memory, fc.boolean(), (listed, remembered, complete) => {
        const rows = rowsOf(...remembered.map(([node, retired]) => rowOf(factsOf(node), { retiredAt: retired ? time : undefined })));
        const changes = compareNodes(rows, listed, sweep, complete);
        const names = changes.map((change) => (change.kind === 'new' ? change.facts.node : change.row.facts.node));
        const standing = remembered.filter(([, retired]) => !retired).map(([node]) => node);
        expect([...names].sort()).toEqual([...new Set([...listed.map(({ node }) => node), ...standing])].sort());
      }),
    );
  });

  it('finds a node new that it does not remember', () => {
    expect(compareNodes(rowsOf(), [factsOf('a')], sweep, true)).toEqual([{ kind: 'new', facts: factsOf('a') }]);
  });

  it('proves nothing by a refusal: a miss, a refusal and a miss retire a node', () => {
    const missed = { ...rowOf(factsOf('a')), missing: 1, missedIn: '2026-01-01T00:00:00Z' };
    const [recorded] = recordNodes(rowsOf(missed), 'AccessDenied');
    expect(recorded).toMatchObject({ kind: 'known', seen: false });
    expect(compareNodes(rowsOf(missed), [], sweep, true)).toMatchObject([{ kind: 'gone', reason: 'NodeGone' }]);
  });

  it('leaves a node alone of which Azure says the same as before', () => {
    const row = rowOf(factsOf('a', { zone: undefined }));
    expect(compareNodes(rowsOf(row), [factsOf('a')], sweep, true)).toEqual([
      { kind: 'known', row, facts: factsOf('a'), changed: false, seen: true },
    ]);
  });

  it.each<[string, Partial<NodeFacts>]>([
    ['zone', { zone: '2' }],
    ['image', { image: 'AKSUbuntu/2204/1.0' }],
    ['skipped', { skipped: 'TooYoung' }],
    ['resourceId', { resourceId: '/nodes/other' }],
    ['agent', { agent: 'notReady' }],
  ])('notes another %s', (_, more) => {
    const row = rowOf(factsOf('a'));
    expect(compareNodes(rowsOf(row), [factsOf('a', more)], sweep, true)).toMatchObject([{ kind: 'known', changed: true }]);
  });

  it('notes an agent that is heard again, and one of which Azure says nothing any more', () => {
    const row = rowOf(factsOf('a', { agent: 'notReady' }));
    for (const agent of ['ready', undefined] as const)
      expect(compareNodes(rowsOf(row), [factsOf('a', { agent })], sweep, true)).toMatchObject([{ kind: 'known', changed: true }]);
    expect(compareNodes(rowsOf(row), [factsOf('a', { agent: 'notReady' })], sweep, true)).toMatchObject([
      { kind: 'known', changed: false },
    ]);
  });

  it('ends no outage because of what an agent says', () => {
    const row = rowOf(factsOf('a'), { state: failing });
    expect(compareNodes(rowsOf(row), [factsOf('a', { agent: 'notReady' })], sweep, true)).toMatchObject([{ ends: undefined }]);
  });

  it('starts afresh with another VM of the same name', () => {
    const row = rowOf(factsOf('a'), { state: failing });
    const facts = factsOf('a', { vmId: 'vm-b' });
    expect(compareNodes(rowsOf(row), [facts], sweep, true)).toEqual([{ kind: 'replaced', row, facts }]);
  });

  it.each([
    ['Azure', factsOf('a', { vmId: '' }), factsOf('a')],
    ['the row', factsOf('a'), factsOf('a', { vmId: '' })],
  ])('takes a node for the same where %s does not tell its VM', (_, listed, remembered) => {
    expect(compareNodes(rowsOf(rowOf(remembered)), [listed], sweep, true)).toMatchObject([{ kind: 'known' }]);
  });

  it('takes a node back that was missing or retired', () => {
    for (const row of [rowOf(factsOf('a'), { missing: 1 }), rowOf(factsOf('a'), { retiredAt: time })])
      expect(compareNodes(rowsOf(row), [factsOf('a')], sweep, true)).toMatchObject([{ kind: 'known', changed: true }]);
  });

  it('finds a node gone that two complete listings of different sweeps do not show', () => {
    const step = (row: NodeRow, id: string, complete: boolean) => compareNodes(rowsOf(row), [], id, complete);
    const present = rowOf(factsOf('a'));
    const missed = rowOf(factsOf('a'), { missing: 1, missedIn: earlier });
    expect(step(present, sweep, true)).toEqual([{ kind: 'missing', row: present, reason: 'NodeGone', counts: true }]);
    expect(step(present, sweep, false)).toEqual([{ kind: 'missing', row: present, reason: 'NodeGone', counts: false }]);
    expect(step(missed, earlier, true)).toEqual([{ kind: 'missing', row: missed, reason: 'NodeGone', counts: false }]);
    expect(step(missed, sweep, false)).toEqual([{ kind: 'missing', row: missed, reason: 'NodeGone', counts: false }]);
    expect(step(missed, sweep, true)).toEqual([{ kind: 'gone', row: missed, reason: 'NodeGone' }]);
  });

  it('gives up no node that Azure knows by its id, or of which it says nothing, however often its list lacks the node', () => {
    const missed = rowOf(factsOf('a'), { missing: 1, missedIn: earlier, state: failing });
    const kept = [{ kind: 'missing', row: missed, reason: 'NotListed', counts: false }];
    expect(compareNodes(rowsOf(missed), [], sweep, true, { absent: new Set() })).toEqual(kept);
  });

  it('asks for nodes that their list lacks, those first that it lacked before; for none that is listed, retired, or of a part that was not read', () => {
    const read = () => undefined;
    const [missed, fresh] = [rowOf(factsOf('b'), { missing: 1, missedIn: earlier }), rowOf(factsOf('a'))];
    const retired = rowOf(factsOf('c'), { retiredAt: time, missing: 1 });
    expect(nodesToAskFor(rowsOf(fresh, missed, retired), [], read)).toEqual([factsOf('b'), factsOf('a')]);
    expect(nodesToAskFor(rowsOf(fresh, missed), [factsOf('b')], read)).toEqual([factsOf('a')]);
    expect(nodesToAskFor(rowsOf(fresh, missed), [], () => 'AzureError')).toEqual([]);
  });

  it('names the cause for a node whose part of the list could not be read', () => {
    const row = rowOf(factsOf('a'));
    const unreadReason = ({ resourceId }: NodeFacts) => (resourceId === '/nodes/a' ? ('AzureError' as const) : undefined);
    expect(compareNodes(rowsOf(row), [], sweep, false, { unreadReason })).toMatchObject([{ kind: 'missing', reason: 'AzureError' }]);
  });

  it('takes a machine that is updated for reimaged only if no run of ours is under way on it', () => {
    const claim = { id: 'run', nonce: 'n', sweep, startedAt: time, until: time };
    const skipped = [undefined, claim].map((own) => {
      const [change] = compareNodes(rowsOf(rowOf(factsOf('a'), { claim: own })), [factsOf('a', { skipped: 'NodeUpdating' })], sweep, true);
      return change?.kind === 'known' ? change.facts.skipped : 'another kind';
    });
    expect(skipped).toEqual(['NodeUpdating', undefined]);
  });

  it('ends the outage of a node that is not probed any more, for reasons after which nobody would see it recover', () => {
    const ends = (skipped: ReasonCode | undefined, state = failing) => {
      const [change] = compareNodes(rowsOf(rowOf(factsOf('a'), { state })), [factsOf('a', { skipped })], sweep, true);
      return change?.kind === 'known' ? change.ends : 'another kind';
    };
    const ending = ['ClusterStopped', 'Excluded', 'NodeGroupLocked', 'Deallocated', 'NotRunning'] as const;
    expect(ending.map((reason) => ends(reason))).toEqual(ending);
    const passing = ['TooYoung', 'Deleting', 'NodeStopping', 'NodeStarting', 'ClusterStopping', 'ClusterDeleting'] as const;
    for (const reason of [...passing, 'AccessDenied', 'OverBudget', undefined] as const) expect(ends(reason), reason).toBeUndefined();
    for (const state of [emptyState, recovered]) expect(ends('Deallocated', state)).toBeUndefined();
  });
});

describe('loseNodes', () => {
  it('finds the nodes of a cluster gone that is not listed in two sweeps', () => {
    const row = rowOf(factsOf('a'));
    const missed = rowOf(factsOf('b'), { missing: 1, missedIn: earlier });
    const retired = rowOf(factsOf('c'), { retiredAt: time });
    for (const reason of ['ClusterGone', 'Excluded'] as const)
      expect(loseNodes(rowsOf(row, missed, retired), sweep, reason)).toEqual([
        { kind: 'missing', row, reason, counts: true },
        { kind: 'gone', row: missed, reason },
      ]);
  });
});

describe('recordNodes', () => {
  it('keeps every node that stands, not probed for the reason of its cluster', () => {
    const rows = rowsOf(rowOf(factsOf('a')), rowOf(factsOf('b'), { state: failing }), rowOf(factsOf('c'), { retiredAt: time }));
    const changes = recordNodes(rows, 'ClusterStopped');
    expect(changes).toMatchObject([
      { kind: 'known', facts: factsOf('a', { skipped: 'ClusterStopped' }), changed: true, ends: undefined },
      { kind: 'known', facts: factsOf('b', { skipped: 'ClusterStopped' }), changed: true, ends: 'ClusterStopped' },
    ]);
    expect(changes).toHaveLength(2);
  });

  it('leaves a node excluded that was, unless nobody is to see its cluster any more', () => {
    const rows = rowsOf(rowOf(factsOf('a', { skipped: 'Excluded' })));
    const skipped = (reason: ReasonCode) => recordNodes(rows, reason).map((change) => change.kind === 'known' && change.facts.skipped);
    expect([skipped('AccessDenied'), skipped('SubscriptionUnreadable'), skipped('ClusterStopped')]).toEqual([
      ['Excluded'],
      ['Excluded'],
      ['ClusterStopped'],
    ]);
  });

  it('ends no outage because the prober was refused', () => {
    expect(recordNodes(rowsOf(rowOf(factsOf('a'), { state: failing })), 'AccessDenied')).toMatchObject([
      { kind: 'known', ends: undefined },
    ]);
  });
});
