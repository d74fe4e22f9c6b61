import type { TransactionAction } from '@azure/data-tables';
import { groupNotServed } from '../../src/history/not-served.ts';
import { rollUp } from '../../src/history/roll-up.ts';
import { noBuckets } from '../../src/history/sweep-buckets.ts';
import { addUptimes } from '../../src/history/uptime.ts';
import { sumWatched } from '../../src/history/watched.ts';
import { emptyHistory, emptyState, type NodeState } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { parseClusterId } from '../../src/model/resource-id.ts';
import { intervalAt } from '../../src/model/schedule.ts';
import type { Served } from '../../src/model/verdict.ts';
import type { Services } from '../../src/services.ts';
import { type OwnClusterRow, publishCluster } from '../../src/tables/cluster-rows.ts';
import { factProperties, readNodes, stateProperties } from '../../src/tables/node-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';

/** How a seeded node is. */
export type Condition = 'reachable' | 'unreachable' | 'unknown' | 'stale' | 'skipped' | 'fresh' | 'retired' | 'served' | 'notServed';

const REASONS: Partial<Record<Condition, ReasonCode>> = { unreachable: 'ConnectionRefused', unknown: 'RunCommandTimedOut' };

function stateOf(condition: Condition, at: string): NodeState {
  if (condition === 'fresh') return emptyState;
  const verdict = condition === 'unreachable' || condition === 'unknown' ? condition : 'reachable';
  const latest = { verdict, reason: REASONS[condition] ?? 'Reachable', message: `it is ${verdict}`, nonce: '0123456789abcdef', run: '' };
  const outage = { outage: at, episode: 1, from: at, reason: latest.reason };
  const said: Served | undefined =
    condition === 'notServed'
      ? { ok: false, reason: 'EtcdUnavailable', message: 'the API server answered 500' }
      : condition === 'served'
        ? { ok: true }
        : undefined;
  return {
    ...emptyState,
    latest: { ...latest, sweep: at, at, ...(said && { served: said }) } as NodeState['latest'],
    served: said && { ...said, since: at, times: 2 },
    since: at,
    outage: verdict === 'unreachable' ? outage : undefined,
  };
}

/** Writes nodes as expansion and folds do: those of the names given, each anew. */
export async function seedNodes({ tables, now }: Services, cluster: string, nodes: Readonly<Record<string, Condition>>): Promise<void> {
  const named = parseClusterId(cluster)!;
  const old = new Date(now().getTime() - 3_600_000).toISOString();
  const actions = Object.entries(nodes).map(([node, condition]): TransactionAction => {
    const facts = {
      node,
      resourceId: `/subscriptions/${named.subscriptionId}/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/v/virtualMachines/0`,
      vmId: 'vm',
      pool: 'web',
      os: 'Linux' as const,
      zone: '1',
      skipped: condition === 'skipped' ? ('Deallocated' as const) : undefined,
    };
    const state = stateOf(condition, condition === 'stale' ? old : now().toISOString());
    const retiredAt = condition === 'retired' ? now().toISOString() : '';
    const history = { ...emptyHistory, settled: state };
    const properties = { ...factProperties(facts), ...stateProperties(state, history), claim: '', missing: 0, retiredAt };
    return ['upsert', { partitionKey: cluster, rowKey: `node|${node}`, ...properties }, 'Replace'];
  });
  await writeBatch(await tables.open('fleet'), actions);
}

/** Rolls a cluster's nodes up, and publishes that, as an assessment does. */
export async function assess(services: Services, cluster: string, more: Partial<OwnClusterRow> = {}): Promise<void> {
  const { tables, settings, now } = services;
  const { subscriptionId, resourceGroup, name } = parseClusterId(cluster)!;
  const rows = await readNodes(tables, cluster);
  const intervalMs = intervalAt(settings.SWEEP_SCHEDULE, now());
  const { byReason: _, ...rolled } = rollUp(rows.values(), now(), intervalMs, settings.BLIND_AFTER);
  const at = now().toISOString();
  await publishCluster(tables, {
    cluster,
    subscriptionId,
    resourceGroup,
    name,
    region: 'westeurope',
    version: '1.33.5',
    upgrading: false,
    shortfalls: {},
    recent: [],
    networks: [],
    alerts: {},
    unseen: [],
    notServed: groupNotServed(rows.values(), now(), intervalMs),
    degradation: {},
    ...rolled,
    outage: {},
    commonFactors: [],
    uptime: addUptimes([]),
    outageDays: {},
    forgotten: sumWatched([]),
    buckets: noBuckets,
    places: [],
    assessedAt: at,
    sweep: at,
    finalizedSweep: at,
    assessAt: at,
    ...more,
  });
}
