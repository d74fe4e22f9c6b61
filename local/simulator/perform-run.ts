import type { Outcome } from './keep-operations.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { ScriptOutput } from './run-script.ts';
import { type FaultBoard, waitForRecovery } from './switch-faults.ts';

/** Runs a script on a node, or answers in its place. */
export type ConductScript = (node: SimulatedNode, script: string) => Promise<ScriptOutput>;

/** What a run needs besides its node and script. */
export type RunSurroundings = {
  board: FaultBoard;
  conduct: ConductScript;
  /** When a dead agent's run fails, in milliseconds. */
  agentDeadMs: number;
  /** The last output of each node, for an agent that reports it again. */
  lastOutputs: Map<SimulatedNode, ScriptOutput>;
  signal: AbortSignal;
};

const sample = 'This is a sample script with parameters value1 and value2\n';
const lostBytes = 40;

/**
 * Performs a run on a node as its agent would, including the agent's faults.
 *
 * @param script - `undefined` runs Azure's sample instead, as Azure does.
 * @throws when `signal` aborts, or the script cannot be started at all.
 */
export async function performRun(node: SimulatedNode, script: string | undefined, around: RunSurroundings): Promise<Outcome> {
  const { board, conduct, lastOutputs } = around;
  const fault = board.ofNode(node, 'agent');
  if (fault === 'agent-silent') await waitForRecovery(board, node, fault, Number.POSITIVE_INFINITY, around.signal);
  if (fault === 'agent-dead' && !(await waitForRecovery(board, node, fault, around.agentDeadMs, around.signal)))
    return {
      succeeded: false,
      code: 'VMAgentStatusCommunicationError',
      message: `VM '${isUniform(node) ? `${node.pool.scaleSet}_` : ''}${node.instanceId}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.`,
    };
  if (fault === 'no-output-property') return { succeeded: true };
  if (fault === 'operation-preempted')
    return {
      succeeded: false,
      code: 'OperationPreempted',
      message: 'The operation execution has been preempted by a more recent operation.',
    };
  if (fault === 'operation-gone') return 'forgotten';
  if (fault === 'no-output') return reported(node, { stdout: '', stderr: '' });
  if (fault === 'half-output')
    return { succeeded: true, value: [statusOf('ProvisioningState/succeeded', "Enable succeeded: Last script execution didn't finish.")] };
  const stale = fault === 'stale-output' ? lastOutputs.get(node) : undefined;
  if (stale !== undefined) return reported(node, stale);
  const output = script === undefined ? { stdout: sample, stderr: '' } : await conduct(node, script);
  lastOutputs.set(node, output);
  return reported(node, fault === 'cut-output' ? { ...output, stdout: output.stdout.slice(0, -lostBytes) } : output);
}

function isUniform({ pool }: SimulatedNode): boolean {
  return pool.spec.type === 'VirtualMachineScaleSets';
}

function reported(node: SimulatedNode, { stdout, stderr }: ScriptOutput): Outcome {
  const value =
    node.pool.spec.os === 'Windows'
      ? [statusOf('ComponentStatus/StdOut/succeeded', stdout), statusOf('ComponentStatus/StdErr/succeeded', stderr)]
      : [statusOf('ProvisioningState/succeeded', `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n${stderr}`)];
  return { succeeded: true, value };
}

function statusOf(code: string, message: string) {
  return { code, level: 'Info', displayStatus: 'Provisioning succeeded', message };
}
