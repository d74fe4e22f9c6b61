import { type ClusterOutageState, endsBecause, type Quorum } from '../../history/cluster-outage.ts';
import { recordClusterOutage } from '../../history/cluster-outage-record.ts';
import type { Outage } from '../../history/outage.ts';
import type { OwnClusterRow } from '../../tables/cluster-rows.ts';
import type { FleetWrite } from '../../tables/fleet-batch.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { insertOutage, readOutage, replaceOutage } from '../../tables/outage-rows.ts';
import type { Seen } from './judge-cluster.ts';

/**
 * Brings the record of the cluster's own outage in line with its judgement. Nothing is written.
 *
 * @returns what is to be written, what the cluster's row then holds of it, and the record where it is not archived.
 */
export async function changeClusterOutage(
  tables: Tables,
  row: OwnClusterRow,
  quorum: Quorum,
  { nodes, active, now }: Seen,
): Promise<{ writes: FleetWrite[]; outage: ClusterOutageState; record?: Outage }> {
  const asJudged = { writes: [], outage: row.outage };
  const { outage: episode } = row.outage;
  if (episode === undefined) return asJudged;
  const found = active.find(({ outage }) => outage.node === undefined && outage.start === episode.outage);
  // One that is over and archived is not to be changed any more.
  if (found === undefined && episode.end !== undefined) return asJudged;
  const stored = found ?? (await readOutage(tables, row.cluster, undefined, episode.outage));
  const ending = endsBecause(nodes.values(), row.recordOnly);
  const { outage, endedAt } = recordClusterOutage(stored?.outage, row.cluster, episode, quorum, row.commonFactors, ending, now);
  const state = endedAt === undefined ? row.outage : { outage: { ...episode, end: endedAt } };
  if (stored === undefined) return { writes: [insertOutage(outage)], outage: state, record: outage };
  const isSame = JSON.stringify(outage) === JSON.stringify(stored.outage);
  return { writes: isSame ? [] : [replaceOutage({ ...stored, outage })], outage: state, record: outage };
}
