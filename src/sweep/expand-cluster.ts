import { isRestError } from '@azure/core-rest-pipeline';
import { compareNodes, type NodeChange, recordNodes } from '../fleet/compare-nodes.ts';
import type { ClusterFacts } from '../fleet/list-managed-clusters.ts';
import { listNodes } from '../fleet/list-nodes.ts';
import { parseClusterId } from '../fleet/resource-id.ts';
import type { ReasonCode } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { isLostWrite } from '../tables/rows.ts';
import { insertPlan, readSubscription } from '../tables/sweep-rows.ts';
import { effectDone } from './effect.ts';
import type { Plan } from './ledger.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { writeNodeChanges } from './write-node-changes.ts';

const ATTEMPTS = 6;
/** Clusters whose nodes are not worth or not open to a listing. */
const unlisted: readonly ReasonCode[] = ['Excluded', 'ClusterGone', 'SubscriptionUnreadable'];

async function compare(services: Services, facts: ClusterFacts, rows: ReadonlyMap<string, NodeRow>): Promise<NodeChange[]> {
  if (facts.recordOnly !== undefined && unlisted.includes(facts.recordOnly)) return recordNodes(rows, facts.recordOnly);
  const { subscriptionId } = parseClusterId(facts.cluster)!;
  try {
    const compute = services.arm.compute(subscriptionId);
    const nodes = await listNodes(compute, subscriptionId, facts, services.now(), services.settings.NODE_GRACE_MINUTES);
    return compareNodes(rows, nodes);
  } catch (error) {
    // Neither a refusal nor a missing group proves that a node is gone.
    if (!isRestError(error) || ![401, 403, 404].includes(error.statusCode ?? 0)) throw error;
    return recordNodes(rows, 'AccessDenied');
  }
}

/** Writes what a listing changed, again from the start where a row changed meanwhile. Returns the comparison that holds. */
async function settleNodes(services: Services, facts: ClusterFacts): Promise<{ changes: NodeChange[]; closed: boolean }> {
  const fleet = await services.tables.open('fleet');
  for (let attempt = 1; ; attempt++) {
    const changes = await compare(services, facts, await readNodes(fleet, facts.cluster));
    try {
      return { changes, closed: await writeNodeChanges(services, facts.cluster, changes) };
    } catch (error) {
      if (!isLostWrite(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Puts every known node into a slice or among the not probed. Slices are consecutive in row-key order. */
function planSweep(region: string, changes: readonly NodeChange[], nodesPerSlice: number, due: string): Plan {
  const probed: string[] = [];
  const notProbed: Plan['notProbed'] = {};
  for (const change of changes) {
    if (change.kind === 'gone') continue;
    const { node, skipped } = change.kind === 'missing' ? { node: change.row.facts.node, skipped: 'NodeGone' as const } : change.facts;
    if (skipped === undefined) probed.push(node);
    else notProbed[skipped] = [...(notProbed[skipped] ?? []), node];
  }
  probed.sort();
  const slices = Array.from({ length: Math.ceil(probed.length / nodesPerSlice) }, (_, n) =>
    probed.slice(n * nodesPerSlice, (n + 1) * nodesPerSlice),
  );
  return { region, slices, due, notProbed };
}

/** Stage 3: brings the node rows of one cluster up to date, plans what the sweep does there, and has each slice started. */
export async function expandCluster(services: Services, { sweep, cluster }: MessageOf<'expand-cluster'>): Promise<void> {
  const { settings, tables, queue, now } = services;
  const sweeps = await tables.open('sweeps');
  const subscription = await readSubscription(sweeps, sweep, parseClusterId(cluster)!.subscriptionId);
  const facts = subscription?.clusters.find((each) => each.cluster === cluster);
  if (facts === undefined)
    throw new Error(
      `expected the cluster ${cluster} in the rows of sweep ${sweep}, found none: the message does not come from its list-clusters`,
    );

  const { changes, closed } = await settleNodes(services, facts);
  effectDone('expand-cluster:node-rows');
  if (closed) await requestAssessment(services, sweep, cluster);
  effectDone('expand-cluster:assess-cluster');

  const planned = await insertPlan(sweeps, sweep, cluster, planSweep(facts.region, changes, settings.NODES_PER_SLICE, now().toISOString()));
  effectDone('expand-cluster:plan');
  for (const [n, nodes] of planned.slices.entries()) await queue.send({ kind: 'start-slice', sweep, cluster, slice: String(n), nodes });
  effectDone('expand-cluster:start-slice');
}
