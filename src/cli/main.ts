#!/usr/bin/env node
import { SignInError } from '../azure/sign-in-error.ts';
import { InvalidSettings, readSettings, type Settings } from '../settings.ts';
import { readCheckOptions, readPlanOptions } from './check-options.ts';
import { readNotifyOptions } from './notify-options.ts';
import { readArguments } from './read-arguments.ts';
import { UsageError, usageError } from './usage-error.ts';

const help = `Examples:
  npm run --silent cli -- check --node aks-web-12345678-vmss000000
  npm run --silent cli -- check --id /subscriptions/…/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/0 -v
  npm run --silent cli -- check --subscription S --node-resource-group RG --vmss V --instance-id 0 --json
  npm run --silent cli -- check --node aks-web-12345678-vmss000000 --explain
  npm run --silent cli -- plan
  npm run --silent cli -- notify --test

Works with your own sign-in, directly with Azure, and stores nothing.

check   probes one node, through Azure Run Command: whether it can reach its Kubernetes API server
  --node NAME               name of the Kubernetes node, searched in SUBSCRIPTIONS, or in all that you can read
  --cluster ID              its cluster, as <subscription id>.<resource group>.<cluster name>, if several have such a node
                            a node that INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS or a tag excludes is refused
  --id ID                   resource ID of a scale set instance or of a VM, in any letter case; such a node is probed even if it is excluded
  --subscription, --node-resource-group, --vmss, --instance-id
                            the same in four parts
  -v, --verbose             also the command, the machine, and Azure's answer
  --explain                 if it cannot: also what in Azure’s configuration may have cut it off, with your own rights, and what changed
  --json                    the result as JSON
  Name the node in one of these ways. If another run is in progress on it, the check waits up to 2 minutes.
  Exit status: 0 reachable, 1 unreachable, 2 usage error, or no such node, 3 unknown.

plan    shows what a sweep would probe, what not and why, missing permissions, its pace and its cost; it runs nothing on a node
  --json                    the plan as JSON
  Exit status: 0 nothing to fix, 1 something to fix, 2 usage error, 3 the plan could not be made.
  Reads the settings of the app from the environment: SUBSCRIPTIONS, INCLUDE_CLUSTERS, SWEEP_SCHEDULE and so on.

notify  tells of an incident, as the app would
  --test                    of one that never was and says so: its start and its end, directly to every sink that the settings name
  --json                    what each answered as JSON
  Exit status: 0 all accepted it, 1 one did not, 2 usage error, or no sink in the settings.
  Reads APPLICATIONINSIGHTS_CONNECTION_STRING, WEBHOOKS and WEBHOOK_SECRETS from the environment, with the secrets themselves.

The result goes to standard output, progress to standard error.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const names = { node: text, cluster: text, id: text, subscription: text, 'node-resource-group': text, vmss: text, 'instance-id': text };
const options = {
  ...names,
  json: flag,
  test: flag,
  explain: flag,
  verbose: { ...flag, short: 'v' },
  help: { ...flag, short: 'h' },
} as const;

/** Reads the settings of the app from the environment. Their mistakes are reported together with those of the command line. */
function readEnvironment(mistakes: string[]): Settings | undefined {
  try {
    // The settings require a storage account, but these commands never open it.
    return readSettings({ ...process.env, AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    if (mistakes.length === 0) throw new UsageError(error.message);
    mistakes.push(...error.mistakes.map((each) => `setting ${each}`));
    return undefined;
  }
}

async function main(): Promise<number> {
  const { values, positionals, mistakes } = readArguments(process.argv.slice(2), options);
  const { help: wantsHelp, test, ...named } = values;
  if (wantsHelp) {
    process.stdout.write(help);
    return 0;
  }
  const [command] = positionals;
  const isCommand = command === 'check' || command === 'plan' || command === 'notify';
  if (positionals.length !== 1 || !isCommand) mistakes.push(`expected one command, check, plan or notify, got "${positionals.join(' ')}"`);
  if (test && command !== 'notify') mistakes.push('expected --test with notify only');
  const check = command === 'check' ? readCheckOptions(named, mistakes) : undefined;
  const plan = command === 'plan' ? readPlanOptions(named, mistakes) : undefined;
  const notify = command === 'notify' ? readNotifyOptions({ test, ...named }, mistakes) : undefined;
  const settings = readEnvironment(mistakes);
  if (mistakes.length > 0 || settings === undefined) throw usageError(mistakes);
  // Loaded only now, since the SDKs take a second to load, which the help need not wait for.
  if (plan !== undefined) return (await import('./plan.ts')).runPlanCommand(plan, settings);
  if (notify !== undefined) return (await import('./notify.ts')).runNotifyCommand(notify, settings);
  return (await import('./check.ts')).runCheckCommand(check!, settings);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    const message = error instanceof Error ? error.message : String(error);
    const advice = `expected a sign-in to Azure, found none that works: sign in with "az login" and try again`;
    process.stderr.write(`${error instanceof SignInError ? `${message}\n${advice}` : message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 3;
  },
);
