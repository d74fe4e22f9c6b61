import type { CheckResult } from '../model/check-result.ts';
import type { NodeOs } from '../model/node.ts';
import type { RemedyNames } from '../model/reasons/remedy.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { remedyLines } from '../model/remedies.ts';
import type { Target } from '../model/resource-id.ts';

const OUTCOME = { reachable: 'succeeded', unreachable: 'failed', unknown: 'inconclusive' } as const;
const COMMAND = {
  Linux: '/opt/bin/kubectl --kubeconfig /var/lib/kubelet/kubeconfig version',
  Windows: 'C:\\k\\kubectl.exe --kubeconfig C:\\k\\config version',
} as const;

/** The lines that say which command is run on which machine. */
function describeRun(target: Target, os: NodeOs): string[] {
  const { subscriptionId: SubscriptionID, resourceGroup: NodeResourceGroup } = target;
  const parts =
    target.kind === 'instance'
      ? { SubscriptionID, NodeResourceGroup, VMScaleSet: target.vmss, InstanceID: target.instanceId }
      : { SubscriptionID, NodeResourceGroup, VM: target.vm };
  const title = target.kind === 'instance' ? 'Virtual Machine Scale Set VM:' : 'Virtual Machine:';
  return [`Command: ${COMMAND[os]}`, title, JSON.stringify(parts, null, 2), ''];
}

/** The lines that are shown while a check runs; if verbose, also the command and the machine. */
export function describeStart(target: Target, os: NodeOs, verbose: boolean): string[] {
  return [...(verbose ? describeRun(target, os) : []), 'Running...', ''];
}

/** The lines that say why something is not as it should be, and what to do. */
function explain(reason: ReasonCode, message: string, names: RemedyNames): string[] {
  const { sentence } = reasons[reason];
  return [`${reason}: ${sentence}`, message, ...remedyLines(reason, names).map((remedy) => `- ${remedy}`), ''];
}

/** The last lines of a check: if verbose, Azure's answer; if it failed, or the API server does not serve the node, why and what to do, with the `names` of the node; and the result. */
export function describeResult(
  { verdict, reason, message, served, response, takenFrom }: CheckResult,
  verbose: boolean,
  names: RemedyNames = {},
): string[] {
  const why =
    verdict !== 'reachable'
      ? explain(reason, message, names)
      : served?.ok === false
        ? ['The node reaches its API server, which does not serve it.', ...explain(served.reason, served.message, names)]
        : [];
  const other = takenFrom && `taken from the run of ${takenFrom}, which began while this check waited for the node`;
  const said = !verbose ? [] : response ? ['Response:', response, ''] : other ? [`Response: ${other}`, ''] : [];
  return [...said, ...why, `Connectivity check: ${OUTCOME[verdict]}`];
}
