import { endHistory, pauseHistory } from '../../history/node-history.ts';
import { isMissed } from '../../history/unseen.ts';
import type { NodeChange } from '../../inventory/compare-nodes.ts';
import type { KnownNode, NodeFacts } from '../../model/node.ts';
import { emptyState, type NodeHistory } from '../../model/node-state.ts';
import { comesOrGoes, type ReasonCode } from '../../model/reasons.ts';

/** What becomes of a node's row: what is absent stays as it is. */
export interface NodeUpdate {
  facts?: NodeFacts;
  /** Goes on as its settled state. */
  history?: NodeHistory;
  /** Of the notes, those that change; one that is undefined is taken away. */
  notes: Partial<Pick<KnownNode, 'claim' | 'missing' | 'missedIn' | 'retiredAt'>>;
  /** Ends its open outage, for a reason that is no recovery. */
  ends?: ReasonCode;
}

const present = { missing: 0, retiredAt: undefined };

/** Since when a known node should have a verdict: from now on where none was missed before. */
function dueSinceOf(
  { facts: before, retiredAt }: Pick<KnownNode, 'facts' | 'retiredAt'>,
  facts: NodeFacts,
  time: string,
): string | undefined {
  const begins = isMissed(facts.skipped) && (retiredAt !== undefined || !isMissed(before.skipped));
  return begins ? time : before.dueSince;
}

/**
 * Decides what a change of the inventory means for a node's row. Pure.
 *
 * @param sweep - in which the nodes were listed.
 * @param staleAfterMs - for how long a verdict holds without a next one.
 * @returns undefined where nothing changes.
 */
export function updateOf(
  change: NodeChange<Omit<KnownNode, 'history'>>,
  { sweep, now, staleAfterMs }: { sweep: string; now: Date; staleAfterMs: number },
): NodeUpdate | undefined {
  const time = now.toISOString();
  const ended = ({ state }: Pick<KnownNode, 'state'>) => endHistory(state, time, staleAfterMs);
  switch (change.kind) {
    case 'new':
      return {
        facts: { ...change.facts, dueSince: time },
        history: { settled: emptyState, recent: [] },
        notes: { claim: undefined, ...present },
      };
    case 'replaced': {
      // What was watched under a name counts for ever, whichever machine bore it.
      const settled = { ...emptyState, watch: ended(change.row).settled.watch };
      const history = { settled, recent: [] };
      return { facts: { ...change.facts, dueSince: time }, history, notes: { claim: undefined, ...present }, ends: 'NodeReplaced' };
    }
    case 'known': {
      const { row, facts, changed, seen, ends } = change;
      if (!changed && ends === undefined) return undefined;
      const isWatched = row.state.watch?.since !== undefined || row.state.failures > 0;
      const stops = facts.skipped !== undefined && row.facts.skipped === undefined && isWatched ? facts.skipped : undefined;
      const history = ends !== undefined ? ended(row) : stops && pauseHistory(row.state, time, staleAfterMs, comesOrGoes(stops));
      return {
        facts: { ...facts, dueSince: dueSinceOf(row, facts, time) },
        history,
        notes: seen ? { ...present, missedIn: undefined } : {},
        ends,
      };
    }
    case 'missing':
      return change.counts ? { notes: { missing: change.row.missing + 1, missedIn: sweep } } : undefined;
    case 'gone':
      return { history: ended(change.row), notes: { claim: undefined, retiredAt: time }, ends: change.reason };
  }
}
