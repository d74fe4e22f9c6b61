import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite } from '../local/azurite.ts';
import { startHost } from '../local/host/start-host.ts';
import { assess, type Condition, seedNodes } from '../test/http/seed-cluster.ts';
import { servicesAt } from '../test/sweep/services-at.ts';
import { countStorage } from './count-storage.ts';
import { readHostCost } from './host-cost.ts';

/** The cost of the first page of the nodes of a large cluster. */
export interface FirstPageFigures {
  nodes: number;
  /** Reads of storage, for one page that nobody has asked for before. */
  rangeReads: number;
  pointReads: number;
  kilobytesRead: number;
  /** CPU time of the host, for a page that is read from storage and for one that is cached. */
  cpuMsRead: number;
  cpuMsKept: number;
  /** The 95th percentile in milliseconds, 20 clients at once: a page that nobody has asked for before, a cached one, and a different page each. */
  p95Same: number;
  p95Kept: number;
  p95Own: number;
}

const NODES = 5000;
const FAILING = 1;
const CLIENTS = 20;
const ROUNDS = 10;
const ROUNDS_OF_OWN = 3;
const ASKED_OF_KEPT = 400;
const KEPT_MS = 5_100;
const TRIES = 6;
const cluster = 'eeeeeeee-0000-4000-8000-000000000001.rg-bench.bench';
// A long interval: no sweep begins meanwhile, and the seeded rows do not become stale.
const settings = { SWEEP_SCHEDULE: '0 0 0 1 1 *', ARM_ENDPOINT: 'https://127.0.0.1:1', NODE_OPTIONS: '--max-old-space-size=1024' };

const lengths = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const nodeName = (n: number) => `aks-web1-32021725-vmss${n.toString(36).padStart(6, '0')}`;

function p95(times: number[]): number {
  return Math.round(times.sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1]!);
}

async function seed(connectionString: string): Promise<void> {
  const { services } = servicesAt(connectionString, new Date().toISOString(), settings);
  const nodes = Array.from({ length: NODES }, (_, n): [string, Condition] => [nodeName(n), n === NODES - 7 ? 'unreachable' : 'reachable']);
  await seedNodes(services, cluster, Object.fromEntries(nodes));
  await assess(services, cluster);
}

/**
 * Measures `GET /api/clusters/{cluster}/nodes` on a cluster of 5,000 nodes: the built app on the local host, over real storage.
 *
 * @param appDir - the built app.
 */
export async function measureFirstPage(appDir: string): Promise<FirstPageFigures> {
  const azurite = await startAzurite();
  try {
    await seed(azurite.connectionString);
    const storage = await countStorage(azurite.connectionString);
    const env = { ...settings, AzureWebJobsStorage: storage.connectionString };
    const host = await startHost({ appDir, env, onLog: (line) => process.stderr.write(`${line}\n`) }).catch(async (error) => {
      await storage.stop();
      throw error;
    });
    try {
      return await measureHost(`${host.url}/api/clusters/${cluster}/nodes`, host.pid, storage.read);
    } finally {
      await host.stop();
      await storage.stop();
    }
  } finally {
    await azurite.stop();
  }
}

async function measureHost(
  url: string,
  pid: number,
  readStorage: () => { byKind: Record<string, number>; bytesRead: number },
): Promise<FirstPageFigures> {
  /** Asks for a page, and returns how long it took. */
  const ask = async (limit: number): Promise<number> => {
    const begun = performance.now();
    const response = await fetch(`${url}?limit=${limit}`);
    const { items } = (await response.json()) as { items: { verdict: string }[] };
    const failing = items.filter(({ verdict }) => verdict === 'unreachable').length;
    if (items.length !== limit || failing !== FAILING || items[0]?.verdict !== 'unreachable')
      throw new Error(
        `expected a page of ${limit} nodes, ${FAILING} failing one first, got ${response.status} with ${items.length} and ${failing}`,
      );
    return performance.now() - begun;
  };
  const askEach = async (limits: readonly number[]) => {
    for (const limit of limits) await ask(limit);
  };
  const cpuOf = async (limits: readonly number[]) => {
    const before = await readHostCost(pid);
    await askEach(limits);
    const after = await readHostCost(pid);
    return Number(((after.cpuMs - before.cpuMs) / limits.length).toFixed(2));
  };
  /** The least of several: other processes on the machine make CPU time longer, never shorter. */
  const leastOf = async (measure: () => Promise<number>) => {
    const all: number[] = [];
    for (let nth = 0; nth < TRIES; nth++) {
      await sleep(KEPT_MS);
      all.push(await measure());
    }
    return Math.min(...all);
  };
  const atOnce = async (rounds: number, limitOf: (round: number, client: number) => number, pause = 0) => {
    const all: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await sleep(pause);
      all.push(...(await Promise.all(Array.from({ length: CLIENTS }, (_, client) => ask(limitOf(round, client))))));
    }
    return p95(all);
  };

  // Pages of another length are other answers, of which none is cached yet.
  await askEach(lengths(101, 160));
  const before = readStorage();
  await ask(50);
  const after = readStorage();
  const reads = (kind: string) =>
    Object.entries(after.byKind).reduce((sum, [name, n]) => (name.endsWith(kind) ? sum + n - (before.byKind[name] ?? 0) : sum), 0);
  const p95Kept = await atOnce(ROUNDS, () => 50);
  const cpuMsKept = await cpuOf(Array(ASKED_OF_KEPT).fill(50));
  return {
    nodes: NODES,
    rangeReads: reads(' query'),
    pointReads: reads(' get'),
    kilobytesRead: Math.round((after.bytesRead - before.bytesRead) / 1024),
    cpuMsRead: await leastOf(() => cpuOf(lengths(26, 74))),
    cpuMsKept,
    p95Same: await atOnce(ROUNDS, (round) => 80 - round),
    p95Kept,
    p95Own: await atOnce(ROUNDS_OF_OWN, (_, client) => 40 + client, KEPT_MS),
  };
}
