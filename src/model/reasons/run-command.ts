import { EXTENSIONS, RUN_COMMAND } from './links.ts';
import { type Reason, reason, unprovable } from './reason.ts';

/** Reasons why Run Command on a node gives no answer, or none that proves anything. */
export const runCommandReasons = {
  KubectlMissing: reason('agent', unprovable('platform', 'lasting'), 'The node has no kubectl.', [
    'Upgrade the node image: az aks nodepool upgrade --node-image-only.',
  ]),
  KubectlBroken: reason(
    'agent',
    unprovable('platform', 'lasting'),
    "The node's kubectl cannot be run, or ended without the answer of an API server.",
    [
      'Look at the file: file /opt/bin/kubectl; an empty one is left by a full disk or a crash during an upgrade.',
      'Reimage the node, which brings its kubectl anew: az vmss reimage --instance-ids <id>.',
    ],
  ),
  KubectlKilled: reason('agent', unprovable('platform', 'passing'), 'Something on the node killed kubectl before it had an answer.', [
    'Look for the out-of-memory killer: journalctl -k | grep -i "killed process".',
    'Look for endpoint protection that ends programs.',
  ]),
  ToolMissing: reason('agent', unprovable('platform', 'lasting'), 'The node lacks a program that the check needs; the message names it.', [
    'Upgrade or reimage the node: every node image of AKS has it.',
  ]),
  NodeTooSlow: reason(
    'agent',
    unprovable('platform', 'passing'),
    'The node is too slow for a verdict: its kubectl hardly gets to run, so that no answer proves nothing about the network.',
    [
      'Find out what keeps the node busy: CPU, memory or disk.',
      'If it lasts, drain the node and reimage it: az vmss reimage --instance-ids <id>.',
    ],
  ),
  WrongMachine: reason(
    'agent',
    unprovable('azure', 'lasting'),
    'Another machine answered than the one that Azure lists for the node, so its answer does not count.',
    [
      'Compare the vmId that Azure shows for the instance with /sys/class/dmi/id/product_uuid on the node.',
      'If nobody moved a disk or replaced the machine just now, treat it as a security incident.',
    ],
    [RUN_COMMAND],
  ),
  NoProof: reason(
    'agent',
    { fault: 'platform', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The run ended without the complete output of the script, so it proves nothing.',
    ['A restart of the VM or of its agent causes this; it passes with the next sweep.'],
    [RUN_COMMAND],
  ),
  AgentNotReady: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The VM agent of the node does not report.',
    ['Check outbound port 443 to Azure, and the agent: systemctl status walinuxagent.'],
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
    ['Run RemoveRunCommandLinuxExtension (RemoveRunCommandWindowsExtension) on the node, then check again.'],
    [RUN_COMMAND],
  ),
  RunCommandTimedOut: reason(
    'agent',
    { fault: 'platform', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'Run Command gave no answer in time.',
    [
      'Check outbound port 443 from the node to Azure: Run Command needs it to report back.',
      'Check the agent: systemctl status walinuxagent.',
    ],
    [RUN_COMMAND],
  ),
  RunCommandStuck: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'An earlier Run Command on the node has still not ended.',
    ['Run RemoveRunCommandLinuxExtension on the node, or restart its agent.'],
    [RUN_COMMAND],
  ),
  RunCommandBroken: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'Run Command fails on the node each time.',
    [
      'Run RemoveRunCommandLinuxExtension (RemoveRunCommandWindowsExtension) on the node, then check again.',
      'Read /var/log/azure/run-command/handler.log and /var/log/waagent.log on the node.',
      'If it lasts, drain the node and reimage it: az vmss reimage --instance-ids <id>.',
    ],
    [RUN_COMMAND],
  ),
  ExecutionBlocked: reason(
    'agent',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'The node does not let Run Command execute its program (exit code 126, permission denied).',
    [
      'Look for the option noexec: findmnt --target /var/lib/waagent; hardened images mount /var with it.',
      'Else look for what denies it: AppArmor, SELinux or an endpoint protection agent.',
    ],
    [EXTENSIONS],
  ),
  ExtensionBlocked: reason(
    'agent',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'A policy of the VM agent does not let it run the extension of Run Command.',
    ['Allow Microsoft.CPlat.Core.RunCommandLinux in /etc/waagent_policy.json, or set Extensions.Enabled=y in /etc/waagent.conf.'],
    [EXTENSIONS],
  ),
  DiskNotWritable: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The VM agent cannot write to the disk of the node: it is full, has no inodes left, or is read-only.',
    [
      'Look at space and at inodes: df -h /var, df -i /var; then at what uses them: du --inodes -xd3 /var.',
      'Read-only: the kernel log says why: journalctl -k.',
      'Reimage the node if it cannot be cleaned: az vmss reimage --instance-ids <id>.',
    ],
    [EXTENSIONS],
  ),
} as const satisfies Record<string, Reason>;
