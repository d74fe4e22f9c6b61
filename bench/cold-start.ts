import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './median.ts';

/** What a process has cost so far. */
interface Cost {
  cpuMs: number;
  /** Since the process began. */
  ms: number;
  megabytes: number;
}

interface Run {
  functions: number;
  begun: Cost;
  registered: Cost;
  done: Cost;
}

/** The cost of a cold start: medians of several. */
export interface ColdStart {
  functions: number;
  /** To load and register all functions. */
  registerMs: number;
  /** Of a process that has registered them, to one of Node alone. */
  cpuRatio: number;
  memoryRatio: number;
  megabytes: number;
  /** To do the first message after that. */
  firstWorkMs: number;
  firstWorkCpuMs: number;
  /** To the CPU time of Node alone. */
  firstWorkRatio: number;
}

const WORKER = fileURLToPath(new URL('cold-start-worker.js', import.meta.url));
const run = promisify(execFile);

/** A schedule by which `startOfThisMinute` starts a sweep that is due. */
export const EVERY_MINUTE = '0 * * * * *';

/** The message that starts the sweep of the minute that has begun. */
export function startOfThisMinute(): object {
  const sweep = `${new Date().toISOString().slice(0, 17)}00Z`;
  return { v: 1, kind: 'start-sweep', sweep, deadline: new Date(Date.now() + 60_000).toISOString() };
}

async function start(args: readonly string[], env: Record<string, string>): Promise<Run> {
  const { stdout } = await run(process.execPath, [WORKER, ...args], { env: { PATH: process.env.PATH, ...env }, timeout: 60_000 });
  return JSON.parse(stdout);
}

/**
 * Measures cold starts of the built app, and of Node alone in between, so that both meet the same load of the machine.
 *
 * @param env - the settings of the app.
 * @param message - makes the first message of each start; none is done without it.
 * @param times - how many of each.
 */
export async function measureColdStart(
  appDir: string,
  env: Record<string, string>,
  message: (() => object) | undefined,
  times = 7,
): Promise<ColdStart> {
  const alone: Run[] = [];
  const apps: Run[] = [];
  for (let n = 0; n < times; n++) {
    alone.push(await start([], env));
    const first = message === undefined ? [] : [JSON.stringify(message())];
    apps.push(await start([join(appDir, 'main.js'), ...first], env));
  }
  const of = (runs: readonly Run[], value: (each: Run) => number) => median(runs.map(value));
  const aloneMs = of(alone, ({ registered }) => registered.cpuMs);
  const firstWorkCpuMs = of(apps, ({ registered, done }) => done.cpuMs - registered.cpuMs);
  return {
    functions: apps[0]!.functions,
    registerMs: of(apps, ({ begun, registered }) => registered.ms - begun.ms),
    cpuRatio: of(apps, ({ registered }) => registered.cpuMs) / aloneMs,
    memoryRatio: of(apps, ({ registered }) => registered.megabytes) / of(alone, ({ registered }) => registered.megabytes),
    megabytes: of(apps, ({ registered }) => registered.megabytes),
    firstWorkMs: of(apps, ({ registered, done }) => done.ms - registered.ms),
    firstWorkCpuMs,
    firstWorkRatio: firstWorkCpuMs / aloneMs,
  };
}
