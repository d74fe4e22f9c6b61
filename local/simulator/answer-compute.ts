import { type ArmReply, armError, ok, pageOf, throttledReply } from './arm-reply.ts';
import { describeInstance, describeInstanceView, describeMachine, describeScaleSet, type NodeCondition } from './describe-node.ts';
import { guidOf, type SimulatedCluster, type SimulatedNode } from './lay-out-fleet.ts';
import type { ArmRoute } from './match-arm-route.ts';
import { refuseRunCommand } from './refuse-run-command.ts';
import type { RunCommands } from './run-commands.ts';
import type { FaultBoard } from './switch-faults.ts';

/** How many items a page of each list holds. */
export type PageSizes = { subscriptions: number; clusters: number; scaleSets: number; instances: number };

/** What the compute provider is made of. */
export type ComputeSurroundings = { board: FaultBoard; runs: RunCommands; pageSizes: PageSizes; retryAfterSeconds: number };

/**
 * Answers a request below a node resource group of the compute provider.
 *
 * @param cluster - whose node resource group it is.
 */
export function answerCompute(around: ComputeSurroundings, route: ArmRoute, cluster: SimulatedCluster, url: URL, body: unknown): ArmReply {
  if (route.instance === undefined) return answerList(around, route, cluster, url);
  const node = nodesOf(around.board, route, cluster).find(({ instanceId }) => instanceId.toLowerCase() === route.instance?.toLowerCase());
  if (route.operation.endsWith('_RunCommand')) return answerRunCommand(around, node, route.instance, url, body);
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
  if (route.operation === 'VirtualMachineScaleSets_List') return pageOf(scaleSets, url, pageSizes.scaleSets, describeScaleSet);
  const wanted = route.scaleSet?.toLowerCase();
  if (wanted !== undefined && !scaleSets.some(({ scaleSet }) => scaleSet?.toLowerCase() === wanted))
    return notFound('virtualMachineScaleSets', wanted, cluster);
  const nodes = nodesOf(board, route, cluster);
  const page = pageOf(nodes, url, pageSizes.instances, (node) => describe(node, conditionOf(around, node), wantsView(url)));
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
  const isRunning = powerStateOf(board, decided.node) === 'running';
  return runs.begin(decided.node, decided.input, url.searchParams.get('api-version') ?? '', isRunning);
}

function nodesOf(board: FaultBoard, { scaleSet }: ArmRoute, cluster: SimulatedCluster): SimulatedNode[] {
  return cluster.pools
    .filter((pool) => pool.scaleSet?.toLowerCase() === scaleSet?.toLowerCase())
    .flatMap((pool) => pool.nodes)
    .filter((node) => board.ofNode(node, 'model') !== 'gone');
}

function conditionOf({ board, runs }: ComputeSurroundings, node: SimulatedNode): NodeCondition {
  const agent = board.ofNode(node, 'agent');
  return {
    powerState: powerStateOf(board, node),
    // A run of ours shows as an update of the instance.
    provisioningState: runs.isBusy(node) ? 'Updating' : node.provisioningState,
    vmId: board.ofNode(node, 'model') === 'replaced' ? guidOf(`another ${node.vmId}`) : node.vmId,
    agentReady: agent !== 'agent-silent' && agent !== 'agent-dead',
  };
}

function powerStateOf(board: FaultBoard, node: SimulatedNode): 'running' | 'deallocated' {
  const fault = board.ofNode(node, 'model');
  return fault === 'deallocated' || fault === 'cluster-stopped' ? 'deallocated' : node.powerState;
}

function describe(node: SimulatedNode, condition: NodeCondition, withView: boolean) {
  return (node.pool.scaleSet === undefined ? describeMachine : describeInstance)(node, condition, withView);
}

function wantsView(url: URL): boolean {
  return url.searchParams.get('$expand')?.toLowerCase() === 'instanceview';
}

function notFound(type: string, name: string, { nodeResourceGroup }: SimulatedCluster): ArmReply {
  const message = `The Resource 'Microsoft.Compute/${type}/${name}' under resource group '${nodeResourceGroup}' was not found.`;
  return armError(404, 'ResourceNotFound', message);
}
