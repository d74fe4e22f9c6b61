import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';

/** How the command line ended, and what it printed. */
export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the built command line with these variables alone beside PATH. */
export function startCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): { child: ChildProcess; ended: Promise<Output> } {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  const { promise: ended, resolve, reject } = Promise.withResolvers<Output>();
  const child = execFile(process.execPath, [join(inject('commands').dir, 'cli.js'), ...args], { env }, (error, stdout, stderr) => {
    // One that could not be started has no exit status either.
    if (typeof error?.code === 'string') reject(error);
    else resolve({ code: error?.code ?? 0, stdout, stderr });
  });
  return { child, ended };
}

/** Runs the built command line to its end. */
export const runCli = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Output> =>
  startCli(args, environment).ended;
