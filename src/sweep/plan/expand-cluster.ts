import { isRefusal } from '../../azure/arm-error.ts';
import { compareNodes, loseNodes, type NodeChange, recordNodes } from '../../inventory/compare-nodes.ts';
import { listNodes } from '../../inventory/list-nodes.ts';
import { isInScope } from '../../inventory/scope.ts';
import type { ClusterFacts } from '../../model/cluster-facts.ts';
import type { Plan } from '../../model/ledger.ts';
import { occurrenceOf } from '../../model/occurrences.ts';
import { policyOf } from '../../model/reasons.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { lastStart } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { type ListedNode, readListedNodes } from '../../tables/node-rows.ts';
import { insertPlan, readPlan } from '../../tables/plan-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import { readClusterFacts } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { planSweep } from './plan-sweep.ts';
import { writeNodeChanges } from './write-node-changes.ts';

const ATTEMPTS = 6;

type Compare = (rows: ReadonlyMap<string, ListedNode>) => NodeChange<ListedNode>[];

/** Lists a cluster's nodes once, and returns a function that compares rows with the listing. */
async function listAndCompare(services: Services, sweep: string, facts: ClusterFacts): Promise<Compare> {
  const { recordOnly } = facts;
  const { subscriptionId } = parseClusterId(facts.cluster)!;
  if (recordOnly === 'ClusterGone') return (rows) => loseNodes(rows, sweep, 'ClusterGone');
  const isForgotten = recordOnly === 'Excluded' && !facts.listed;
  if (isForgotten || !isInScope(services.settings, subscriptionId)) return (rows) => loseNodes(rows, sweep, 'Excluded');
  if (recordOnly !== undefined && policyOf(recordOnly).hides !== 'nothing') return (rows) => recordNodes(rows, recordOnly);
  try {
    const compute = services.arm.compute(subscriptionId);
    const { nodes, complete } = await listNodes(compute, subscriptionId, facts, services.now(), services.settings.NODE_GRACE_MINUTES);
    return (rows) => compareNodes(rows, nodes, sweep, complete);
  } catch (error) {
    // Neither a refusal nor a missing resource group proves that a node is gone.
    if (!isRefusal(error)) throw error;
    const reason = error.code === 'ResourceGroupNotFound' ? 'NodeGroupMissing' : 'AccessDenied';
    return (rows) => recordNodes(rows, reason);
  }
}

/** Writes what a listing changed, and repeats that if a row has changed meanwhile. Returns the changes that were written. */
async function updateNodes(
  services: Services,
  sweep: string,
  facts: ClusterFacts,
): Promise<{ changes: NodeChange<ListedNode>[]; closed: boolean }> {
  // A sweep that a person starts soon after another is no second sweep in which a node is missing.
  const compare = await listAndCompare(services, occurrenceOf(services.settings, sweep), facts);
  return retryLostWrites(ATTEMPTS, async () => {
    const changes = compare(await readListedNodes(services.tables, facts.cluster));
    return { changes, closed: await writeNodeChanges(services, sweep, facts.cluster, changes) };
  });
}

/** Updates the node rows of a cluster, and stores the sweep's plan for it, once. */
async function makePlan(services: Services, sweep: string, facts: ClusterFacts): Promise<Plan> {
  const { settings, tables, now } = services;
  const { changes, closed } = await updateNodes(services, sweep, facts);
  faultPoint('expand-cluster:node-rows');
  if (closed) {
    await requestAssessment(services, sweep, facts.cluster);
    faultPoint('expand-cluster:assess-cluster');
  }
  const plan = planSweep(facts, changes, settings.NODES_PER_SLICE, now().toISOString());
  const planned = await insertPlan(tables, sweep, facts.cluster, plan);
  faultPoint('expand-cluster:plan');
  return planned;
}

/** Stage 3: updates the node rows of one cluster, stores the sweep's plan for it, and queues the start of each slice. */
export async function expandCluster(services: Services, { sweep, cluster }: MessageOf<'expand-cluster'>): Promise<void> {
  const { settings, tables, queue } = services;
  const facts = await readClusterFacts(tables, sweep, cluster);
  if (facts === undefined)
    throw new Error(
      `expected the cluster ${cluster} in the rows of sweep ${sweep}, found none: the message does not come from its list-clusters`,
    );

  const planned = (await readPlan(tables, sweep, cluster)) ?? (await makePlan(services, sweep, facts));
  const deadline = lastStart(settings, sweep);
  for (const [n, nodes] of planned.slices.entries())
    await queue.send({ kind: 'start-slice', sweep, cluster, slice: String(n), nodes }, { deadline });
  if (planned.slices.length > 0) faultPoint('expand-cluster:start-slice');
}
