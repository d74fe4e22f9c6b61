#!/usr/bin/env node
import { SignInError } from '../azure/sign-in-error.ts';
import { InvalidSettings, readSettings, type Settings } from '../settings.ts';
import { version } from '../version.ts';
import { readCheckOptions } from './check-options.ts';
import { readCommandLine } from './command-line.ts';
import type { ShellName } from './commands.ts';
import { completionFor } from './completion.ts';
import { helpFor } from './help.ts';
import { NotFound } from './not-found.ts';
import { readServerOptions } from './server/server-options.ts';
import { UsageError, usageError } from './usage-error.ts';

/** Reads the settings of the app from the environment. Their mistakes are reported together with those of the command line. */
function readEnvironment(mistakes: string[]): Settings {
  try {
    // The settings require a storage account, but these commands never open it.
    return readSettings({ ...process.env, AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    if (mistakes.length === 0) throw new UsageError(error.message);
    throw usageError([...mistakes, ...error.mistakes.map((each) => `setting ${each}`)]);
  }
}

async function main(): Promise<number> {
  const { line, mistakes } = readCommandLine(process.argv.slice(2));
  const { command, format } = line;
  if (line.has('help') || line.has('version')) {
    process.stdout.write(line.has('help') ? helpFor(command) : `${version}\n`);
    return 0;
  }
  const accept = () => {
    if (mistakes.length > 0) throw usageError(mistakes);
  };
  const acceptWithSettings = () => {
    const settings = readEnvironment(mistakes);
    accept();
    return settings;
  };
  // Commands are loaded only once they are needed, since the SDKs take a second to load, which the help need not wait for.
  switch (command) {
    case 'check': {
      const options = readCheckOptions(line, mistakes);
      const settings = acceptWithSettings();
      return (await import('./check.ts')).runCheckCommand(options!, settings);
    }
    case 'plan': {
      const settings = acceptWithSettings();
      return (await import('./plan.ts')).runPlanCommand(format, settings);
    }
    case 'notify': {
      if (!line.has('test')) mistakes.push('expected notify with --test, since only tests are sent by hand, got none');
      const settings = acceptWithSettings();
      return (await import('./notify.ts')).runNotifyCommand({ json: format === 'json' }, settings);
    }
    case 'get':
    case 'describe':
    case 'watch': {
      const options = readServerOptions(line, process.env, mistakes);
      accept();
      return (await import('./server/run.ts')).runServerCommand(command, options!);
    }
    case 'completion':
      accept();
      process.stdout.write(completionFor(line.words[0] as ShellName));
      return 0;
    case undefined:
      acceptWithSettings();
      throw usageError(mistakes);
  }
}

// What reads the result may have read enough, as head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    const message = error instanceof Error ? error.message : String(error);
    const advice = `expected a sign-in to Azure, found none that works: sign in with "az login" and try again`;
    process.stderr.write(`${error instanceof SignInError ? `${message}\n${advice}` : message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : error instanceof NotFound ? 4 : 3;
  },
);
