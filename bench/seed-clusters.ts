import pLimit from 'p-limit';
import { formatSweepId } from '../src/model/schedule.ts';
import { insertPlan, insertTally } from '../src/tables/plan-rows.ts';
import { insertSubscription, insertSweep } from '../src/tables/sweep-rows.ts';
import { assess, seedNodes } from '../test/http/seed-cluster.ts';
import { servicesAt } from '../test/sweep/services-at.ts';

const CLUSTERS_PER_SUBSCRIPTION = 100;
const NODES = ['a', 'b', 'c'].map((ending) => `aks-web-32021725-vmss00000${ending}`);
const AT_ONCE = 16;
const AN_HOUR_MS = 3600_000;

/** Many clusters in storage, in a sweep that is under way. */
export interface SeededClusters {
  sweep: string;
  /** Has the nodes of all clusters give their results. */
  tally(): Promise<void>;
}

/** Writes clusters of three healthy nodes, a hundred in a subscription, and a sweep in which all of them are planned. */
export async function seedClusters(connectionString: string, clusters: number, settings: Record<string, string>): Promise<SeededClusters> {
  const startedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
  const sweep = formatSweepId(startedAt);
  const { services } = servicesAt(connectionString, startedAt.toISOString(), settings);
  const { tables } = services;
  const subscriptionOf = (n: number) =>
    `eeeeeeee-0000-4000-8000-${String(Math.floor(n / CLUSTERS_PER_SUBSCRIPTION) + 1).padStart(12, '0')}`;
  const all = Array.from({ length: clusters }, (_, n) => {
    const [resourceGroup, name] = ['rg-bench', `bench-${n + 1}`];
    const place = { resourceGroup, name, region: 'westeurope', nodeResourceGroup: `MC_${resourceGroup}_${name}_westeurope` };
    const cluster = `${subscriptionOf(n)}.${resourceGroup}.${name}`;
    return { cluster, ...place, version: '1.33.5', restricted: false, upgrading: false, pools: [], listed: true };
  });
  const bySubscription = Map.groupBy(all, (_, n) => subscriptionOf(n));
  await insertSweep(tables, sweep, [...bySubscription.keys()], startedAt.toISOString());
  for (const [subscription, facts] of bySubscription) await insertSubscription(tables, sweep, { subscription, matched: [] }, facts);
  // So that no slice counts as missing.
  const due = new Date(startedAt.getTime() + AN_HOUR_MS).toISOString();
  const limit = pLimit(AT_ONCE);
  const each = (write: (cluster: string) => Promise<unknown>) => Promise.all(all.map(({ cluster }) => limit(() => write(cluster))));
  await each(async (cluster) => {
    await seedNodes(services, cluster, Object.fromEntries(NODES.map((node) => [node, 'reachable'])));
    await assess(services, cluster, { sweep, finalizedSweep: sweep });
    await insertPlan(tables, sweep, cluster, { region: 'westeurope', slices: [NODES], due, notProbed: {}, gaps: {} });
  });
  return {
    sweep,
    async tally() {
      await each((cluster) => insertTally(tables, sweep, cluster, '0', { 'reachable/Reachable': NODES }));
    },
  };
}
