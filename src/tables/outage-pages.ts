import { odata } from '@azure/data-tables';
import type { Tables } from './open-tables.ts';
import { type OutageRow, toOutageRow } from './outage-rows.ts';
import { prefixed, type Row, readRange } from './rows.ts';

/** An outage with its key, after which the next page begins. */
export type KeyedOutage = OutageRow & { rowKey: string };

/**
 * Reads one page of the outages of a cluster by subject: the cluster's own first, and for each subject the newest first.
 *
 * @param after - the key of the last outage of the page before.
 * @param most - the page size.
 */
export async function readOutagePage(
  tables: Tables,
  cluster: string,
  { after, which, most }: { after?: string; which: 'open' | 'all'; most: number },
): Promise<KeyedOutage[]> {
  const fleet = await tables.open('fleet');
  const range = prefixed('outage|');
  const filter = which === 'open' ? odata`end eq ''` : undefined;
  const from = after === undefined ? range.from : `${after}!`;
  const rows = await readRange(fleet, cluster, { ...range, from, filter, most });
  return rows.map((row) => ({ ...toOutageRow(row as Row & { etag: string }), rowKey: row.rowKey }));
}
