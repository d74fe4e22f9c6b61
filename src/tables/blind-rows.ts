import type { Blindness } from '../history/blindness.ts';
import * as z from '../zod.ts';
import { count, optionalJson, reason, writeSome } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRow, unlessLost } from './rows.ts';
import { searchColumns } from './search-columns.ts';
import { standingRows } from './standing-rows.ts';

const PARTITION = 'blind';

/** The rows of blind clusters. */
export const blindRows = standingRows<Blindness>(PARTITION, {
  after: optionalJson(z.object({ unknown: z.number(), planned: z.number() })),
  unknown: count,
  planned: count,
  reason,
  ...searchColumns,
});

/** Notes in the row of a blind cluster what a search found, if it is still that blindness. Whoever writes the row meanwhile is faster. */
export async function noteBlindFindings(
  tables: Tables,
  cluster: string,
  since: string,
  found: Pick<Blindness, keyof typeof searchColumns>,
): Promise<void> {
  const { findings, changes, searchedAt } = found;
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, PARTITION, cluster);
  if (row?.since !== since) return;
  const entity = { partitionKey: PARTITION, rowKey: cluster, ...writeSome<typeof found>(searchColumns, { findings, changes, searchedAt }) };
  await unlessLost(clusters.updateEntity(entity, 'Merge', { etag: row.etag }));
}

/** Reads the clusters that are blind now, by cluster. */
export async function readBlind(tables: Tables): Promise<Map<string, Blindness>> {
  const open = [...(await blindRows.read(tables)).values()].filter(({ standing }) => standing.until === undefined);
  return new Map(open.map(({ standing }) => [standing.subject, standing]));
}
