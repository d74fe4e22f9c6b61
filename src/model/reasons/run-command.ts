import { advice, fromPod, onNode, reimage, removeExtension, withCommand } from './commands.ts';
import { EXTENSIONS, RUN_COMMAND } from './links.ts';
import { type Reason, reason, unprovable } from './reason.ts';

/** Reasons why Run Command on a node gives no answer, or none that proves anything. */
export const runCommandReasons = {
  KubectlMissing: reason('agent', unprovable('platform', 'lasting'), 'The node has no kubectl.', [
    withCommand(
      'Upgrade the node image of the pool, which replaces its nodes one by one.',
      'az aks nodepool upgrade --subscription {subscriptionId} --resource-group {resourceGroup} --cluster-name {cluster} --name {pool} --node-image-only',
    ),
  ]),
  KubectlBroken: reason(
    'agent',
    unprovable('platform', 'lasting'),
    "The node's kubectl cannot be run, or ended without the answer of an API server.",
    [
      onNode(
        'Look at the file: an empty one is left by a full disk or a crash during an upgrade.',
        'ls -l /opt/bin/kubectl; file /opt/bin/kubectl',
        'Get-Item C:\\k\\kubectl.exe',
      ),
      reimage('Drain the node and reimage it, which brings its kubectl anew; it loses what is on its disk.'),
    ],
  ),
  KubectlKilled: reason('agent', unprovable('platform', 'passing'), 'Something on the node killed kubectl before it had an answer.', [
    onNode('Look for the out-of-memory killer.', 'journalctl -k --no-pager | grep -i killed'),
    advice('Look for endpoint protection that ends programs.'),
  ]),
  ToolMissing: reason('agent', unprovable('platform', 'lasting'), 'The node lacks a program that the check needs; the message names it.', [
    advice('Upgrade or reimage the node: every node image of AKS has it.'),
  ]),
  NodeTooSlow: reason(
    'agent',
    unprovable('platform', 'passing'),
    'The node is too slow for a verdict: its kubectl hardly gets to run, so that no answer proves nothing about the network.',
    [
      onNode(
        'Find out what keeps the node busy: CPU, memory or disk.',
        'uptime; free -m; top -bn1 | head -n 20',
        'Get-Process | Sort-Object CPU | Select-Object -Last 10',
      ),
      reimage('If it lasts, drain the node and reimage it; it loses what is on its disk.'),
    ],
  ),
  WrongMachine: reason(
    'agent',
    unprovable('azure', 'lasting'),
    'Another machine answered than the one that Azure lists for the node, so its answer does not count.',
    [
      withCommand(
        'Compare the vmId that Azure shows for the machine with /sys/class/dmi/id/product_uuid on the node.',
        'az vmss show --subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vmss} --instance-id {instanceId} --query vmId --output tsv',
        'az vm show --subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vm} --query vmId --output tsv',
      ),
      advice('If nobody moved a disk or replaced the machine just now, treat it as a security incident.'),
    ],
    [RUN_COMMAND],
  ),
  NoProof: reason(
    'agent',
    { fault: 'platform', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The run ended without the complete output of the script, so it proves nothing.',
    [advice('A restart of the VM or of its agent causes this; it passes with the next sweep.')],
    [RUN_COMMAND],
  ),
  AgentNotReady: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The VM agent of the node does not report.',
    [fromPod('Check outbound port 443 from the node to Azure, and the VM agent.', 'systemctl status walinuxagent --no-pager')],
    [RUN_COMMAND],
  ),
  RunCommandFailed: reason(
    'agent',
    {
      fault: 'platform',
      duration: 'passing',
      expected: true,
      asked: true,
      endsOutage: false,
      blinds: 'cluster',
      hides: 'nothing',
      lastsAs: 'RunCommandBroken',
    },
    'Azure reports that Run Command failed on the node.',
    [removeExtension('Remove the extension of Run Command from the node, then check again.')],
    [RUN_COMMAND],
  ),
  RunCommandTimedOut: reason(
    'agent',
    { fault: 'platform', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'Run Command gave no answer in time.',
    [
      advice('Check outbound port 443 from the node to Azure: Run Command needs it to report back.'),
      fromPod('Check the VM agent.', 'systemctl status walinuxagent --no-pager'),
    ],
    [RUN_COMMAND],
  ),
  RunCommandStuck: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'An earlier Run Command on the node has still not ended.',
    [removeExtension('Remove the extension of Run Command from the node, or restart its agent.')],
    [RUN_COMMAND],
  ),
  RunCommandBroken: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'Run Command fails on the node each time.',
    [
      removeExtension('Remove the extension of Run Command from the node, then check again.'),
      fromPod(
        'Read the logs of Run Command and of the VM agent on the node.',
        'tail -n 50 /var/log/azure/run-command/handler.log /var/log/waagent.log',
      ),
      reimage('If it lasts, drain the node and reimage it; it loses what is on its disk.'),
    ],
    [RUN_COMMAND],
  ),
  ExecutionBlocked: reason(
    'agent',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'The node does not let Run Command execute its program (exit code 126, permission denied).',
    [
      fromPod('Look for the mount option noexec, which hardened images have on /var.', 'findmnt --target /var/lib/waagent'),
      advice('Else look for what denies it: AppArmor, SELinux or an endpoint protection agent.'),
    ],
    [EXTENSIONS],
  ),
  ExtensionBlocked: reason(
    'agent',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'A policy of the VM agent does not let it run the extension of Run Command.',
    [
      fromPod(
        'Allow Microsoft.CPlat.Core.RunCommandLinux in /etc/waagent_policy.json, or set Extensions.Enabled=y in /etc/waagent.conf.',
        'cat /etc/waagent_policy.json; grep Extensions.Enabled /etc/waagent.conf',
      ),
    ],
    [EXTENSIONS],
  ),
  DiskNotWritable: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The VM agent cannot write to the disk of the node: it is full, has no inodes left, or is read-only.',
    [
      fromPod('Look at space and at inodes, then at what uses them.', 'df -h /var; df -i /var; du --inodes -xd3 /var | sort -n | tail'),
      fromPod('Read-only: the kernel log says why.', 'journalctl -k -n 100 --no-pager'),
      reimage('If it cannot be cleaned, drain the node and reimage it; it loses what is on its disk.'),
    ],
    [EXTENSIONS],
  ),
} as const satisfies Record<string, Reason>;
