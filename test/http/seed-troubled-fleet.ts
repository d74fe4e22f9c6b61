import { addUptimes } from '../../src/history/uptime.ts';
import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import type { Services } from '../../src/services.ts';
import { blindRows } from '../../src/tables/blind-rows.ts';
import { countCauses } from '../../src/tables/cause-counts.ts';
import { changeMaintenanceRequest } from '../../src/tables/maintenance-rows.ts';
import { updateCursors } from '../../src/tables/pace-rows.ts';
import { insertCompleted } from '../../src/tables/sweep-list.ts';
import { insertFinalized, insertSubscription, insertSweep } from '../../src/tables/sweep-rows.ts';
import { countError, countSweep } from '../../src/tables/total-rows.ts';
import { assess, seedNodes } from './seed-cluster.ts';
import { seedIncident } from './seed-incident.ts';

export const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000001';
export const LOST_SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000002';
export const idOf = (name: string) => `${SUBSCRIPTION}.rg-${name}.${name}`;
export const SINCE = '2026-11-21T11:50:00.000Z';

const watched = { watched: 86_400, down: 864, maintained: 600 };
const uptime = { ...addUptimes([]), '24h': watched, '7d': watched, '30d': watched };
const whole: Ledger = { ...emptyLedger, known: 2, reachable: 2, byReason: { Reachable: 2 }, armRequests: 9 };
const ledgers: Record<string, Ledger> = {
  shop: { ...emptyLedger, known: 3, reachable: 1, unreachable: 2, byReason: { Reachable: 1, ConnectionRefused: 2 } },
  bank: { ...emptyLedger, known: 2, unknown: 2, byReason: { NoProof: 2 }, unknownByReason: { NoProof: 2 } },
  mail: { ...emptyLedger, known: 4, reachable: 3, notProbed: 1, byReason: { Reachable: 3, Throttled: 1 } },
  vault: whole,
};

async function seedClusters(services: Services): Promise<void> {
  await seedNodes(services, idOf('shop'), { a: 'unreachable', b: 'unreachable', c: 'reachable' });
  await assess(services, idOf('shop'), {
    outage: { outage: { outage: SINCE, episode: 1, from: SINCE, reason: 'ConnectionRefused' } },
    outageCounts: { node: { begun: 5, archived: 3 }, cluster: { begun: 2, archived: 1 } },
    latencyCounts: { counts: [3, 1, 0, 0, 1, 0, 0, 0], sumMs: 4100 },
    latency: { medianMs: 120, p95Ms: 900, p99Ms: 3200, worstMs: 3200, slowNodes: 1 },
    pending: { mail: 2 },
    uptime,
  });
  await seedNodes(services, idOf('bank'), { a: 'unknown', b: 'unknown' });
  await assess(services, idOf('bank'));
  const blind = { unknown: 2, planned: 2, reason: 'NoProof' as const };
  const delivered = { mail: { since: SINCE, started: true, ended: false } };
  await blindRows.put(services.tables, { subject: idOf('bank'), since: SINCE, delivered, sweep: SINCE, ...blind });
  await seedNodes(services, idOf('mail'), { a: 'notServed', b: 'notServed', c: 'served', d: 'skipped' });
  await assess(services, idOf('mail'), {
    degradation: { degraded: { since: SINCE, reason: 'EtcdUnavailable', notServed: 2, asked: 3 } },
    unseen: [{ reason: 'NodeGroupLocked', nodes: 1, pools: ['web'], names: ['d'], since: SINCE }],
  });
  await seedNodes(services, idOf('vault'), { a: 'reachable', b: 'reachable' });
  await assess(services, idOf('vault'));
  const request = { from: SINCE, until: '2026-11-22T00:00:00.000Z', by: 'somebody' };
  await changeMaintenanceRequest(services.tables, idOf('vault'), () => request);
}

/** Stores a completed sweep: one subscription was listed, and one was not. */
async function seedSweep({ tables, now }: Services): Promise<void> {
  const [sweep, startedAt] = ['2026-11-21T11:55:00Z', '2026-11-21T11:55:02.000Z'];
  await insertSweep(tables, sweep, [SUBSCRIPTION, LOST_SUBSCRIPTION], startedAt);
  await insertSubscription(tables, sweep, { subscription: SUBSCRIPTION, matched: [] }, []);
  for (const [name, ledger] of Object.entries(ledgers)) await insertFinalized(tables, sweep, idOf(name), ledger, now().toISOString());
  const line = { sweep, starter: 'timer' as const, ledger: ledgers.mail! };
  await countSweep(tables, line);
  await insertCompleted(tables, { ...line, startedAt, completedAt: '2026-11-21T11:56:32.000Z', warnings: [] });
}

/** Stores a fleet in which all is wrong that can be: every figure has a value. */
export async function seedTroubledFleet(services: Services): Promise<void> {
  const { tables, now } = services;
  await seedClusters(services);
  await seedSweep(services);
  await seedIncident(services, { since: SINCE, open: [idOf('shop')], members: [idOf('shop')], value: 'a "quoted" region' });
  const until = now().getTime() + 30_000;
  const bucket = { subscriptionId: SUBSCRIPTION, region: 'westeurope' };
  await updateCursors(tables, bucket, () => ({ nextFree: until, nextExtra: until, pausedUntil: until }));
  await countCauses(tables, [{ code: 'RangesChanged' }, { code: 'RangesChanged', revoked: SINCE }]);
  for (const kind of ['poison', 'poison', 'timer'] as const) await countError(tables, kind);
}
