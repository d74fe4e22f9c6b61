import { isRefusal } from '../../azure/arm-error.ts';
import { type Asked, askForMachines } from '../../inventory/ask-for-machines.ts';
import { compareNodes, loseNodes, type NodeChange, nodesToAskFor, recordNodes } from '../../inventory/compare-nodes.ts';
import type { Grace } from '../../inventory/grace.ts';
import { listNodes, type Unread } from '../../inventory/list-nodes.ts';
import { countByPool, findShortfalls } from '../../inventory/pool-gaps.ts';
import { isInScope } from '../../inventory/scope.ts';
import { skipReasonIn } from '../../inventory/skip-reason.ts';
import { type ClusterFacts, gapsOf } from '../../model/cluster-facts.ts';
import type { Plan } from '../../model/ledger.ts';
import type { NodeFacts } from '../../model/node.ts';
import { occurrenceOf } from '../../model/occurrences.ts';
import { comesOrGoes, policyOf } from '../../model/reasons.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { collectAfter } from '../../model/run-times.ts';
import { endOf, intervalAfter, lastStart } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { readClusterMaintenance } from '../../tables/maintenance-rows.ts';
import { type ListedNode, readListedNodes } from '../../tables/node-rows.ts';
import { insertPlan, readPlan } from '../../tables/plan-rows.ts';
import { putShortfalls, readShortfalls } from '../../tables/pool-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import { readClusterFacts } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { delayUntil } from '../run/acquire-start-slot.ts';
import { giveBack, takeSlots } from '../run/pace.ts';
import { planSweep } from './plan-sweep.ts';
import { restedNodes } from './rested-nodes.ts';
import { writeNodeChanges } from './write-node-changes.ts';

const ATTEMPTS = 6;
/** By which the first slot lies ahead, so that its message is there in time. */
const LEAD_MS = 1000;

type Compare = (rows: ReadonlyMap<string, ListedNode>) => Promise<NodeChange<ListedNode>[]>;

/** Lists a cluster's nodes once, and returns a function that compares rows with the listing, and asks Azure by id for those that it lacks. */
async function listAndCompare(services: Services, sweep: string, facts: ClusterFacts): Promise<Compare> {
  const { recordOnly } = facts;
  const { subscriptionId } = parseClusterId(facts.cluster)!;
  if (recordOnly === 'ClusterGone') return async (rows) => loseNodes(rows, sweep, 'ClusterGone');
  const isForgotten = recordOnly === 'Excluded' && !facts.listed;
  if (isForgotten || !isInScope(services.settings, subscriptionId)) return async (rows) => loseNodes(rows, sweep, 'Excluded');
  if (recordOnly !== undefined && policyOf(recordOnly).hides !== 'nothing') return async (rows) => recordNodes(rows, recordOnly);
  const compute = await services.arm.compute(subscriptionId);
  const grace = { now: services.now(), minutes: services.settings.NODE_GRACE_MINUTES };
  try {
    const { nodes, complete, unread } = await listNodes(compute, subscriptionId, facts, grace.now, grace.minutes);
    const unreadReason = unreadReasonBy(unread);
    const asked = new Map<string, Asked>();
    return async (rows) => {
      const missing = nodesToAskFor(rows, nodes, unreadReason).filter(({ node }) => !asked.has(node));
      for (const [node, answer] of await askForMachines(compute, missing)) asked.set(node, answer);
      const present = [...asked.values()].flatMap((each) => (each.status === 'present' ? [withSkipReason(facts, each, grace)] : []));
      const absent = new Set([...asked].filter(([, { status }]) => status === 'absent').map(([node]) => node));
      return compareNodes(rows, [...nodes, ...present], sweep, complete, { absent, unreadReason, grace });
    };
  } catch (error) {
    // Neither a refusal nor a missing resource group proves that a node is gone.
    if (!isRefusal(error)) throw error;
    const reason = error.code === 'ResourceGroupNotFound' ? 'NodeGroupMissing' : 'AccessDenied';
    return async (rows) => recordNodes(rows, reason);
  }
}

/** A node that Azure knows by its id although its lists lack it, with the reason why it is not probed, if there is one. */
function withSkipReason(cluster: ClusterFacts, { facts, machine }: Extract<Asked, { status: 'present' }>, grace: Grace): NodeFacts {
  return { ...facts, skipped: skipReasonIn(cluster, facts.pool, machine, grace.now, grace.minutes) };
}

/** Why a node is missing from a listing of which parts could not be read. */
const unreadReasonBy = (unread: readonly Unread[]) => (facts: NodeFacts) =>
  unread.find(({ prefix }) => facts.resourceId.toLowerCase().startsWith(prefix))?.reason;

/** Writes what a listing changed, and repeats that if a row has changed meanwhile. Returns the changes that were written. */
async function updateNodes(
  services: Services,
  sweep: string,
  facts: ClusterFacts,
): Promise<{ changes: NodeChange<ListedNode>[]; closed: boolean }> {
  // A sweep that a person starts soon after another is no second sweep in which a node is missing.
  const compare = await listAndCompare(services, occurrenceOf(services.settings, sweep), facts);
  return retryLostWrites(ATTEMPTS, async () => {
    const changes = await compare(await readListedNodes(services.tables, facts.cluster));
    return { changes, closed: await writeNodeChanges(services, sweep, facts.cluster, changes) };
  });
}

/** Compares the cluster's pools with the nodes that are known, notes what is missing, and returns what was missing in the sweep before too. */
async function findGaps(
  { settings, tables, now }: Services,
  sweep: string,
  facts: ClusterFacts,
  changes: readonly NodeChange<ListedNode>[],
): Promise<Plan['gaps']> {
  const before = await readShortfalls(tables, facts.cluster);
  const { recordOnly, pools, listed } = facts;
  // Where nothing could be read, what was missing before still is.
  const kept = recordOnly !== undefined && (comesOrGoes(recordOnly) || policyOf(recordOnly).endsOutage) ? {} : before;
  const isCompared = recordOnly === undefined && listed;
  const occurrence = { sweep: occurrenceOf(settings, sweep), now: now() };
  const short = isCompared ? findShortfalls(pools, countByPool(changes), before, occurrence) : kept;
  await putShortfalls(tables, facts.cluster, short, before);
  return gapsOf(short);
}

/**
 * Acquires the start slots of a cluster's slices all at once: asked for one by one, each slice would be executed once more, to be told when to come back.
 * A crash before the plan is stored wastes them.
 */
async function timesOf(
  services: Services,
  sweep: string,
  { cluster, region, delayMs = 0 }: ClusterFacts,
  { slices }: Plan,
): Promise<Pick<Plan, 'slots' | 'collectAfter'>> {
  const { subscriptionId } = parseClusterId(cluster)!;
  const sizes = slices.map((nodes) => nodes.length);
  const from = new Date(services.now().getTime() + LEAD_MS + delayMs);
  const before = endOf(services.settings, sweep);
  const { slots, learned } = await takeSlots(services, { subscriptionId, region }, sizes, { from, before });
  return { slots: slots.map((slot) => slot.toISOString()), collectAfter: collectAfter(services.settings, learned) };
}

/** The nodes of a cluster that are left out of a sweep, as many as there were probes of others between sweeps in its region. */
async function restOf(
  services: Services,
  sweep: string,
  facts: ClusterFacts,
  changes: readonly NodeChange<ListedNode>[],
): Promise<Set<string>> {
  const { settings, now } = services;
  const next = endOf(settings, sweep);
  const intervalMs = intervalAfter(settings.SWEEP_SCHEDULE, new Date(occurrenceOf(settings, sweep)));
  const rested = restedNodes(facts, changes, { now: now(), next, intervalMs, maxAgeMinutes: settings.MAX_AGE_MINUTES });
  if (rested.length === 0) return new Set();
  const bucket = { subscriptionId: parseClusterId(facts.cluster)!.subscriptionId, region: facts.region };
  return new Set(rested.slice(0, await giveBack(services, bucket, rested.length)));
}

/** What says when a cluster is in maintenance, for its slices; nothing where Azure did not list it, so that its tag is not known. */
async function maintenanceOf({ tables }: Services, { cluster, listed, maintenanceTag }: ClusterFacts): Promise<Plan['maintenance']> {
  return listed ? readClusterMaintenance(tables, cluster, { tag: maintenanceTag }) : undefined;
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
  const gaps = await findGaps(services, sweep, facts, changes);
  const resting = await restOf(services, sweep, facts, changes);
  const plan = planSweep(facts, changes, settings.NODES_PER_SLICE, now().toISOString(), gaps, resting);
  const [times, maintenance] = await Promise.all([timesOf(services, sweep, facts, plan), maintenanceOf(services, facts)]);
  const planned = await insertPlan(tables, sweep, facts.cluster, { ...plan, ...times, maintenance });
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
  for (const [n, nodes] of planned.slices.entries()) {
    const slot = planned.slots?.[n];
    const delaySeconds = slot === undefined ? 0 : delayUntil(new Date(slot), services.now());
    await queue.send({ kind: 'start-slice', sweep, cluster, slice: String(n), nodes, slot }, { delaySeconds, deadline });
  }
  if (planned.slices.length > 0) faultPoint('expand-cluster:start-slice');
}
