import { describe, expect, it } from 'vitest';
import type { KnownNode, NodeFacts } from '../../../src/model/node.ts';
import { emptyState, type NodeState } from '../../../src/model/node-state.ts';
import { emptyWatch } from '../../../src/model/watch.ts';
import { updateOf } from '../../../src/sweep/plan/update-of.ts';

const now = new Date('2026-11-21T09:35:00.000Z');
const time = now.toISOString();
const at = { sweep: 's2', now, staleAfterMs: 900_000 };
const facts: NodeFacts = { node: 'a', resourceId: 'r', vmId: 'v1', pool: 'web', os: 'Linux' };
const failing: NodeState = { ...emptyState, failures: 2, outage: { outage: 'o', episode: 1, from: 'o', reason: 'DnsTimeout' } };
const watched: NodeState = { ...emptyState, watch: { ...emptyWatch, since: '2026-11-21T09:30:00.000Z' } };
const rowOf = (more: Partial<KnownNode> = {}): Omit<KnownNode, 'history'> => ({ facts, state: emptyState, missing: 0, ...more });

describe('the update of a node', () => {
  it('that is new is a row without a claim, a past or an absence', () => {
    expect(updateOf({ kind: 'new', facts }, at)).toEqual({
      facts: { ...facts, dueSince: at.now.toISOString() },
      history: { settled: emptyState, recent: [] },
      notes: { claim: undefined, missing: 0, retiredAt: undefined },
    });
  });

  it('whose facts are as before is none', () => {
    expect(updateOf({ kind: 'known', row: rowOf(), facts, changed: false, seen: true }, at)).toBeUndefined();
  });

  it('that is seen again forgets that it was missing, and one that is only recorded does not', () => {
    const known = { kind: 'known', row: rowOf({ missing: 1 }), facts, changed: true } as const;
    expect(updateOf({ ...known, seen: true }, at)?.notes).toEqual({ missing: 0, missedIn: undefined, retiredAt: undefined });
    expect(updateOf({ ...known, seen: false }, at)?.notes).toEqual({});
  });

  it('that is not probed any more ends what is watched of it, and its outage where nobody will see it recover', () => {
    const skipped = { ...facts, skipped: 'Deallocated' } as const;
    const stopped = updateOf({ kind: 'known', row: rowOf({ state: watched }), facts: skipped, changed: true, seen: true }, at);
    expect(stopped?.history?.settled.watch).toMatchObject({ stoppedAt: time });
    expect(stopped?.history?.settled.watch?.since).toBeUndefined();
    const known = { kind: 'known', row: rowOf({ state: failing }), facts: skipped, changed: true, seen: true } as const;
    const ended = updateOf({ ...known, ends: 'Deallocated' }, at);
    expect(ended).toMatchObject({ ends: 'Deallocated', history: { settled: { failures: 0, outage: { end: time } } } });
  });

  it('of another machine under its name starts afresh, without its claim', () => {
    const row = rowOf({ state: { ...failing, ...watched }, claim: { id: 'x', nonce: 'n', sweep: 's', startedAt: time, until: time } });
    const update = updateOf({ kind: 'replaced', row, facts: { ...facts, vmId: 'v2' } }, at);
    expect(update).toMatchObject({ ends: 'NodeReplaced', facts: { vmId: 'v2' }, history: { settled: { failures: 0 } } });
    expect(update?.notes).toHaveProperty('claim', undefined);
    expect(update?.history?.settled.outage).toBeUndefined();
    // But what was watched of it counts.
    expect(update?.history?.settled.watch?.hours.watched.length).toBeGreaterThan(0);
  });

  it('that is missing counts once in a sweep, and only where the listing was complete', () => {
    const missing = { kind: 'missing', row: rowOf({ missing: 0 }), reason: 'NodeGone' } as const;
    expect(updateOf({ ...missing, counts: true }, at)).toEqual({ notes: { missing: 1, missedIn: 's2' } });
    expect(updateOf({ ...missing, counts: false }, at)).toBeUndefined();
  });

  it('that is gone retires it, without its claim', () => {
    expect(updateOf({ kind: 'gone', row: rowOf(), reason: 'ClusterGone' }, at)).toMatchObject({
      ends: 'ClusterGone',
      notes: { claim: undefined, retiredAt: time },
    });
  });
});
