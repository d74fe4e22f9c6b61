import { type ArmReply, armError, ok, pageOf, throttledReply } from './arm-reply.ts';
import {
  describeForeignMachine,
  describeInstance,
  describeInstanceView,
  describeMachine,
  describeScaleSet,
  type NodeCondition,
} from './describe-node.ts';
import { guidOf } from './guid-of.ts';
import type { PowerState, SimulatedCluster, SimulatedNode } from './lay-out-fleet.ts';
import type { ArmRoute } from './match-arm-route.ts';
import { noNumberReply, refuseRunCommand } from './refuse-run-command.ts';
import type { RunCommands } from './run-commands.ts';
import type { FaultBoard } from './switch-faults.ts';

/** How many items a page of each list holds. */
export type PageSizes = { subscriptions: number; clusters: number; scaleSets: number; instances: number; events: number };

/** The parts of the compute provider. */
export type ComputeSurroundings = { board: FaultBoard; runs: RunCommands; pageSizes: PageSizes; retryAfterSeconds: number };

/**
 * Answers a request below a node resource group of the compute provider.
 *
 * @param cluster - whose node resource group it is.
 */
export function answerCompute(around: ComputeSurroundings, route: ArmRoute, cluster: SimulatedCluster, url: URL, body: unknown): ArmReply {
  const pool = cluster.pools.find(({ scaleSet }) => scaleSet !== undefined && scaleSet.toLowerCase() === route.scaleSet?.toLowerCase());
  if (route.scaleSet !== undefined && pool === undefined) return notFound('virtualMachineScaleSets', route.scaleSet, cluster);
  if (route.operation === 'VirtualMachineScaleSets_Get') return ok(describeScaleSet(pool!, around.board.ofCluster(cluster, 'model')));
  if (route.instance === undefined) return answerList(around, route, cluster, url);
  // The instances of a Flexible set are called by their names, which only the paths of virtual machines take.
  if (route.scaleSet !== undefined && !/^\d+$/.test(route.instance)) return noNumberReply();
  const node = nodesOf(around.board, route, cluster).find(({ instanceId }) => instanceId.toLowerCase() === route.instance?.toLowerCase());
  const isRun = route.operation.endsWith('_RunCommand');
  if (isRun && (node !== undefined || route.scaleSet !== undefined)) return answerRunCommand(around, node, route.instance, url, body);
  if (node === undefined && route.scaleSet !== undefined)
    return armError(404, 'NotFound', `The entity ${route.instance} was not found in this Azure location.`);
  const foreign = cluster.spec.foreignMachines.find((name) => name.toLowerCase() === route.instance?.toLowerCase());
  if (node === undefined && foreign !== undefined) return ok(describeForeignMachine(cluster, foreign));
  if (node === undefined) return notFound('virtualMachines', route.instance, cluster);
  const condition = conditionOf(around, node);
  if (route.operation.endsWith('InstanceView')) return ok(describeInstanceView(node, condition));
  return ok(describe(node, condition, wantsView(url)));
}

function answerList(around: ComputeSurroundings, route: ArmRoute, cluster: SimulatedCluster, url: URL): ArmReply {
  const { board, pageSizes, retryAfterSeconds } = around;
  const fault = board.ofCluster(cluster, 'arm');
  if (fault === 'lists-throttled') return throttledReply('HighCostGet', retryAfterSeconds);
  const scaleSets = cluster.pools.filter(({ scaleSet }) => scaleSet !== undefined);
  if (route.operation === 'VirtualMachineScaleSets_List')
    return pageOf(scaleSets, url, pageSizes.scaleSets, (each) => describeScaleSet(each, board.ofCluster(cluster, 'model')));
  const wanted = route.scaleSet?.toLowerCase();
  const listed = scaleSets.find(({ scaleSet }) => scaleSet?.toLowerCase() === wanted);
  // As others have seen it: https://github.com/microsoft/OMS-Agent-for-Linux/pull/1475
  if (listed?.spec.type === 'FlexibleScaleSet' && wantsView(url)) {
    const message = `Operation 'VirtualMachineScaleSets.virtualMachines.GET' is not allowed on Virtual Machine Scale Set '${listed.scaleSet}'.`;
    return armError(400, 'BadRequest', message);
  }
  const nodes = nodesOf(board, route, cluster).flatMap((node) => (node.deleted === undefined ? [node] : besideDeleted(node, node.deleted)));
  const withView = wantsView(url) && wanted !== undefined;
  const foreign = wanted === undefined ? cluster.spec.foreignMachines : [];
  const page = pageOf([...nodes, ...foreign], url, pageSizes.instances, (item) =>
    typeof item === 'string' ? describeForeignMachine(cluster, item) : describe(item, conditionOf(around, item), withView),
  );
  return fault === 'lists-broken' && page.isLast ? armError(500, 'InternalServerError', 'An internal error occurred.') : page;
}

function answerRunCommand(
  { board, runs, retryAfterSeconds }: ComputeSurroundings,
  node: SimulatedNode | undefined,
  instanceId: string,
  url: URL,
  body: unknown,
): ArmReply {
  const decided = refuseRunCommand(board, node, instanceId, body, retryAfterSeconds);
  if ('refusal' in decided) return decided.refusal;
  const isRunning = powerStateOf(board, decided.node) === 'running' && decided.node.provisioningState !== 'Creating';
  return runs.begin(decided.node, decided.input, url.searchParams.get('api-version') ?? '', isRunning);
}

/** The deleted instance may be listed before the new one or after it. */
function besideDeleted(node: SimulatedNode, deleted: SimulatedNode): SimulatedNode[] {
  return Number(node.instanceId) % 2 === 0 ? [node, deleted] : [deleted, node];
}

function nodesOf(board: FaultBoard, { scaleSet }: ArmRoute, cluster: SimulatedCluster): SimulatedNode[] {
  return cluster.pools
    .filter((pool) =>
      scaleSet === undefined ? pool.spec.type !== 'VirtualMachineScaleSets' : pool.scaleSet?.toLowerCase() === scaleSet.toLowerCase(),
    )
    .flatMap((pool) => pool.nodes)
    .filter((node) => board.ofNode(node, 'model') !== 'gone');
}

function conditionOf({ board, runs }: ComputeSurroundings, node: SimulatedNode): NodeCondition {
  const agent = board.ofNode(node, 'agent');
  return {
    powerState: powerStateOf(board, node),
    // A run of ours shows as an update of the instance.
    provisioningState: runs.isBusy(node) ? 'Updating' : node.provisioningState,
    vmId: machineIdOf(board, node),
    agentReady: agent !== 'agent-dead',
    extensionsAllowed: board.ofNode(node, 'arm') !== 'extensions-disallowed',
  };
}

/** The id of the machine that has a node's name. */
export function machineIdOf(board: FaultBoard, node: SimulatedNode): string {
  return board.ofNode(node, 'model') === 'replaced' ? guidOf(`another ${node.vmId}`) : node.vmId;
}

function powerStateOf(board: FaultBoard, node: SimulatedNode): PowerState {
  const fault = board.ofNode(node, 'model');
  return fault === 'deallocated' || fault === 'cluster-stopped' ? 'deallocated' : node.powerState;
}

function describe(node: SimulatedNode, condition: NodeCondition, withView: boolean) {
  return (node.pool.spec.type === 'VirtualMachineScaleSets' ? describeInstance : describeMachine)(node, condition, withView);
}

function wantsView(url: URL): boolean {
  return url.searchParams.get('$expand')?.toLowerCase() === 'instanceview';
}

function notFound(type: string, name: string, { nodeResourceGroup }: SimulatedCluster): ArmReply {
  const message = `The Resource 'Microsoft.Compute/${type}/${name}' under resource group '${nodeResourceGroup}' was not found.`;
  return armError(404, 'ResourceNotFound', message);
}
