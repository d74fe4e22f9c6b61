import { EXTENSIONS, RUN_COMMAND } from './links.ts';
import { type Reason, reason } from './reason.ts';

/** Reasons why Run Command on a node gives no answer, or none that proves anything. */
export const runCommandReasons = {
  KubectlMissing: reason(
    'agent',
    { fault: 'platform', duration: 'lasting', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'The node has no kubectl that can be run.',
    ['Upgrade the node image: az aks nodepool upgrade --node-image-only.'],
  ),
  Slow: reason(
    'agent',
    { fault: 'platform', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'kubectl took longer than 8 seconds on the node, while the API server answered: the node is too slow for a verdict.',
    [
      'Find out what keeps the node busy: CPU, memory or disk.',
      'If it lasts, drain the node and reimage it: az vmss reimage --instance-ids <id>.',
    ],
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
