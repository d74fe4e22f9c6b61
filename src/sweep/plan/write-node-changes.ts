import pLimit from 'p-limit';
import { endHistory, pauseHistory } from '../../history/node-history.ts';
import { openSince, STALE_AFTER_INTERVALS } from '../../history/node-state.ts';
import { endOutage } from '../../history/outage.ts';
import type { NodeChange } from '../../inventory/compare-nodes.ts';
import { emptyState, type NodeHistory } from '../../model/node-state.ts';
import { type ReasonCode, reasons } from '../../model/reasons.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { type FleetWrite, writeFleet } from '../../tables/fleet-batch.ts';
import { writeNames } from '../../tables/name-rows.ts';
import { createNode, factProperties, type ListedNode, mergeNode, noteProperties, stateProperties } from '../../tables/node-rows.ts';
import { readOutage, replaceOutage } from '../../tables/outage-rows.ts';

// Two actions for a node at most: its row and its outage, which belong in one batch.
const NODES_PER_BATCH = 50;
const OUTAGE_READS = 16;

interface Write {
  actions: FleetWrite[];
  closes: boolean;
}

/** Ends a node's open outage for a reason that is no recovery. */
async function closing(services: Services, cluster: string, row: ListedNode, reason: ReasonCode): Promise<FleetWrite[]> {
  const start = openSince(row.state);
  if (start === undefined) return [];
  const open = await readOutage(services.tables, cluster, row.facts.node, start);
  if (open === undefined) return [];
  return [replaceOutage({ ...open, outage: endOutage(open.outage, services.now().toISOString(), reason, reasons[reason].sentence) })];
}

async function toWrite(services: Services, sweep: string, cluster: string, change: NodeChange<ListedNode>): Promise<Write> {
  const now = services.now();
  const staleAfterMs = STALE_AFTER_INTERVALS * intervalAt(services.settings.SWEEP_SCHEDULE, now);
  const settled = (history: NodeHistory) => stateProperties(history.settled, history);
  const ended = ({ state }: ListedNode) => endHistory(state, now.toISOString(), staleAfterMs);
  // What was watched under a name counts for ever, whichever machine bore it.
  const afresh = (before?: ListedNode) => ({
    ...settled({ settled: { ...emptyState, watch: before && ended(before).settled.watch }, recent: [] }),
    ...noteProperties({ claim: undefined }),
  });
  switch (change.kind) {
    case 'new': {
      const properties = { ...factProperties(change.facts), ...afresh(), ...noteProperties({ missing: 0, retiredAt: undefined }) };
      return { actions: [createNode(cluster, change.facts.node, properties)], closes: false };
    }
    case 'known': {
      if (!change.changed && change.ends === undefined) return { actions: [], closes: false };
      const closed = change.ends === undefined ? [] : await closing(services, cluster, change.row, change.ends);
      const { state: before, facts } = change.row;
      const stops = change.facts.skipped !== undefined && facts.skipped === undefined && before.watch?.since !== undefined;
      const paused = stops ? settled(pauseHistory(before, now.toISOString(), staleAfterMs)) : {};
      const state = change.ends === undefined ? paused : settled(ended(change.row));
      const present = change.seen ? noteProperties({ missing: 0, missedIn: undefined, retiredAt: undefined }) : {};
      const properties = { ...factProperties(change.facts), ...state, ...present };
      return { actions: [mergeNode(cluster, change.row, properties), ...closed], closes: closed.length > 0 };
    }
    case 'replaced': {
      const closed = await closing(services, cluster, change.row, 'NodeReplaced');
      const properties = {
        ...factProperties(change.facts),
        ...afresh(change.row),
        ...noteProperties({ missing: 0, retiredAt: undefined }),
      };
      return { actions: [mergeNode(cluster, change.row, properties), ...closed], closes: closed.length > 0 };
    }
    case 'missing':
      if (!change.counts) return { actions: [], closes: false };
      return {
        actions: [mergeNode(cluster, change.row, noteProperties({ missing: change.row.missing + 1, missedIn: sweep }))],
        closes: false,
      };
    case 'gone': {
      const closed = await closing(services, cluster, change.row, change.reason);
      const properties = { ...settled(ended(change.row)), ...noteProperties({ claim: undefined, retiredAt: now.toISOString() }) };
      return { actions: [mergeNode(cluster, change.row, properties), ...closed], closes: closed.length > 0 };
    }
  }
}

/**
 * Writes what expansion found: makes and retires node rows and closes the outages of those that are gone.
 *
 * @returns whether an outage was closed.
 * @throws RestError (see `isLostWrite`) where a row changed since it was read; what was written before stays and is right.
 */
export async function writeNodeChanges(
  services: Services,
  sweep: string,
  cluster: string,
  changes: readonly NodeChange<ListedNode>[],
): Promise<boolean> {
  // Found by its bare name before its row says that it is known.
  const fresh = changes.flatMap((change) => (change.kind === 'new' ? [change.facts.node] : []));
  await writeNames(services.tables, cluster, fresh);
  const limit = pLimit(OUTAGE_READS);
  const writes = await Promise.all(changes.map((change) => limit(() => toWrite(services, sweep, cluster, change))));
  const effective = writes.filter(({ actions }) => actions.length > 0);
  for (let from = 0; from < effective.length; from += NODES_PER_BATCH)
    await writeFleet(
      services.tables,
      effective.slice(from, from + NODES_PER_BATCH).flatMap(({ actions }) => actions),
    );
  return effective.some(({ closes }) => closes);
}
