import { z } from 'zod';
import type { Blindness } from '../history/blindness.ts';
import { change, finding } from '../model/finding.ts';
import { count, optionalJson, optionalText, reason, writeSome } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRow, unlessLost } from './rows.ts';
import { standingRows } from './standing-rows.ts';

const PARTITION = 'blind';

/** What only searches write. */
const searched = {
  findings: optionalJson(z.array(finding).readonly()),
  changes: optionalJson(z.array(change).readonly()),
  searchedAt: optionalText,
};

/** The rows of blindness, of clusters and of the prober itself (`PROBER`). */
export const blindRows = standingRows<Blindness>(PARTITION, {
  after: optionalJson(z.object({ unknown: z.number(), planned: z.number() })),
  unknown: count,
  planned: count,
  reason,
  ...searched,
});

/** Notes in the row of a blind cluster what a search found, if it is still that blindness. Whoever writes the row meanwhile is faster. */
export async function noteBlindFindings(
  tables: Tables,
  cluster: string,
  since: string,
  found: Pick<Blindness, keyof typeof searched>,
): Promise<void> {
  const { findings, changes, searchedAt } = found;
  const clusters = await tables.open('clusters');
  const row = await readRow(clusters, PARTITION, cluster);
  if (row?.since !== since) return;
  const entity = { partitionKey: PARTITION, rowKey: cluster, ...writeSome<typeof found>(searched, { findings, changes, searchedAt }) };
  await unlessLost(clusters.updateEntity(entity, 'Merge', { etag: row.etag }));
}
