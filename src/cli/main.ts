#!/usr/bin/env node
import { SignInError } from '../azure/sign-in-error.ts';
import { InvalidSettings, readSettings, type Settings } from '../settings.ts';
import { version } from '../version.ts';
import { readCheckOptions, readPlanOptions } from './check-options.ts';
import { didYouMean } from './did-you-mean.ts';
import { commandNames, helpFor, isCommand } from './help.ts';
import { NoSuchNode } from './no-such-node.ts';
import { readNotifyOptions } from './notify-options.ts';
import { readArguments } from './read-arguments.ts';
import { UsageError, usageError } from './usage-error.ts';

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
  version: flag,
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
  const { help: wantsHelp, version: wantsVersion, test, ...named } = values;
  const [command] = positionals;
  if (wantsHelp || wantsVersion) {
    process.stdout.write(wantsHelp ? helpFor(isCommand(command) ? command : undefined) : `${version}\n`);
    return 0;
  }
  if (positionals.length !== 1 || !isCommand(command))
    mistakes.push(`expected one command, check, plan or notify, got "${positionals.join(' ')}"${didYouMean(command ?? '', commandNames)}`);
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
    process.exitCode = error instanceof UsageError ? 2 : error instanceof NoSuchNode ? 4 : 3;
  },
);
