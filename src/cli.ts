#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DefaultAzureCredential } from '@azure/identity';
import { formatTarget, parseTarget, type Target } from './fleet/resource-id.ts';
import { checkNode } from './probe/check-node.ts';
import { reasons } from './probe/reasons.ts';
import { connectArm } from './services.ts';
import { readSettings } from './settings.ts';

const help = `Examples:
  npm run --silent cli -- check --id /subscriptions/…/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/0
  npm run --silent cli -- check --subscription S --node-resource-group RG --vmss V --instance-id 0 --json

Asks one node, through Azure Run Command and with your own sign-in, whether it can reach its Kubernetes API server.

  --id ID                   resource ID of a scale set instance or of a VM, in any letter case
  --subscription, --node-resource-group, --vmss, --instance-id
                            the same in four parts
  -v, --verbose             also what the node said
  --json                    the result as JSON

The result goes to standard output, progress to standard error. Exit status: 0 reachable, 1 unreachable, 2 wrong use, 3 unknown.
`;

const EXIT = { reachable: 0, unreachable: 1, unknown: 3 } as const;
const OUTCOME = { reachable: 'succeeded', unreachable: 'failed', unknown: 'inconclusive' } as const;

class UsageError extends Error {}

interface Options {
  target: Target;
  verbose: boolean;
  json: boolean;
}

function readOptions(args: string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const names = { id: text, subscription: text, 'node-resource-group': text, vmss: text, 'instance-id': text };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...names, json: flag, verbose: { ...flag, short: 'v' }, help: { ...flag, short: 'h' } },
  });
  if (values.help) return undefined;
  if (positionals.length !== 1 || positionals[0] !== 'check')
    throw new UsageError(`expected the command check, got "${positionals.join(' ')}"; see --help`);
  const { subscription, vmss } = values;
  const parts = `/subscriptions/${subscription}/resourceGroups/${values['node-resource-group']}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmss}/virtualMachines/${values['instance-id']}`;
  const target = parseTarget(values.id ?? parts);
  if (target === undefined)
    throw new UsageError(
      `expected --id with the resource ID of a scale set instance or VM, or all of its four parts, got "${values.id ?? parts}"; see --help`,
    );
  return { target, verbose: values.verbose, json: values.json };
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const { target, verbose, json } = options;
  // A check from a laptop keeps nothing: storage is named because the settings ask for it, and never opened.
  const settings = readSettings({ ...process.env, AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  const credential = new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID });
  const { verdict, evidence } = await checkNode(connectArm(settings, credential), settings, target, (line) =>
    process.stderr.write(`${line}\n`),
  );
  const { stage, sentence, remedies } = reasons[verdict.reason];
  if (json)
    process.stdout.write(
      `${JSON.stringify({ target: formatTarget(target), ...verdict, stage, remedies, ...(verbose ? { response: evidence } : {}) })}\n`,
    );
  else {
    const why =
      verdict.verdict === 'reachable'
        ? []
        : [`${verdict.reason}: ${sentence}`, verdict.message, ...remedies.map((remedy) => `- ${remedy}`), ''];
    const said = verbose ? ['Response:', evidence, ''] : [];
    process.stdout.write(`${[...said, ...why, `Connectivity check: ${OUTCOME[verdict.verdict]}`].join('\n')}\n`);
  }
  return EXIT[verdict.verdict];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
