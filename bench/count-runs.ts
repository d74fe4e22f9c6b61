import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The executions of functions, as Azure would bill them. */
export interface Runs {
  count: number;
  /** Each rounded up to a tenth of a second, and a second at least. */
  billedSeconds: number;
}

const RUN = /^\[Function\.\w+\] \w+: (?:succeeded in|failed after) (\d+) ms/;
const LEAST_TENTHS = 10;

/** Has the host log how each run of the work queue ended, which host.json leaves out. */
export async function logRuns(appDir: string): Promise<void> {
  const file = join(appDir, 'host.json');
  const host = JSON.parse(await readFile(file, 'utf8'));
  Object.assign(host.logging.logLevel, { 'Function.work': 'Information', 'Function.work.User': 'Warning' });
  await writeFile(file, JSON.stringify(host));
}

/** Counts a line of the host's log if it says how a run ended. Returns whether it does. */
export function countRun(runs: Runs, line: string): boolean {
  const ms = RUN.exec(line)?.[1];
  if (ms === undefined) return false;
  runs.count += 1;
  runs.billedSeconds += Math.max(LEAST_TENTHS, Math.ceil(Number(ms) / 100)) / 10;
  return true;
}
