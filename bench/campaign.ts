import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../local/azurite.ts';
import { type Host, startHost } from '../local/host/start-host.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../local/simulator/start-simulator.ts';
import { scheduleFor } from '../local/sweep-schedule.ts';
import { buildApp } from '../scripts/build.ts';

export const SWEEP_SECONDS = 30;

/** A long run of the app as it is deployed, which collects what it finds wrong. */
export interface Campaign {
  log(line: string): void;
  /** Notes something that is wrong: the campaign goes on, and fails in the end. */
  note(problem: string): void;
  problems: readonly string[];
  /** Starts Azure, and the app with sweeps of 30 s on it. */
  start(
    azure: Omit<SimulatorOptions, 'dir'>,
    onLog: (line: string) => void,
    settings?: Record<string, string>,
  ): Promise<{ simulator: Simulator; host: Host }>;
}

/**
 * Reads the option `--minutes` of a campaign.
 *
 * @throws where it is no number from `least` on.
 */
export function parseMinutes(text: string, least: number): number {
  const minutes = Number(text);
  if (!(minutes >= least)) throw new Error(`expected --minutes with a number from ${least}, got "${text}"`);
  return minutes;
}

/** Runs a campaign on a built app and storage of its own, clears up, and exits with status 1 where there were problems. */
export async function runCampaign(name: string, work: (campaign: Campaign) => Promise<void>): Promise<void> {
  const log = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  const problems: string[] = [];
  const note = (problem: string) => {
    problems.push(problem);
    log(`PROBLEM: ${problem}`);
  };
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const root = await mkdtemp(join(tmpdir(), `aks-fleet-prober-${name}-`));
    stops.push(() => rm(root, { recursive: true, force: true }));
    const [appDir, dir] = [join(root, 'app'), join(root, 'world')];
    log('building the app, starting storage and Azure …');
    await buildApp(appDir);
    const azurite = await startAzurite();
    stops.push(azurite.stop);
    await work({
      log,
      note,
      problems,
      async start(azure, onLog, settings = {}) {
        const simulator = await startSimulator({ ...azure, dir });
        stops.push(simulator.stop);
        const pace = { SWEEP_SCHEDULE: scheduleFor(SWEEP_SECONDS)!, FIRST_COLLECT_SECONDS: '3', COLLECT_AGAIN_SECONDS: '2' };
        const env = { ...simulator.env, ...pace, ...settings, AzureWebJobsStorage: azurite.connectionString };
        const host = await startHost({ appDir, env, onLog });
        stops.push(host.stop);
        void host.exited.then(({ code, signal }) => stops.length > 0 && note(`the app ended (${signal ?? `code ${code}`})`));
        return { simulator, host };
      },
    });
  } finally {
    for (const stop of stops.splice(0).reverse()) await stop();
  }
  if (problems.length > 0) process.exitCode = 1;
}
