import type { RestError } from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { armErrorText, isRefusal, isUnknownSubscription } from '../../azure/arm-error.ts';
import { askForCluster, listManagedClusters } from '../../inventory/list-managed-clusters.ts';
import { isInScope, isOnlyHome } from '../../inventory/scope.ts';
import { type ClusterFacts, poolNodesOf } from '../../model/cluster-facts.ts';
import { occurrenceNumber } from '../../model/occurrences.ts';
import { startsBetween } from '../../model/pace.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import { endOf, intervalAfter, lastStart } from '../../model/schedule.ts';
import { select, selectionOf } from '../../model/selection.ts';
import type { Services } from '../../services.ts';
import { type ClusterRow, isRemembered, listClusterRows } from '../../tables/cluster-rows.ts';
import { insertSubscription, readSubscriptions, type SubscriptionRow } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { divideBudget } from './divide-budget.ts';
import { nameSubscription } from './name-subscription.ts';
import { staggerRegions } from './stagger-regions.ts';

const CONCURRENT_READS = 4;

/** The facts of a cluster that Azure did not list: enough to record its nodes and, if it is gone, to close its outages. */
function remembered(row: ClusterRow, recordOnly: ReasonCode): ClusterFacts {
  const { cluster, resourceGroup, name, region, version } = row;
  const unlisted = { nodeResourceGroup: '', restricted: false, upgrading: false, pools: [], listed: false };
  return { cluster, resourceGroup, name, region, version, ...unlisted, recordOnly };
}

/** Gives each cluster the delay of its region, and its quota of the starts of that until the next sweep if these are not enough for all nodes. */
function withQuotas(
  { settings, now }: Services,
  sweep: string,
  listed: readonly ClusterFacts[],
  known: readonly ClusterRow[],
): ClusterFacts[] {
  const sweepNumber = occurrenceNumber(settings, sweep);
  const knownNodes = new Map(known.map((row) => [row.cluster, row.nodes.known]));
  const probed = listed.filter(({ recordOnly }) => recordOnly === undefined);
  const sharersOf = (clusters: readonly ClusterFacts[]) =>
    clusters.map((facts) => ({ cluster: facts.cluster, nodes: Math.max(poolNodesOf(facts), knownNodes.get(facts.cluster) ?? 0, 1) }));
  const regions = [...Map.groupBy(probed, ({ region }) => region)].map(([region, clusters]) => [region, sharersOf(clusters)] as const);
  const end = endOf(settings, sweep);
  const nodesOf = new Map(regions.map(([region, sharers]) => [region, sharers.reduce((sum, { nodes }) => sum + nodes, 0)]));
  const delays = staggerRegions(nodesOf, settings, intervalAfter(settings.SWEEP_SCHEDULE, new Date(sweep)));
  const quotas = new Map(
    regions.flatMap(([region, sharers]) => {
      const from = new Date(now().getTime() + delays.get(region)!);
      return [...divideBudget(sharers, startsBetween(settings, from, end), sweepNumber)];
    }),
  );
  return listed.map((facts) => ({ ...facts, quota: quotas.get(facts.cluster), delayMs: delays.get(facts.region) }));
}

/** The result of listing a subscription. */
interface Listed {
  row: SubscriptionRow;
  clusters: ClusterFacts[];
}

const selectRow = ({ settings }: Services, { resourceGroup, name }: ClusterRow) =>
  select(`${resourceGroup}/${name}`, selectionOf(settings));

/** The facts of a known cluster that is missing from the list of its subscription. The globs that match it are added to `globs`. */
async function readMissing(services: Services, subscription: string, row: ClusterRow, globs: Set<string>): Promise<ClusterFacts> {
  const { selected, matched } = selectRow(services, row);
  if (!selected) {
    for (const glob of matched) globs.add(glob);
    return remembered(row, 'Excluded');
  }
  const answer = await askForCluster(await services.arm.clusters(subscription), row, selectionOf(services.settings), globs);
  return typeof answer === 'string' ? remembered(row, answer) : answer;
}

/**
 * A subscription that may not be read is a gap, unless the settings exclude all its clusters, or it is only where the app itself is.
 *
 * @param all - the subscriptions of the sweep.
 */
function rememberUnreadable(
  services: Services,
  subscription: string,
  all: readonly string[],
  known: readonly ClusterRow[],
  refusal: RestError,
): Listed {
  const gap = isUnknownSubscription(refusal) ? 'SubscriptionGone' : 'SubscriptionUnreadable';
  if (gap === 'SubscriptionUnreadable' && isOnlyHome(services.settings, subscription, all, known.length))
    return { row: { subscription, matched: [] }, clusters: [] };
  const selected = known.map((row) => ({ row, ...selectRow(services, row) }));
  const clusters = selected.map((each) => remembered(each.row, each.selected ? gap : 'Excluded'));
  // The identity may no longer read it and the settings exclude its clusters. If SUBSCRIPTIONS is not set, this excludes the subscription.
  const isTakenOut = services.settings.SUBSCRIPTIONS.length === 0 && known.length > 0 && selected.every((each) => !each.selected);
  if (isTakenOut) return { row: { subscription, matched: [...new Set(selected.flatMap((each) => each.matched))] }, clusters };
  return { row: { subscription, matched: [], gap, detail: armErrorText(refusal) }, clusters };
}

async function listSubscription(
  services: Services,
  sweep: string,
  subscription: string,
  all: readonly string[],
  known: readonly ClusterRow[],
): Promise<Listed> {
  const { settings, arm } = services;
  if (!isInScope(settings, subscription))
    return { row: { subscription, matched: [] }, clusters: known.map((row) => remembered(row, 'Excluded')) };
  try {
    const { clusters: listed, matched } = await listManagedClusters(await arm.clusters(subscription), selectionOf(settings));
    const ids = new Set(listed.map((facts) => facts.cluster));
    const globs = new Set(matched);
    const limit = pLimit(CONCURRENT_READS);
    const missing = known.filter((row) => !ids.has(row.cluster));
    const found = await Promise.all(missing.map((row) => limit(() => readMissing(services, subscription, row, globs))));
    return { row: { subscription, matched: [...globs] }, clusters: withQuotas(services, sweep, [...listed, ...found], known) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return rememberUnreadable(services, subscription, all, known, error);
  }
}

async function readKnown({ tables }: Services, subscription: string): Promise<ClusterRow[]> {
  return (await listClusterRows(tables, subscription)).filter(isRemembered);
}

/** Stores the result of a listing, once, and queues the expansion of each cluster. */
async function storeListing({ settings, tables, queue }: Services, sweep: string, { row, clusters }: Listed): Promise<void> {
  const clustersWritten = () => faultPoint('list-clusters:cluster-rows');
  const stored = await insertSubscription(tables, sweep, row, clusters, clustersWritten);
  faultPoint('list-clusters:subscription-row');
  const deadline = lastStart(settings, sweep);
  for (const cluster of stored) await queue.send({ kind: 'expand-cluster', sweep, cluster }, { deadline });
  if (stored.length > 0) faultPoint('list-clusters:expand-cluster');
}

/** Stage 2: lists the clusters of one subscription and queues the expansion of each. A subscription that cannot be read is a gap with its reason. */
export async function listClusters(services: Services, { sweep, subscription }: MessageOf<'list-clusters'>): Promise<void> {
  const subscriptions = await readSubscriptions(services.tables, sweep);
  if (!subscriptions.includes(subscription))
    throw new Error(`expected a subscription of sweep ${sweep}, got ${subscription}: the message does not come from its start-sweep`);
  const listing = await listSubscription(services, sweep, subscription, subscriptions, await readKnown(services, subscription));
  await storeListing(services, sweep, listing);
  if (listing.row.gap === undefined) await nameSubscription(services, subscription);
}

/** Gives up a subscription whose listing failed each time: records it as a gap, with the nodes that are known in it. */
export async function giveUpListing(services: Services, { sweep, subscription }: MessageOf<'list-clusters'>): Promise<void> {
  const clusters = (await readKnown(services, subscription)).map((row) => remembered(row, 'ProberError'));
  const row: SubscriptionRow = { subscription, matched: [], gap: 'ProberError', detail: 'listing failed each time it was tried' };
  await storeListing(services, sweep, { row, clusters });
}
