import { DefaultAzureCredential } from '@azure/identity';
import { formatTarget, parseTarget, type Target } from '../fleet/resource-id.ts';
import { checkNode } from '../probe/check-node.ts';
import { reasons } from '../probe/reasons.ts';
import { connectArm } from '../services.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from './usage-error.ts';

const EXIT = { reachable: 0, unreachable: 1, unknown: 3 } as const;
const OUTCOME = { reachable: 'succeeded', unreachable: 'failed', unknown: 'inconclusive' } as const;

/** What `check` is asked with. */
export interface CheckOptions {
  id?: string;
  subscription?: string;
  'node-resource-group'?: string;
  vmss?: string;
  'instance-id'?: string;
  verbose: boolean;
  json: boolean;
}

function readTarget(options: CheckOptions): Target {
  const { subscription, vmss } = options;
  const parts = `/subscriptions/${subscription}/resourceGroups/${options['node-resource-group']}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmss}/virtualMachines/${options['instance-id']}`;
  const target = parseTarget(options.id ?? parts);
  if (target === undefined)
    throw new UsageError(
      `expected --id with the resource ID of a scale set instance or VM, or all of its four parts, got "${options.id ?? parts}"; see --help`,
    );
  return target;
}

/** Probes one node with the caller's own sign-in. Returns the exit status. */
export async function runCheck(options: CheckOptions, settings: Settings): Promise<number> {
  const target = readTarget(options);
  const credential = new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID });
  const { verdict, evidence } = await checkNode(connectArm(settings, credential), settings, target, (line) =>
    process.stderr.write(`${line}\n`),
  );
  const { stage, sentence, remedies } = reasons[verdict.reason];
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ target: formatTarget(target), ...verdict, stage, remedies, ...(options.verbose ? { response: evidence } : {}) })}\n`,
    );
  else {
    const why =
      verdict.verdict === 'reachable'
        ? []
        : [`${verdict.reason}: ${sentence}`, verdict.message, ...remedies.map((remedy) => `- ${remedy}`), ''];
    const said = options.verbose ? ['Response:', evidence, ''] : [];
    process.stdout.write(`${[...said, ...why, `Connectivity check: ${OUTCOME[verdict.verdict]}`].join('\n')}\n`);
  }
  return EXIT[verdict.verdict];
}
