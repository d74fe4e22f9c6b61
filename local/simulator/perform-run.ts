import type { SimulatorClock } from './clock.ts';
import type { Outcome } from './keep-operations.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { ScriptOutput } from './run-script.ts';
import { type FaultBoard, type FaultIn, waitForRecovery } from './switch-faults.ts';

/** Runs a script on a node, or answers in its place. */
export type ConductScript = (node: SimulatedNode, script: string) => Promise<ScriptOutput>;

/** What a run needs besides its node and script. */
export type RunSurroundings = {
  board: FaultBoard;
  clock: SimulatorClock;
  conduct: ConductScript;
  /** When a dead agent's run fails, in milliseconds. */
  agentDeadMs: number;
  /** The last output of each node, for an agent that reports it again. */
  lastOutputs: Map<SimulatedNode, ScriptOutput>;
  signal: AbortSignal;
};

const sample = 'This is a sample script with parameters value1 and value2\n';
const lostBytes = 40;

/** Faults under which an accepted run fails at once, with the words of Azure and of the VM agent. */
const failures: Partial<Record<FaultIn<'agent'>, { code: string; message: string }>> = {
  'operation-preempted': {
    code: 'OperationPreempted',
    message: 'The operation execution has been preempted by a more recent operation.',
  },
  noexec: {
    code: 'VMExtensionHandlerNonTransientError',
    message:
      "The handler for VM extension type 'Microsoft.CPlat.Core.RunCommandLinux' has reported terminal failure for VM extension 'RunCommandLinux' with error message: '[ExtensionOperationError] Non-zero exit code: 126, /var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/bin/run-command-shim install\n[stderr]\n/bin/sh: 1: bin/run-command-shim: Permission denied\n'.",
  },
  'disk-full': {
    code: 'VMExtensionProvisioningError',
    message:
      "VM has reported a failure when processing extension 'RunCommandLinux'. Error message: 'Enable failed: failed to write status: open /var/lib/waagent/status/0.status.tmp: no space left on device'.",
  },
  'extension-blocked': {
    code: 'VMExtensionProvisioningError',
    message:
      "Extension will not be processed: failed to run extension 'Microsoft.CPlat.Core.RunCommandLinux' because it is not specified as an allowed extension.",
  },
};

/**
 * Performs a run on a node as its agent would, including the agent's faults.
 *
 * @param script - `undefined` runs Azure's sample instead, as Azure does.
 * @throws when `signal` aborts, or the script cannot be started at all.
 */
export async function performRun(node: SimulatedNode, script: string | undefined, around: RunSurroundings): Promise<Outcome> {
  const { board, clock, conduct, lastOutputs, signal } = around;
  const fault = board.ofNode(node, 'agent');
  if (fault === 'agent-silent') await waitForRecovery(board, node, fault, Number.POSITIVE_INFINITY, clock, signal);
  if (fault === 'agent-dead' && !(await waitForRecovery(board, node, fault, around.agentDeadMs, clock, signal)))
    return {
      succeeded: false,
      code: 'VMAgentStatusCommunicationError',
      message: `VM '${isUniform(node) ? `${node.pool.scaleSet}_` : ''}${node.instanceId}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.`,
    };
  if (fault === 'no-output-property') return { succeeded: true };
  const failure = fault && failures[fault];
  if (failure !== undefined) return { succeeded: false, ...failure };
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
