import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A busy machine needs time to load such a large program. */
const LONGEST_START_MS = 120_000;

const usualPlaces = [
  '/usr/local/bin/kubectl',
  '/usr/bin/kubectl',
  '/opt/homebrew/bin/kubectl',
  '/snap/bin/kubectl',
  join(homedir(), '.local/bin/kubectl'),
];

/**
 * Finds a kubectl that can be run: `KUBECTL`, then `PATH`, then the usual places.
 *
 * @returns the absolute path of the real binary, never of Google Cloud's dispatcher.
 * @throws when there is none, or when `KUBECTL` names one that does not run.
 */
export async function findKubectl(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment.KUBECTL;
  if (named !== undefined && named !== '') {
    const found = await tryKubectl(named);
    if (found !== undefined) return found;
    throw new Error(`Expected KUBECTL to name a kubectl that runs, got "${named}": correct or unset it.`);
  }
  const onPath = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const candidate of [...onPath.map((folder) => join(folder, 'kubectl')), ...usualPlaces]) {
    const found = await tryKubectl(candidate);
    if (found !== undefined) return found;
  }
  throw new Error('Expected kubectl on PATH, found none: install it (https://kubernetes.io/docs/tasks/tools/) or set KUBECTL to its path.');
}

async function tryKubectl(candidate: string): Promise<string | undefined> {
  try {
    await access(candidate, constants.X_OK);
    const path = await realpath(candidate);
    const { stdout } = await run(path, ['version', '--client'], { timeout: LONGEST_START_MS });
    // The dispatcher asks the server first which kubectl to start: twice the requests and time.
    return stdout.includes('-dispatcher') ? await newestBeside(path) : path;
  } catch {
    return undefined;
  }
}

async function newestBeside(dispatcher: string): Promise<string | undefined> {
  const folder = dirname(dispatcher);
  const minors = (await readdir(folder)).flatMap((name) => /^kubectl\.1\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return minors.length === 0 ? undefined : join(folder, `kubectl.1.${Math.max(...minors)}`);
}
