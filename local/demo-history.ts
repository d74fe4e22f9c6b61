import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { latencyOf } from '../src/history/latency.ts';
import { addToLog, emptyLog, type NodeLog } from '../src/history/log.ts';
import { type Limits, limitsOf, step } from '../src/history/node-state.ts';
import { nothingDelivered, type Outage, writeEpisode } from '../src/history/outage.ts';
import { addSweep } from '../src/history/recent-sweeps.ts';
import { addToBuckets, noBuckets } from '../src/history/sweep-buckets.ts';
import { type Counts, emptyCounts, emptyLedger } from '../src/model/ledger.ts';
import { emptyState, type NodeState, type ProbeResult } from '../src/model/node-state.ts';
import { intervalAt, previousOccurrence } from '../src/model/schedule.ts';
import { buildServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { judgeCluster } from '../src/sweep/assess/judge-cluster.ts';
import { publishCluster, putCluster } from '../src/tables/cluster-rows.ts';
import { writeFleet } from '../src/tables/fleet-batch.ts';
import { putLog } from '../src/tables/log-rows.ts';
import { createNode, factProperties, stateProperties } from '../src/tables/node-rows.ts';
import { insertOutage } from '../src/tables/outage-rows.ts';
import { type NewResult, writeResults } from '../src/tables/result-rows.ts';
import { insertCompleted } from '../src/tables/sweep-list.ts';
import { addCounts } from '../src/views/worst-first.ts';
import { pastVerdict, wasUpgrading } from './demo-past.ts';
import type { SimulatedCluster, SimulatedNode, World } from './simulator/lay-out-fleet.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Results of a node that are stored one by one: as many as its page shows. */
const RESULTS_KEPT = 50;
/** Sweeps that are listed: one in five minutes is enough for a chart. */
const LISTED_EVERY_MS = 5 * MINUTE_MS;
const CONCURRENT_WRITES = 8;

/** What the day came to for one node. */
interface PastNode {
  node: SimulatedNode;
  state: NodeState;
  log: NodeLog;
  outages: Map<string, Outage>;
  results: NewResult[];
}

const nonceOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Folds the next result of a node, as a slice does. */
function fold(past: PastNode, result: ProbeResult, limits: Limits): void {
  const before = past.state.outage;
  past.state = step(past.state, result, limits);
  past.log = addToLog(past.log, result);
  past.results = [...past.results.slice(1 - RESULTS_KEPT), { node: past.node.name, result, evidence: '' }];
  const { outage } = past.state;
  if (outage === undefined || JSON.stringify(outage) === JSON.stringify(before)) return;
  const subject = { cluster: past.node.cluster.id, node: past.node.name };
  const written = writeEpisode(past.outages.get(outage.outage), subject, outage, past.log, result.at);
  const marks = { started: written.episode, ended: written.end === undefined ? 0 : written.episode };
  past.outages.set(outage.outage, { ...written, delivered: { ApplicationInsights: marks } });
}

const isProbed = ({ cluster, powerState }: SimulatedNode) => powerState === 'running' && cluster.spec.restrictionLevel !== 'ReadOnly';

const factsOf = ({ name, pool, vmId, zone, timeCreated, cluster, instanceId }: SimulatedNode) => {
  const group = `/subscriptions/${cluster.subscriptionId}/resourceGroups/${cluster.nodeResourceGroup}/providers/Microsoft.Compute`;
  const resourceId =
    pool.scaleSet === undefined
      ? `${group}/virtualMachines/${name}`
      : `${group}/virtualMachineScaleSets/${pool.scaleSet}/virtualMachines/${instanceId}`;
  return { node: name, resourceId, vmId, pool: pool.spec.name, os: 'Linux' as const, zone, created: timeCreated.toISOString() };
};

/** Folds the day of one cluster and writes what it came to. Returns what each sweep came to. */
async function seedCluster(services: Services, cluster: SimulatedCluster, sweeps: readonly string[]): Promise<Counts[]> {
  const { settings, tables } = services;
  const now = services.now();
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now);
  const { FAILURE_THRESHOLD: failures, RECOVERY_THRESHOLD: recoveries, FLAP_WINDOW_MINUTES: minutes } = settings;
  const limits = limitsOf({ failures, recoveries, flapWindowMs: minutes * MINUTE_MS }, interval);
  const nodes = cluster.pools.flatMap((pool) => pool.nodes).filter(isProbed);
  const past = nodes.map((node): PastNode => ({ node, state: emptyState, log: emptyLog, outages: new Map(), results: [] }));
  let [recent, buckets] = [addSweep([], emptyCounts, false, { sweep: '', previous: '', intervalMs: interval }).slice(1), noBuckets];
  const counted: Counts[] = [];
  for (const [nth, sweep] of sweeps.entries()) {
    const counts: Counts = { ...emptyCounts, known: past.length };
    const latencies: number[] = [];
    for (const each of past) {
      const at = new Date(Date.parse(sweep) + 2_000).toISOString();
      const verdict = pastVerdict(each.node, (now.getTime() - Date.parse(sweep)) / MINUTE_MS);
      fold(each, { ...verdict, nonce: nonceOf(`${each.node.name} ${sweep}`), run: '', sweep, at }, limits);
      counts[verdict.verdict] += 1;
      if (verdict.latencyMs !== undefined) latencies.push(verdict.latencyMs);
    }
    const upgrading = wasUpgrading(cluster.spec.name, (now.getTime() - Date.parse(sweep)) / MINUTE_MS);
    recent = addSweep(recent, counts, upgrading, { sweep, previous: sweeps[nth - 1] ?? '', intervalMs: interval });
    buckets = addToBuckets(buckets, sweep, counts, upgrading, latencyOf(latencies));
    counted.push(counts);
  }
  const last = sweeps.at(-1)!;
  const known = new Map(past.map(({ node, state }) => [node.name, { facts: factsOf(node), state }]));
  const facts = { cluster: cluster.id, resourceGroup: cluster.spec.resourceGroup, name: cluster.spec.name, region: cluster.spec.location };
  const more = {
    version: cluster.spec.kubernetesVersion,
    nodeResourceGroup: cluster.nodeResourceGroup,
    fqdn: cluster.fqdn,
    upgrading: false,
  };
  const seen = {
    nodes: known,
    active: [],
    facts: { ...facts, ...more, pools: [], restricted: false, listed: true },
    shortfalls: {},
    finalized: {},
    now,
  };
  const message = { v: 1 as const, kind: 'assess-cluster' as const, sweep: last, cluster: cluster.id, assessAt: now.toISOString() };
  const [judged] = judgeCluster(settings, message as Parameters<typeof judgeCluster>[1], seen);
  const outages = past.flatMap((each) => [...each.outages.values()]);
  // The first assessment counts the outages, and archives those that are over.
  const row = { ...judged, recent, buckets };
  const rows = past.map(({ node, state }) =>
    createNode(cluster.id, node.name, {
      ...factProperties(factsOf(node)),
      ...stateProperties(state, { settled: state, recent: [] }),
      claim: '',
      missing: 0,
      retiredAt: '',
    }),
  );
  const logs = past.map(({ node, log }) => putLog(cluster.id, node.name, log));
  await writeFleet(tables, [...rows, ...logs, ...outages.map((outage) => insertOutage({ ...nothingDelivered, ...outage }))]);
  await writeFleet(tables, [putCluster(row, undefined)]);
  await publishCluster(tables, row);
  await writeResults(
    tables,
    cluster.id,
    past.flatMap(({ results }) => results),
  );
  return counted;
}

/**
 * Gives the demonstration fleet a day of history, made by the folds of the product from results that never were: the text of each says that it is demonstration data.
 *
 * @param env - the settings of the app, with the connection string of its storage.
 * @returns the time before which all is demonstration data.
 */
export async function seedHistory(env: Readonly<Record<string, string>>, { clusters }: World): Promise<Date> {
  const now = new Date();
  const services = { ...buildServices(readSettings(env)), now: () => now };
  const interval = intervalAt(services.settings.SWEEP_SCHEDULE, now);
  const newest = previousOccurrence(services.settings.SWEEP_SCHEDULE, now).getTime() - interval;
  const count = Math.floor(DAY_MS / interval);
  const sweeps = Array.from(
    { length: count },
    (_, nth) => `${new Date(newest - (count - 1 - nth) * interval).toISOString().slice(0, 19)}Z`,
  );
  const counted: Counts[][] = [];
  for (const cluster of clusters.filter((each) => each.pools.some((pool) => pool.nodes.some(isProbed))))
    counted.push(await seedCluster(services, cluster, sweeps));
  const listed = sweeps.flatMap((sweep, nth) =>
    nth === sweeps.length - 1 || Date.parse(sweep) % LISTED_EVERY_MS === 0 ? [{ sweep, nth }] : [],
  );
  const limit = pLimit(CONCURRENT_WRITES);
  const list = async ({ sweep, nth }: { sweep: string; nth: number }) => {
    const counts = addCounts(counted.map((each) => each[nth]!));
    const byReason = { Reachable: counts.reachable, RunCommandTimedOut: counts.unknown, HttpTimedOut: counts.unreachable };
    const some = Object.fromEntries(Object.entries(byReason).filter(([, nodes]) => nodes > 0));
    const times = { startedAt: sweep, completedAt: new Date(Date.parse(sweep) + Math.min(interval, 20_000)).toISOString() };
    await insertCompleted(services.tables, {
      sweep,
      ...times,
      ledger: {
        ...emptyLedger,
        ...counts,
        byReason: some,
        unknownByReason: counts.unknown > 0 ? { RunCommandTimedOut: counts.unknown } : {},
      },
      warnings: [],
    });
  };
  await Promise.all(listed.map((each) => limit(() => list(each))));
  return now;
}
