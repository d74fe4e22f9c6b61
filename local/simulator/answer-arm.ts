import { answerCompute, type ComputeSurroundings } from './answer-compute.ts';
import { type ArmReply, armError, ok, pageOf, throttledReply } from './arm-reply.ts';
import type { QuotaCounter, QuotaKind } from './count-quota.ts';
import { describeCluster, describePlannedMaintenance, describeSubscription } from './describe-cluster.ts';
import type { OperationBook } from './keep-operations.ts';
import type { SimulatedCluster, World } from './lay-out-fleet.ts';
import type { RequestLog } from './log-requests.ts';
import { type ArmRoute, matchArmRoute } from './match-arm-route.ts';
import { answerActivityLog } from './network/answer-activity-log.ts';
import { answerNetwork, answersNetwork } from './network/answer-network.ts';
import { answerResourceGraph } from './network/answer-resource-graph.ts';
import { find } from './network/change-resources.ts';
import type { Network } from './network/keep-network.ts';
import { placeOf } from './network/place-cluster.ts';
import type { Rights } from './rights.ts';
import type { FaultBoard } from './switch-faults.ts';

type Surroundings = ComputeSurroundings & {
  world: World;
  network: Network;
  rights: Rights;
  log: RequestLog;
  operations: OperationBook;
  quota: QuotaCounter;
  /** Whether an empty bucket refuses calls, or is only reported in a header. */
  enforceQuota: boolean;
};

/**
 * Makes the part of Azure Resource Manager that the prober uses. The token has been checked before.
 *
 * @returns what answers a request; `body` is the parsed JSON of a POST.
 */
export function answerArm(around: Surroundings): (method: string, url: URL, body: unknown) => ArmReply {
  const { world, board, log, pageSizes, network, rights } = around;
  return (method, url, body) => {
    const route = matchArmRoute(method, url.pathname);
    if (route === undefined)
      return armError(
        404,
        'InvalidResourceType',
        `The simulator has no ${method} ${url.pathname}: expected a route of match-arm-route.ts.`,
      );
    log.count(route.operation);
    if (!url.searchParams.has('api-version'))
      return armError(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
    const mayRead = ({ id }: { id: string }) => board.ofSubscription(id, 'arm') !== 'access-denied';
    const refusal = rights.refuse(route, url);
    if (refusal !== undefined) return refusal;
    // A list holds what the caller may read, and is no error for the rest.
    if (route.operation === 'Subscriptions_List')
      return pageOf(world.subscriptions.filter(mayRead), url, pageSizes.subscriptions, describeSubscription);
    if (route.operation === 'ResourceGraph_Query')
      return answerResourceGraph(network, rights, body, new Set(world.subscriptions.filter(mayRead).map(({ id }) => id)));
    const subscription = world.subscriptions.find(({ id }) => id === route.subscription.toLowerCase());
    if (subscription === undefined)
      return armError(404, 'SubscriptionNotFound', `The subscription '${route.subscription}' could not be found.`);
    if (!mayRead(subscription)) return rights.deny(route, url.pathname);
    if (route.operation === 'Subscriptions_Get') return ok(describeSubscription(subscription));
    const clusters = subscription.clusters.filter((cluster) => board.ofCluster(cluster, 'model') !== 'cluster-gone');
    if (route.operation === 'Permissions_ListForResourceGroup') return permissionsOf(around, route, clusters);
    if (route.operation === 'ActivityLogs_List') return answerActivityLog(network.log.activity(subscription.id), url, pageSizes.events);
    if (answersNetwork(network, route, url)) return answerNetwork(network, route, url, goneGroups(subscription.clusters, board));
    return /^(ManagedClusters|MaintenanceConfigurations)_/.test(route.operation)
      ? answerClusters(around, route, clusters, url)
      : answerWithinQuota(around, route, subscription.id, clusters, url, body);
  };
}

function answerClusters(
  { board, pageSizes, network, rights }: Surroundings,
  route: ArmRoute,
  clusters: SimulatedCluster[],
  url: URL,
): ArmReply {
  const describe = (cluster: SimulatedCluster) =>
    describeCluster(cluster, board.ofCluster(cluster, 'model'), find(network.resources(), placeOf(cluster).clusterId).properties);
  const group = route.resourceGroup?.toLowerCase();
  const found = clusters.filter(({ spec }) => group === undefined || spec.resourceGroup.toLowerCase() === group);
  const isUnlisted = (cluster: SimulatedCluster) =>
    ['cluster-unlisted', 'cluster-hidden'].some((fault) => fault === board.ofCluster(cluster, 'model'));
  if (route.cluster === undefined)
    return pageOf(
      found.filter((cluster) => !isUnlisted(cluster)),
      url,
      pageSizes.clusters,
      describe,
    );
  const one = found.find(({ spec }) => spec.name.toLowerCase() === route.cluster?.toLowerCase());
  if (one !== undefined && board.ofCluster(one, 'model') === 'cluster-hidden') return rights.deny(route, url.pathname);
  if (one !== undefined && route.operation === 'MaintenanceConfigurations_ListByManagedCluster')
    return ok({ value: describePlannedMaintenance(one) });
  if (one !== undefined) return ok(describe(one));
  return armError(404, 'ResourceNotFound', `The Resource 'Microsoft.ContainerService/managedClusters/${route.cluster}' was not found.`);
}

function answerWithinQuota(
  around: Surroundings,
  route: ArmRoute,
  subscriptionId: string,
  clusters: SimulatedCluster[],
  url: URL,
  body: unknown,
): ArmReply {
  const standing = clusters.filter((each) => around.board.ofCluster(each, 'model') !== 'node-group-gone');
  const cluster = standing.find(({ nodeResourceGroup }) => nodeResourceGroup.toLowerCase() === route.resourceGroup?.toLowerCase());
  const region = cluster?.spec.location ?? route.location ?? 'nowhere';
  const taken = around.quota.take(quotaKindOf(route), `${subscriptionId} ${region}`, url.pathname.toLowerCase());
  const answer = (): ArmReply => {
    if (taken.exhausted !== undefined && around.enforceQuota) return throttledReply(taken.exhausted, around.retryAfterSeconds);
    if (route.operationId !== undefined) return around.operations.poll(route.operationId, url);
    if (cluster === undefined) return armError(404, 'ResourceGroupNotFound', `Resource group '${route.resourceGroup}' could not be found.`);
    return answerCompute(around, route, cluster, url, body);
  };
  const reply = answer();
  return { ...reply, headers: { 'x-ms-ratelimit-remaining-resource': taken.header, 'x-ms-request-charge': '1', ...reply.headers } };
}

// What the caller's roles grant together.
function permissionsOf({ board, rights }: Surroundings, { resourceGroup }: ArmRoute, clusters: SimulatedCluster[]): ArmReply {
  const cluster = clusters.find(({ nodeResourceGroup }) => nodeResourceGroup.toLowerCase() === resourceGroup?.toLowerCase());
  const denied = cluster !== undefined && board.ofCluster(cluster, 'arm') === 'access-denied';
  const actions = rights.granted(resourceGroup ?? '');
  const notActions = [
    ...(denied ? ['Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action'] : []),
    ...rights.lacking(),
  ];
  return ok({ value: [{ actions, notActions, dataActions: [], notDataActions: [] }] });
}

function quotaKindOf({ operation }: ArmRoute): QuotaKind {
  if (operation.endsWith('_RunCommand')) return 'update';
  if (operation === 'Operations_Get') return 'operation';
  return operation.endsWith('_List') ? 'list' : 'get';
}

/** The resource groups, in lower case, that are gone with their clusters or by themselves. */
function goneGroups(clusters: readonly SimulatedCluster[], board: FaultBoard): ReadonlySet<string> {
  const gone = clusters.filter((each) => ['cluster-gone', 'node-group-gone'].includes(board.ofCluster(each, 'model') ?? ''));
  return new Set(gone.map(({ nodeResourceGroup }) => nodeResourceGroup.toLowerCase()));
}
