import type { CheckResult } from '../model/check-result.ts';
import type { NodeOs } from '../model/node.ts';
import { reasons } from '../model/reasons.ts';
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

/** The last lines of a check: if verbose, Azure's answer; if it failed, why and what to do; and the result. */
export function describeResult({ verdict, reason, message, response, takenFrom }: CheckResult, verbose: boolean): string[] {
  const { sentence, remedies } = reasons[reason];
  const why = verdict === 'reachable' ? [] : [`${reason}: ${sentence}`, message, ...remedies.map((remedy) => `- ${remedy}`), ''];
  const other = takenFrom && `taken from the run of ${takenFrom}, which began while this check waited for the node`;
  const said = !verbose ? [] : response ? ['Response:', response, ''] : other ? [`Response: ${other}`, ''] : [];
  return [...said, ...why, `Connectivity check: ${OUTCOME[verdict]}`];
}
