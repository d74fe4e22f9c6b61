import type { CheckResult } from '../model/check-result.ts';
import { reasons } from '../model/reasons.ts';
import type { Target } from '../model/resource-id.ts';

const OUTCOME = { reachable: 'succeeded', unreachable: 'failed', unknown: 'inconclusive' } as const;
const COMMAND = {
  Linux: '/opt/bin/kubectl --kubeconfig /var/lib/kubelet/kubeconfig version',
  Windows: 'C:\\k\\kubectl.exe --kubeconfig C:\\k\\config version',
} as const;

/** What is run, and where. */
function describeRun(target: Target, os: 'Linux' | 'Windows'): string[] {
  const { subscriptionId: SubscriptionID, resourceGroup: NodeResourceGroup } = target;
  const parts =
    target.kind === 'instance'
      ? { SubscriptionID, NodeResourceGroup, VMScaleSet: target.vmss, InstanceID: target.instanceId }
      : { SubscriptionID, NodeResourceGroup, VM: target.vm };
  const title = target.kind === 'instance' ? 'Virtual Machine Scale Set VM:' : 'Virtual Machine:';
  return [`Command: ${COMMAND[os]}`, title, JSON.stringify(parts, null, 2), ''];
}

/** The first lines of a check, which stand while it runs; a verbose one says what is run, and where. */
export function describeStart(target: Target, os: 'Linux' | 'Windows', verbose: boolean): string[] {
  return [...(verbose ? describeRun(target, os) : []), 'Running...', ''];
}

/** The last lines of a check: Azure's answer where it is asked for, why it failed and what to do, and what it came to. */
export function describeResult({ verdict, reason, message, response, takenFrom }: CheckResult, verbose: boolean): string[] {
  const { sentence, remedies } = reasons[reason];
  const why = verdict === 'reachable' ? [] : [`${reason}: ${sentence}`, message, ...remedies.map((remedy) => `- ${remedy}`), ''];
  const other = takenFrom && `taken from the run of ${takenFrom}, which began while this check waited for the node`;
  const said = !verbose ? [] : response ? ['Response:', response, ''] : other ? [`Response: ${other}`, ''] : [];
  return [...said, ...why, `Connectivity check: ${OUTCOME[verdict]}`];
}
