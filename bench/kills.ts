import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askSimulator } from '../local/ask-simulator.ts';
import { startAzurite } from '../local/azurite.ts';
import { type Host, startHost } from '../local/host/start-host.ts';
import { parseFleet } from '../local/simulator/fleet-schema.ts';
import { startSimulator } from '../local/simulator/start-simulator.ts';
import { scheduleFor } from '../local/sweep-schedule.ts';
import { buildApp } from '../scripts/build.ts';
import type { SweepView } from '../src/views/sweeps.ts';
import { healthyAnswer } from './bench-fleet.ts';

const help = `Examples:
  npm run kills
  npm run kills -- --seed 7 --moments 5

Kills the host, and the app's worker with it, at random moments of sweeps over 320 nodes, each in a world of its own, and starts it again.
Prints for each the result of that sweep and of the next one, and exits with status 1 where a crash left a trace: a cluster reported as blind,
more than 5 % of the nodes without a verdict in the sweep that was hit, any in the next, or two runs on a node. Takes about a quarter of an hour.

  --seed N     seed of the random moments (1)
  --moments N  how many (20)
`;

const NODES = 320;
const INTERVAL_SECONDS = 300;
/** Counted from the occurrence: listing, 96 s of starts at the default pace, and their collection. */
const BUSY_SECONDS = 140;
const MOST_WITHOUT_VERDICT = 0.05;

/** Random numbers in [0, 1), the same ones for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Trial {
  subscription: string;
  account: string;
  killAfterSeconds: number;
}

/** How many nodes got no verdict in a sweep. */
const withoutVerdict = ({ ledger }: SweepView) => (ledger === null ? NODES : NODES - ledger.reachable);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, moments: { type: 'string', default: '20' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return void process.stdout.write(help);
  const next = random(Number(values.seed));
  const trials = Array.from({ length: Number(values.moments) }, (_, n): Trial => {
    const subscription = `bbbbbbbb-0000-4000-8000-${String(n).padStart(12, '0')}`;
    return { subscription, account: `account${n}`, killAfterSeconds: Math.round(next() * BUSY_SECONDS * 10) / 10 };
  });
  const log = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const [appDir, dir] = await Promise.all(['app', 'world'].map((name) => mkdtemp(join(tmpdir(), `aks-fleet-prober-kills-${name}-`))));
    stops.push(() => Promise.all([appDir, dir].map((each) => rm(each!, { recursive: true, force: true }))));
    log('building the app, starting storage and Azure …');
    await buildApp(appDir);
    const azurite = await startAzurite({ accounts: trials.map(({ account }) => account) });
    stops.push(azurite.stop);
    const pool = { name: 'web', count: NODES, zones: ['1' as const, '2' as const, '3' as const] };
    const subscriptions = trials.map(({ subscription: id }, n) => ({
      id,
      name: `Trial ${n}`,
      clusters: [{ name: `c${n}`, resourceGroup: `rg-c${n}`, location: 'westeurope', kubernetesVersion: '1.33.5', pools: [pool] }],
    }));
    const simulator = await startSimulator({
      fleet: parseFleet({ subscriptions }, 'The fleet'),
      dir: dir!,
      runCommandSeconds: 15,
      kubectl: '/nowhere/kubectl',
      instantNodes: true,
      answer: (_, script) => healthyAnswer(script),
    });
    stops.push(simulator.stop);
    const hosts = new Map<Trial, Host>();
    stops.push(() => Promise.all([...hosts.values()].map((host) => host.stop())));
    const start = async (trial: Trial) => {
      const env = {
        ...simulator.env,
        AzureWebJobsStorage: azurite.connectionStringFor(trial.account),
        SUBSCRIPTIONS: trial.subscription,
        SWEEP_SCHEDULE: scheduleFor(INTERVAL_SECONDS)!,
      };
      const host = await startHost({ appDir: appDir!, env, onLog: (line) => log(`${trial.account}: ${line}`) });
      hosts.set(trial, host);
      return host;
    };
    for (const trial of trials) await start(trial);
    const occurrence = Math.ceil(Date.now() / (INTERVAL_SECONDS * 1000)) * INTERVAL_SECONDS * 1000;
    log(`waiting for the sweep of ${new Date(occurrence).toISOString()} …`);

    const outcomes = await Promise.all(
      trials.map(async (trial) => {
        await sleep(occurrence + trial.killAfterSeconds * 1000 - Date.now());
        await hosts.get(trial)!.kill();
        const host = await start(trial);
        log(`${trial.account}: killed after ${trial.killAfterSeconds} s and started again`);
        const ids = [occurrence, occurrence + INTERVAL_SECONDS * 1000].map((at) => new Date(at).toISOString().replace('.000Z', 'Z'));
        const read = async () => ((await (await fetch(`${host.url}/api/sweeps`)).json()) as { items: SweepView[] }).items;
        const late = occurrence + 3 * INTERVAL_SECONDS * 1000;
        for (;;) {
          const sweeps = await read();
          const found = ids.map((id) => sweeps.find((sweep) => sweep.id === id && sweep.completedAt !== null));
          if (found.every((sweep) => sweep !== undefined) || Date.now() > late) return { trial, hit: found[0], after: found[1] };
          await sleep(5000);
        }
      }),
    );
    const telemetry = JSON.parse((await askSimulator(simulator, 'GET', '/control/telemetry')).text) as {
      data: { baseData: { name: string } };
    }[];
    const blind = telemetry.filter(({ data }) => data.baseData.name === 'ClusterBlind').length;
    const { runCommand } = JSON.parse((await askSimulator(simulator, 'GET', '/control/requests')).text);
    const rows = outcomes.map(({ trial, hit, after }) => ({
      'killed after, s': trial.killAfterSeconds,
      'without a verdict in that sweep': hit ? withoutVerdict(hit) : NODES,
      'in the next': after ? withoutVerdict(after) : NODES,
      reasons: JSON.stringify(Object.fromEntries(Object.entries(hit?.ledger?.byReason ?? {}).filter(([reason]) => reason !== 'Reachable'))),
    }));
    console.table(rows);
    const share = Math.max(...rows.map((row) => row['without a verdict in that sweep'])) / NODES;
    const left = Math.max(...rows.map((row) => row['in the next']));
    console.log(
      `ClusterBlind ${blind}; most without a verdict ${(share * 100).toFixed(1)} % in the sweep that was hit, ${left} in the next; ${JSON.stringify(runCommand)}`,
    );
    if (blind > 0 || share > MOST_WITHOUT_VERDICT || left > 0 || runCommand.mostAtOncePerNode > 1) process.exitCode = 1;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

await main();
