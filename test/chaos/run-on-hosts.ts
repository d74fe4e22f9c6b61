import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSimulator } from '../../local/ask-simulator.ts';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { parseFleet } from '../../local/simulator/fleet-schema.ts';
import { startSimulator } from '../../local/simulator/start-simulator.ts';
import { buildServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { grantedRoles } from '../simulator/granted-roles.ts';
import { answerAsNode } from './answer-as-node.ts';
import { campaignFleet } from './campaign-fleet.ts';
import type { Chronicle } from './chronicle.ts';
import { gatherChronicle } from './gather-chronicle.ts';
import { judge } from './judge.ts';
import { planCampaign } from './plan-campaign.ts';
import { troubleAzure } from './troubled-azure.ts';
import type { CampaignPlan, Trouble } from './troubles.ts';
import { webhookSettings } from './webhook-settings.ts';

/** Sweeps of a minute: everything happens five times as fast as it was planned. */
const INTERVAL_MS = 60_000;
const PACE = 5;
/** What was lost is found missing a minute after it was due, which is a sweep here. */
const CALM_SWEEPS = 3;

/** What became of a seed on real hosts. */
export interface HostResult {
  seed: number;
  problems: string[];
  chronicle: Chronicle;
  counts: { calls: number; failed: number; byWay: Record<string, number>; kills: number; stops: number; storageStops: number };
}

const quicker = <T extends { from: number; until: number }>(each: T): T => ({ ...each, from: each.from / PACE, until: each.until / PACE });

/** The plan of a seed, five times as fast, without what cannot be done to real hosts: their clocks and their queue are those of the machine. */
function planFor(plan: CampaignPlan): CampaignPlan {
  const possible = plan.troubles.filter(({ kind }) => !['clock', 'messages', 'timer', 'stranger'].includes(kind));
  return { ...plan, calmFrom: plan.calmFrom / PACE, end: plan.end / PACE, troubles: possible.map(quicker) };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * Runs the campaign of a seed on two real hosts with the app as it is deployed, in real time: hosts are killed and stopped, Azurite is stopped and
 * started, and Azure, the sinks, nodes and clusters fail. Judges it afterwards.
 */
export async function runOnHosts(seed: number, appDir: string, onLine: (line: string) => void): Promise<HostResult> {
  const root = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-chaos-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(root, { recursive: true, force: true })];
  try {
    let active: readonly Trouble[] = [];
    const azure = troubleAzure(seed, () => active);
    const [blob, queue, table] = await freePorts(3);
    const dir = join(root, 'storage');
    await mkdir(dir);
    const openStorage = () => startAzurite({ dir, ports: { blob, queue, table } });
    let azurite: Azurite | undefined = await openStorage();
    stops.push(async () => azurite?.stop());
    const { connectionString } = azurite;
    const simulator = await startSimulator({
      fleet: parseFleet(campaignFleet(seed), 'The fleet of the campaign'),
      dir: join(root, 'azure'),
      runCommandSeconds: 2,
      kubectl: '/nowhere/kubectl',
      instantNodes: true,
      answer: answerAsNode(() => new Date()),
      roles: grantedRoles('nodeGroups'),
      intercept: azure.intercept,
    });
    stops.push(simulator.stop);
    const control = async (method: string, path: string, body?: object) => {
      const { status, text } = await askSimulator(simulator, method, `/control/${path}`, body);
      if (status >= 400) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
      return JSON.parse(text);
    };
    const known: { cluster: string; nodes: { name: string }[] }[] = await control('GET', 'fleet');
    const fleet = known.map(({ cluster, nodes }) => ({ cluster, nodes: nodes.map(({ name }) => name) }));
    const plan = planFor(planCampaign(seed, fleet));
    const env = {
      ...simulator.env,
      AzureWebJobsStorage: connectionString,
      SWEEP_SCHEDULE: '0 * * * * *',
      FIRST_COLLECT_SECONDS: '3',
      COLLECT_AGAIN_SECONDS: '2',
      STARTS_PER_MINUTE: '1500',
      FLAP_WINDOW_MINUTES: '1',
      NODE_GRACE_MINUTES: '0',
      ...webhookSettings(simulator),
    };
    const hosts: (Host | undefined)[] = [];
    stops.push(() => Promise.all(hosts.map((host) => host?.stop())));
    const start = async (index: number) => {
      hosts[index] = await startHost({ appDir, env, onLog: (line) => void (/poison|exception/i.test(line) && onLine(line.slice(0, 200))) });
    };
    await Promise.all([start(0), start(1)]);
    const counted = { kills: 0, stops: 0, storageStops: 0 };
    const begun = Math.ceil(Date.now() / INTERVAL_MS) * INTERVAL_MS;

    const begin = async (trouble: Trouble): Promise<void> => {
      if (trouble.kind === 'fault') await control('PUT', `faults/${encodeURIComponent(trouble.target)}`, { fault: trouble.fault });
      if (trouble.kind === 'kill') {
        const host = hosts[trouble.instance];
        hosts[trouble.instance] = undefined;
        const isStop = trouble.afterRequests % 3 === 0;
        counted[isStop ? 'stops' : 'kills'] += 1;
        await (isStop ? host?.stop() : host?.kill());
      }
      if (trouble.kind === 'storage' && azurite !== undefined) {
        counted.storageStops += 1;
        const stopping = azurite;
        azurite = undefined;
        await stopping.stop();
      }
    };
    const end = async (trouble: Trouble): Promise<void> => {
      if (trouble.kind === 'fault') await control('DELETE', `faults/${encodeURIComponent(trouble.target)}`);
      // A host that cannot reach its storage does not start: it is started by the end of that trouble, as Azure would try again.
      if (trouble.kind === 'storage') azurite ??= await openStorage();
      if (azurite !== undefined) await Promise.all([0, 1].filter((index) => hosts[index] === undefined).map(start));
    };
    const events = plan.troubles
      .flatMap((trouble) => [
        { at: trouble.from, what: () => begin(trouble), trouble },
        { at: trouble.until, what: () => end(trouble), trouble },
      ])
      .sort((a, b) => a.at - b.at);
    for (const { at, what, trouble } of events) {
      await sleep(Math.max(0, begun + at * 60_000 - Date.now()));
      active = plan.troubles.filter(({ from, until }) => from <= at && at < until);
      onLine(`${at === trouble.from ? 'begins' : 'ends'}: ${JSON.stringify(trouble)}`);
      await what();
    }
    await sleep(Math.max(0, begun + plan.end * 60_000 - Date.now()));
    const services = buildServices(readSettings(env));
    const chronicle = await gatherChronicle({
      plan,
      fleet,
      simulator,
      start: begun,
      intervalMs: INTERVAL_MS,
      calmSweeps: CALM_SWEEPS,
      services,
    });
    return { seed, problems: judge(chronicle), chronicle, counts: { ...azure.counts(), ...counted } };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
