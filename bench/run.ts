import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { askSimulator, type SimulatorAddress } from '../local/ask-simulator.ts';
import { startAzurite } from '../local/azurite.ts';
import { startHost } from '../local/host/start-host.ts';
import { findKubectl } from '../local/kubectl.ts';
import { parseFleet } from '../local/simulator/fleet-schema.ts';
import { startSimulator } from '../local/simulator/start-simulator.ts';
import { buildApp } from '../scripts/build.ts';
import type { FleetView } from '../src/http/fleet.ts';

const help = `Examples:
  npm run bench
  npm run bench -- --nodes 2000

Runs sweeps over a fleet whose nodes answer at once, on real storage and the built app, prints what they cost and writes
bench/latest.json. Ends with an error where a required figure does not hold.

  --nodes N  nodes in the fleet (400)
`;

/** One POST, one poll, one result; a little room for polls that come too early. */
const MOST_REQUESTS_PER_PROBE = 3.05;
const GIVE_UP_MS = 300_000;

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '400' }, help: { type: 'boolean', short: 'h', default: false } },
});
const count = Number(values.nodes);
if (values.help) process.stdout.write(help);
else if (!Number.isInteger(count) || count < 1 || count > 20_000) {
  process.stderr.write(`expected --nodes to be a whole number from 1 to 20000, got "${values.nodes}"\n`);
  process.exitCode = 2;
} else await bench(count);

/** What a healthy node's script prints, without running it. */
function healthy(_: unknown, script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\nms=20\nserver=v1.33.5\nAFP1 end ${nonce} rc=0\n`;
}

function fleetOf(nodes: number) {
  const cluster = {
    name: 'bench',
    resourceGroup: 'rg-bench',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'web', count: nodes }],
  };
  return { subscriptions: [{ id: 'eeeeeeee-0000-4000-8000-000000000001', name: 'Bench', clusters: [cluster] }] };
}

async function bench(nodes: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  try {
    process.stderr.write(`Building the app, starting storage and a fleet of ${nodes} nodes …\n`);
    await buildApp(join(dir, 'app'));
    const azurite = await startAzurite();
    stops.push(azurite.stop);
    const simulator = await startSimulator({
      fleet: parseFleet(fleetOf(nodes), 'the fleet of the bench'),
      dir: join(dir, 'simulator'),
      runCommandSeconds: 0,
      kubectl: await findKubectl(),
      instantNodes: true,
      answer: healthy,
    });
    stops.push(simulator.stop);
    // One sweep an hour, asked for by hand: nothing else runs beside it. The pace is the highest, as nodes answer at once.
    const settings = { SWEEP_SCHEDULE: '0 0 * * * *', FIRST_COLLECT_SECONDS: '2', COLLECT_AGAIN_SECONDS: '1', STARTS_PER_MINUTE: '1500' };
    const host = await startHost({
      appDir: join(dir, 'app'),
      env: { ...simulator.env, ...settings, AzureWebJobsStorage: azurite.connectionString },
      onLog: (line) => process.stderr.write(`${line}\n`),
    });
    stops.push(host.stop);
    const startedAt = Date.now();
    await fetch(`${host.url}/admin/functions/start-sweep`, { method: 'POST', body: '{}' });
    const fleet = await completed(host.url);
    await report(nodes, fleet, (Date.now() - startedAt) / 1000, host.pid, simulator);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Waits for the sweep to complete, telling how far it is. */
async function completed(hostUrl: string): Promise<FleetView> {
  const deadline = Date.now() + GIVE_UP_MS;
  let told = 0;
  for (;;) {
    const fleet = (await (await fetch(`${hostUrl}/api/fleet`)).json()) as FleetView;
    if (fleet.lastSweep !== null) return fleet;
    if (Date.now() > deadline) throw new Error(`expected the sweep to complete within ${GIVE_UP_MS / 1000} s, it has not`);
    if (Date.now() - told > 10_000) {
      process.stderr.write(`${fleet.nodes.reachable} nodes have answered …\n`);
      told = Date.now();
    }
    await sleep(500);
  }
}

async function residentMegabytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return peak === undefined ? undefined : Math.round(Number(peak) / 1024);
}

async function report(
  nodes: number,
  { lastSweep, nodes: counts }: FleetView,
  seconds: number,
  pid: number,
  simulator: SimulatorAddress,
): Promise<void> {
  const { text } = await askSimulator(simulator, 'GET', '/control/requests');
  const { byOperation } = JSON.parse(text) as { byOperation: Record<string, number> };
  const probing = (byOperation.VirtualMachineScaleSetVMs_RunCommand ?? 0) + (byOperation.Operations_Get ?? 0);
  const all = Object.values(byOperation).reduce((total, each) => total + each, 0);
  const figures = {
    nodes,
    reachable: counts.reachable,
    coverage: lastSweep?.coverage ?? 0,
    sweepSeconds: Number(seconds.toFixed(1)),
    armRequestsPerProbe: Number((probing / nodes).toFixed(3)),
    inventoryRequests: all - probing,
    hostPeakMegabytes: await residentMegabytes(pid),
  };
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(22)} ${value}\n`);
  await writeFile(join(dirname(fileURLToPath(import.meta.url)), 'latest.json'), `${JSON.stringify(figures, null, 2)}\n`);
  const broken = [
    counts.reachable !== nodes && `expected all ${nodes} nodes to be reachable, ${counts.reachable} are`,
    figures.armRequestsPerProbe > MOST_REQUESTS_PER_PROBE &&
      `expected at most ${MOST_REQUESTS_PER_PROBE} ARM requests for a probe, got ${figures.armRequestsPerProbe}`,
  ].filter((sentence) => sentence !== false);
  for (const sentence of broken) process.stderr.write(`${sentence}\n`);
  if (broken.length > 0) process.exitCode = 1;
}
