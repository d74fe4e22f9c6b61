import pLimit from 'p-limit';
import { openSince, STALE_AFTER_INTERVALS } from '../../history/node-state.ts';
import { endOutage } from '../../history/outage.ts';
import type { NodeChange } from '../../inventory/compare-nodes.ts';
import { type ReasonCode, reasons } from '../../model/reasons.ts';
import { intervalAt } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { type FleetWrite, writeFleet } from '../../tables/fleet-batch.ts';
import { writeNames } from '../../tables/name-rows.ts';
import { createNode, factProperties, type ListedNode, mergeNode, noteProperties, stateProperties } from '../../tables/node-rows.ts';
import { readOutage, replaceOutage } from '../../tables/outage-rows.ts';
import { type NodeUpdate, updateOf } from './update-of.ts';

// Two writes for a node at most: its row and its outage, which belong in one batch.
const NODES_PER_BATCH = 50;
const OUTAGE_READS = 16;

/** The writes of one node: its row, and its outage where that ends. */
interface NodeWrites {
  row: FleetWrite;
  outage?: FleetWrite;
}

/** Ends a node's open outage for a reason that is no recovery. */
async function endOpenOutage(
  { tables }: Services,
  cluster: string,
  row: ListedNode,
  reason: ReasonCode,
  now: Date,
): Promise<FleetWrite | undefined> {
  const start = openSince(row.state);
  const open = start === undefined ? undefined : await readOutage(tables, cluster, row.facts.node, start);
  return open && replaceOutage({ ...open, outage: endOutage(open.outage, now.toISOString(), reason, reasons[reason].sentence) });
}

const propertiesOf = ({ facts, history, notes }: NodeUpdate) => ({
  ...(facts && factProperties(facts)),
  ...(history && stateProperties(history.settled, history)),
  ...noteProperties(notes),
});

async function writesOf(
  services: Services,
  cluster: string,
  change: NodeChange<ListedNode>,
  update: NodeUpdate,
  now: Date,
): Promise<NodeWrites> {
  const properties = propertiesOf(update);
  if (change.kind === 'new') return { row: createNode(cluster, change.facts.node, properties) };
  const outage = update.ends && (await endOpenOutage(services, cluster, change.row, update.ends, now));
  return { row: mergeNode(cluster, change.row, properties), outage };
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
  const now = services.now();
  const staleAfterMs = STALE_AFTER_INTERVALS * intervalAt(services.settings.SWEEP_SCHEDULE, now);
  // Found by its bare name before its row says that it is known.
  const fresh = changes.flatMap((change) => (change.kind === 'new' ? [change.facts.node] : []));
  await writeNames(services.tables, cluster, fresh);
  const updates = changes.flatMap((change) => {
    const update = updateOf(change, { sweep, now, staleAfterMs });
    return update === undefined ? [] : [{ change, update }];
  });
  const limit = pLimit(OUTAGE_READS);
  const writes = await Promise.all(updates.map(({ change, update }) => limit(() => writesOf(services, cluster, change, update, now))));
  for (let from = 0; from < writes.length; from += NODES_PER_BATCH) {
    const batch = writes.slice(from, from + NODES_PER_BATCH);
    await writeFleet(
      services.tables,
      batch.flatMap(({ row, outage }) => (outage === undefined ? [row] : [row, outage])),
    );
  }
  return writes.some(({ outage }) => outage !== undefined);
}
