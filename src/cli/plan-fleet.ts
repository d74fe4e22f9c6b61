import { isRestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import type { Arm } from '../azure/arm.ts';
import { armErrorText, isRefusal, isUnknownSubscription } from '../azure/arm-error.ts';
import { listManagedClusters } from '../inventory/list-managed-clusters.ts';
import { listNodes } from '../inventory/list-nodes.ts';
import { diagnosisActions, type Grant, missingActions } from '../inventory/permissions.ts';
import { findShortfalls } from '../inventory/pool-gaps.ts';
import { askForSubscriptionName, isOnlyHome, subscriptionsInScope } from '../inventory/scope.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import { currentMaintenance } from '../model/cluster-maintenance.ts';
import type { NodeFacts } from '../model/node.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { policyOf } from '../model/reasons.ts';
import { selectionOf } from '../model/selection.ts';
import type { Settings } from '../settings.ts';
import { chooseNodes, cutSlices } from '../sweep/plan/plan-slices.ts';

const CONCURRENT_SUBSCRIPTIONS = 4;
const CONCURRENT_CLUSTERS = 4;

/** What a sweep would do with one cluster. */
export interface ClusterPlan {
  cluster: string;
  region: string;
  version: string;
  upgrading: boolean;
  /** The resource group of its machines. */
  nodeResourceGroup: string;
  /** The value of its tag that says when it is in maintenance, and until when it is in one by that. */
  maintenanceTag?: string;
  maintenanceUntil: string | null;
  /** Nodes that would be probed, and the slices that a sweep cuts them into. */
  probed: number;
  slices: number;
  /** Nodes that would not be probed, by reason, except those of clusters whose nodes are not listed. */
  skipped: Record<string, number>;
  /** Why the whole cluster is recorded but not probed. */
  recordOnly: ReasonCode | null;
  /** Nodes that its pools are to have and that no machine was found for, by pool. */
  missing: Record<string, number>;
  /** Parts of its node resource group that could not be read, with the reason. */
  unread: { part: string; reason: ReasonCode }[];
  /** Why its nodes could not be listed. */
  error: string | null;
  /** Needed actions that are not granted on its node resource group; null if Azure does not say. */
  missingPermissions: string[] | null;
  /** Actions that searches for causes need and that are not granted, by the resource group of its nodes or of their network; null if Azure does not say. */
  missingDiagnosis: Record<string, string[] | null>;
}

/** What a sweep would do with one subscription. */
export interface SubscriptionPlan {
  subscription: string;
  /** Its display name; null if it could not be read. */
  name: string | null;
  matched: string[];
  /** Why it could not be read, and what Azure said. */
  gap?: ReasonCode;
  detail?: string;
  clusters: ClusterPlan[];
}

type Grants = Grant[] | undefined;

/** Reads what the caller may do in a resource group; undefined if Azure does not say. */
async function readGrants(arm: Arm, subscription: string, resourceGroup: string): Promise<Grants> {
  const grants: Grant[] = [];
  try {
    for await (const grant of (await arm.authorization(subscription)).permissions.listForResourceGroup(resourceGroup)) grants.push(grant);
  } catch (error) {
    if (!isRestError(error)) throw error;
    return undefined;
  }
  return grants;
}

/** The resource groups of the networks of some nodes, other than that of the nodes themselves, by id. */
function networkGroups(nodes: readonly NodeFacts[], nodeResourceGroup: string): Map<string, RegExpExecArray> {
  const groups = nodes.flatMap(({ subnet = '' }) => {
    const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(subnet);
    return match === null || match[2]!.toLowerCase() === nodeResourceGroup.toLowerCase() ? [] : [[match[0].toLowerCase(), match] as const];
  });
  return new Map(groups);
}

async function planCluster(arm: Arm, settings: Settings, subscription: string, facts: ClusterFacts, now: Date): Promise<ClusterPlan> {
  const { cluster, region, version, upgrading, maintenanceTag, recordOnly, nodeResourceGroup } = facts;
  const planned: ClusterPlan = {
    cluster,
    region,
    version,
    upgrading,
    nodeResourceGroup,
    maintenanceTag,
    maintenanceUntil: currentMaintenance({ tag: maintenanceTag }, now)?.until ?? null,
    probed: 0,
    slices: 0,
    skipped: {},
    recordOnly: recordOnly ?? null,
    missing: {},
    unread: [],
    error: null,
    missingPermissions: null,
    missingDiagnosis: {},
  };
  let networks = new Map<string, RegExpExecArray>();
  if (recordOnly !== undefined && policyOf(recordOnly).hides !== 'nothing') return planned;
  try {
    const { nodes, unread } = await listNodes(await arm.compute(subscription), subscription, facts, now, settings.NODE_GRACE_MINUTES);
    for (const { skipped } of nodes) {
      if (skipped === undefined) planned.probed += 1;
      else planned.skipped[skipped] = (planned.skipped[skipped] ?? 0) + 1;
    }
    const candidates = nodes.filter(({ skipped }) => skipped === undefined);
    planned.slices = cutSlices(
      chooseNodes(candidates, candidates.length, settings.NODES_PER_SLICE),
      candidates,
      settings.NODES_PER_SLICE,
    ).length;
    networks = networkGroups(nodes, nodeResourceGroup);
    planned.unread = unread.map(({ prefix, reason }) => ({ part: prefix, reason }));
    const found = new Map([...Map.groupBy(nodes, ({ pool }) => pool)].map(([pool, own]) => [pool, own.length]));
    const short = recordOnly === undefined ? findShortfalls(facts.pools, found, {}, { sweep: '', now }) : {};
    planned.missing = Object.fromEntries(Object.entries(short).map(([pool, { missing }]) => [pool, missing]));
  } catch (error) {
    if (!isRestError(error)) throw error;
    planned.error = armErrorText(error);
  }
  const grants = await readGrants(arm, subscription, nodeResourceGroup);
  planned.missingPermissions = grants === undefined ? null : missingActions(grants);
  const missing = (given: Grants) => (given === undefined ? null : missingActions(given, diagnosisActions));
  planned.missingDiagnosis[`/subscriptions/${subscription}/resourceGroups/${nodeResourceGroup}`] = missing(grants);
  for (const [group, [, id, name]] of networks) planned.missingDiagnosis[group] = missing(await readGrants(arm, id!, name!));
  return planned;
}

async function planSubscription(
  arm: Arm,
  settings: Settings,
  subscription: string,
  all: readonly string[],
  now: Date,
  report: (line: string) => void,
): Promise<Omit<SubscriptionPlan, 'name'>> {
  try {
    const { clusters, matched } = await listManagedClusters(await arm.clusters(subscription), selectionOf(settings));
    report(`${subscription}: ${clusters.length} cluster${clusters.length === 1 ? '' : 's'}`);
    const limit = pLimit(CONCURRENT_CLUSTERS);
    const plans = await Promise.all(clusters.map((facts) => limit(() => planCluster(arm, settings, subscription, facts, now))));
    return { subscription, matched, clusters: plans };
  } catch (error) {
    if (!isRestError(error)) throw error;
    if (isRefusal(error) && !isUnknownSubscription(error) && isOnlyHome(settings, subscription, all, 0))
      return { subscription, matched: [], clusters: [] };
    return {
      subscription,
      matched: [],
      gap: !isRefusal(error) ? 'ProberError' : isUnknownSubscription(error) ? 'SubscriptionGone' : 'SubscriptionUnreadable',
      detail: armErrorText(error),
      clusters: [],
    };
  }
}

/**
 * Lists the whole fleet as a sweep would, without running anything on a node.
 *
 * @param report - called with a line of progress for each subscription.
 */
export async function planFleet(arm: Arm, settings: Settings, now: Date, report: (line: string) => void): Promise<SubscriptionPlan[]> {
  const subscriptions = await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions);
  const limit = pLimit(CONCURRENT_SUBSCRIPTIONS);
  const plan = async (id: string) => {
    const planned = await planSubscription(arm, settings, id, subscriptions, now, report);
    return { ...planned, name: await askForSubscriptionName(arm, id) };
  };
  return Promise.all(subscriptions.map((id) => limit(() => plan(id))));
}
