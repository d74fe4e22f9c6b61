import { parseClusterId } from '../fleet/resource-id.ts';
import { rollUp } from '../history/roll-up.ts';
import type { Services } from '../services.ts';
import { type ClusterRow, publishCluster, readCluster, writeCluster } from '../tables/cluster-rows.ts';
import { readNodes } from '../tables/node-rows.ts';
import { readRow } from '../tables/rows.ts';
import { readSubscription } from '../tables/sweep-rows.ts';
import { announceOutages } from './announce-outages.ts';
import { effectDone } from './effect.ts';
import type { MessageOf } from './messages.ts';
import { requestAssessment } from './request-assessment.ts';
import { intervalAfter, previousOccurrence } from './schedule.ts';

const ATTEMPTS = 5;

const later = (a: string, b: string) => (a > b ? a : b);

/** Judges a cluster from its rows and stores the judgement; undefined where this mark was judged before. */
async function judge(services: Services, { sweep, cluster, mark }: MessageOf<'assess-cluster'>): Promise<ClusterRow | undefined> {
  const { settings, tables, now } = services;
  const fleet = await tables.open('fleet');
  const sweeps = await tables.open('sweeps');
  const sealed = (await readRow(sweeps, sweep, `sealed|${cluster}`)) !== undefined;
  const named = parseClusterId(cluster)!;
  const facts = (await readSubscription(sweeps, sweep, named.subscriptionId))?.clusters.find((each) => each.cluster === cluster);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await readCluster(fleet, cluster);
    if (before !== undefined && mark <= before.row.mark) return undefined;
    const time = now();
    const interval = intervalAfter(settings.SWEEP_SCHEDULE, previousOccurrence(settings.SWEEP_SCHEDULE, time));
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
      mark,
    };
    if (!(await writeCluster(fleet, row, before?.etag))) continue;
    await publishCluster(await tables.open('clusters'), row);
    return row;
  }
  throw new Error(`expected to judge ${cluster} within ${ATTEMPTS} attempts; others wrote its row each time`);
}

/** Stage 6: rolls one cluster up as its results come in, and announces its outages. */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { sweep, cluster } = message;
  const row = await judge(services, message);
  if (row === undefined) return;
  effectDone('assess-cluster:cluster-row');
  const heldUntil = await announceOutages(services, cluster, row.sealedSweep);
  if (heldUntil !== undefined) await requestAssessment(services, sweep, cluster, heldUntil);
}
