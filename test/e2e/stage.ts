import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { findKubectl } from '../../local/kubectl.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../local/simulator/start-simulator.ts';
import { scheduleFor } from '../../local/sweep-schedule.ts';
import { grantedRoles } from '../simulator/granted-roles.ts';

/** Real storage and a simulated Azure, for any number of hosts. */
export interface Stage {
  azurite: Azurite;
  simulator: Simulator;
  /** Lines that the hosts logged. */
  log: string[];
  startApp(settings: Record<string, string>): Promise<App>;
  setFault(target: string, fault: string): Promise<void>;
  clearFault(target: string): Promise<void>;
  requests(): Promise<{
    total: number;
    byOperation: Record<string, number>;
    runCommand: { started: number; conflicts: number; mostAtOncePerNode: number };
  }>;
  /** Custom events that were accepted, by name where one is given. */
  events(name?: string): Promise<CustomEvent[]>;
  /** Names of the nodes of a cluster. */
  nodesOf(cluster: string): Promise<string[]>;
  end(): Promise<void>;
}

export interface CustomEvent {
  name: string;
  properties: Record<string, string>;
  measurements: Record<string, number>;
}

/** A running host of the built app. */
export interface App extends Host {
  /** Reads a route below `/api`; anything but a success is an error. */
  get<T>(path: string): Promise<T>;
  /** Has a sweep started now, as the timer would. */
  sweepNow(): Promise<void>;
}

/** The settings of a quick sweep. */
export function quickSweeps(seconds: number): Record<string, string> {
  return { SWEEP_SCHEDULE: scheduleFor(seconds)!, FIRST_COLLECT_SECONDS: '2', COLLECT_AGAIN_SECONDS: '1', STARTS_PER_MINUTE: '1500' };
}

/** What the script prints on instant nodes: the API server of the sick refuses them. */
export function instantAnswer(sick: ReadonlySet<string>): NonNullable<SimulatorOptions['answer']> {
  return ({ name }, script) => {
    const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
    const facts = sick.has(name) ? 'dns=ok\ntcp=refused' : 'ms=20\nserver=v1.33.5\nkubeconfig=ok';
    return `\nAFP1 begin ${nonce}\n${facts}\nAFP1 end ${nonce} rc=${sick.has(name) ? 1 : 0}\n`;
  };
}

async function call(simulator: Simulator, method: string, path: string, body?: object): Promise<unknown> {
  const { status, text } = await askSimulator(simulator, method, path, body);
  if (status >= 400) throw new Error(`${method} ${path} was answered ${status}: ${text.slice(0, 300)}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Gets a page, again where the connection was cut: a host that stood still closes what idled meanwhile, whoever asks just then. */
export async function fetchAgain(url: string, init?: RequestInit): Promise<Response> {
  for (let left = 2; ; left--) {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (left === 0 || (code !== 'ECONNRESET' && code !== 'UND_ERR_SOCKET')) throw error;
    }
  }
}

function toApp(host: Host): App {
  return {
    ...host,
    async get<T>(path: string) {
      const response = await fetchAgain(`${host.url}/api/${path}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`GET /api/${path} was answered ${response.status}: ${text.slice(0, 300)}`);
      return JSON.parse(text) as T;
    },
    async sweepNow() {
      const response = await fetch(`${host.url}/admin/functions/start-sweep`, { method: 'POST', body: '{}' });
      if (response.status !== 202) throw new Error(`the host did not take the run of start-sweep: ${response.status}`);
    },
  };
}

/** Sets a stage; `accounts` are storage accounts beside the default one, for hosts that must not share their state. */
export async function setStage(fleet: FleetFile, options: Partial<SimulatorOptions> & { accounts?: string[] } = {}): Promise<Stage> {
  const { accounts, ...more } = options;
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-stage-'));
  const azurite = await startAzurite({ accounts });
  const simulator = await startSimulator({
    fleet: parseFleet(fleet, 'The test fleet'),
    dir,
    runCommandSeconds: 1,
    kubectl: await findKubectl(),
    roles: grantedRoles('nodeGroups'),
    ...more,
  });
  const hosts: Host[] = [];
  const log: string[] = [];
  return {
    azurite,
    simulator,
    log,
    async startApp(settings) {
      const env = { AzureWebJobsStorage: azurite.connectionString, ...simulator.env, ...settings };
      const host = await startHost({ appDir: inject('appDir'), env, onLog: (line) => log.push(line) });
      hosts.push(host);
      return toApp(host);
    },
    setFault: async (target, fault) => void (await call(simulator, 'PUT', `/control/faults/${encodeURIComponent(target)}`, { fault })),
    clearFault: async (target) => void (await call(simulator, 'DELETE', `/control/faults/${encodeURIComponent(target)}`)),
    requests: async () => (await call(simulator, 'GET', '/control/requests')) as Awaited<ReturnType<Stage['requests']>>,
    async events(name) {
      const envelopes = (await call(simulator, 'GET', '/control/telemetry')) as { data: { baseType: string; baseData: CustomEvent } }[];
      const all = envelopes.filter(({ data }) => data.baseType === 'EventData').map(({ data }) => data.baseData);
      return name === undefined ? all : all.filter((event) => event.name === name);
    },
    async nodesOf(cluster) {
      const clusters = (await call(simulator, 'GET', '/control/fleet')) as { cluster: string; nodes: { name: string }[] }[];
      return clusters.filter((each) => each.cluster.toLowerCase() === cluster).flatMap(({ nodes }) => nodes.map(({ name }) => name));
    },
    async end() {
      await Promise.all(hosts.map((host) => host.stop()));
      await simulator.stop();
      await azurite.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
