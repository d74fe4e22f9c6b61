import { parseClusterId } from '../fleet/resource-id.ts';
import { rollUp } from '../history/roll-up.ts';
import type { Services } from '../services.ts';
import { type ClusterRow, publishCluster, readCluster, writeCluster } from '../tables/cluster-rows.ts';
import { readNodes } from '../tables/node-rows.ts';
import { readRow } from '../tables/rows.ts';
import { readClusterFacts } from '../tables/sweep-rows.ts';
import { announceOutages } from './announce-outages.ts';
import { effectDone } from './effect.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { intervalAt } from './schedule.ts';

const ATTEMPTS = 5;
const SKEW_MS = 120_000;

const later = (a: string, b: string) => (a > b ? a : b);

/** Judges a cluster from its rows and stores the judgement, unless this mark was judged before. Returns what is stored. */
async function judge(services: Services, { sweep, cluster, mark }: MessageOf<'assess-cluster'>): Promise<ClusterRow> {
  const { settings, tables, now } = services;
  const fleet = await tables.open('fleet');
  const sweeps = await tables.open('sweeps');
  const sealed = (await readRow(sweeps, sweep, `sealed|${cluster}`)) !== undefined;
  const named = parseClusterId(cluster)!;
  const facts = await readClusterFacts(sweeps, sweep, cluster);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await readCluster(fleet, cluster);
    const time = now();
    if (before !== undefined && mark <= before.row.mark) return before.row;
    const interval = intervalAt(settings.SWEEP_SCHEDULE, time);
    const { byReason: _, ...judged } = rollUp((await readNodes(fleet, cluster)).values(), time, interval);
    // An older sweep never takes the place of a newer one; its rows were read now all the same.
    const newest = before === undefined || sweep >= before.row.sweep;
    const known = newest && facts !== undefined ? facts : before?.row;
    const row: ClusterRow = {
      cluster,
      subscriptionId: named.subscriptionId,
      resourceGroup: known?.resourceGroup ?? named.resourceGroup,
      name: known?.name ?? named.name,
      region: known?.region ?? '',
      version: known?.version ?? '',
      recordOnly: known?.recordOnly,
      ...judged,
      assessedAt: time.toISOString(),
      sweep: later(sweep, before?.row.sweep ?? ''),
      sealedSweep: sealed ? later(sweep, before?.row.sealedSweep ?? '') : (before?.row.sealedSweep ?? ''),
      // A mark of a stranger or of a skewed clock must not silence the cluster.
      mark: mark <= new Date(time.getTime() + SKEW_MS).toISOString() ? mark : time.toISOString(),
    };
    if (!(await writeCluster(fleet, row, before?.etag))) continue;
    effectDone('assess-cluster:cluster-row');
    await publishCluster(await tables.open('clusters'), row);
    return row;
  }
  throw new Error(`expected to judge ${cluster} within ${ATTEMPTS} attempts; others wrote its row each time`);
}

/** Stage 6: rolls one cluster up as its results come in, and announces its outages. */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { sweep, cluster } = message;
  const row = await judge(services, message);
  const again = await announceOutages(services, cluster, row.sealedSweep);
  if (again !== undefined) await requestAssessment(services, sweep, cluster, again);
}
