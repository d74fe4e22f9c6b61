import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import { addForgotten } from './cluster-rows.ts';
import { deleteMaintenanceRequest } from './maintenance-rows.ts';
import { nameKey } from './name-rows.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, type Row, readRange, readRow, unlessLost, writeBatch } from './rows.ts';
import { readWatch } from './watch-json.ts';

const DAY_MS = 86_400_000;
const GONE_DAYS = 7;
const OUTBOX_DAYS = 30;
const OUTAGES_OF_A_SUBJECT = 20;
const CONCURRENT_NODES = 8;
/** A batch has at most 100 writes, one of which is the cluster's row. */
const HANDED_OVER_AT_ONCE = 99;
const KEYS = ['partitionKey', 'rowKey'];

type StoredRow = Row & { etag: string };

const deletion = ({ partitionKey, rowKey }: Row): TransactionAction => ['delete', { partitionKey, rowKey }];

const nodeOf = ({ rowKey }: Row) => rowKey.split('|')[1]!;

/** Deletes a node's name, then its row. After a crash in between, the next hour finds the row and repeats both. */
async function forgetNode(fleet: TableClient, names: TableClient, row: StoredRow): Promise<void> {
  const { partitionKey: cluster, rowKey, etag } = row;
  const name = nameKey(nodeOf(row), cluster);
  await unlessLost(names.deleteEntity(name.partitionKey, name.rowKey));
  if (await unlessLost(fleet.deleteEntity(cluster, rowKey, { etag }))) return;
  // The node has come back meanwhile, and names are written only for new nodes.
  if (await readRow(fleet, cluster, rowKey)) await names.upsertEntity(name);
}

/**
 * Moves the watched time of nodes that are about to be deleted to their cluster's row, in one batch, so that each second counts once.
 * If a row of a batch has changed meanwhile, its nodes keep their time and are deleted in a later hour.
 */
async function handOver(fleet: TableClient, cluster: string, gone: readonly StoredRow[]): Promise<void> {
  const watched = gone.filter(({ watch }) => watch);
  for (let from = 0; from < watched.length; from += HANDED_OVER_AT_ONCE) {
    const group = watched.slice(from, from + HANDED_OVER_AT_ONCE);
    const own = await readRow(fleet, cluster, 'cluster');
    const sums = group.flatMap(({ watch }) => readWatch(watch) ?? []);
    const clear = group.map(({ partitionKey, rowKey, etag }): TransactionAction => {
      return ['update', { partitionKey, rowKey, watch: '', window: '' }, 'Merge', { etag }];
    });
    await unlessLost(fleet.submitTransaction(own === undefined ? clear : [addForgotten(own, sums), ...clear]));
  }
}

/** The archived outages of each subject, except its newest ones. */
function surplus(outages: readonly Row[]): Row[] {
  const seen = new Map<string, number>();
  return outages.filter((row) => {
    const nth = (seen.get(nodeOf(row)) ?? 0) + 1;
    seen.set(nodeOf(row), nth);
    return nth > OUTAGES_OF_A_SUBJECT && typeof row.end === 'string' && row.end !== '' && row.archived === true;
  });
}

/** Deletes nodes that were retired a week ago, archived outages except the newest, and old summaries. */
async function pruneRows(tables: Tables, cluster: string, time: number): Promise<void> {
  const fleet = await tables.open('fleet');
  // Outages are read before nodes, so that new ones of a node that comes back from here on are not among them.
  const outages = await readRange(fleet, cluster, { ...prefixed('outage|'), select: [...KEYS, 'end', 'archived'] });
  const retired = odata`retiredAt ne '' and retiredAt lt ${new Date(time - GONE_DAYS * DAY_MS).toISOString()}`;
  const readGone = () => readRange(fleet, cluster, { ...prefixed('node|'), filter: retired, select: [...KEYS, 'watch'] });
  const known = await readGone();
  await handOver(fleet, cluster, known);
  const gone = known.length === 0 ? [] : (await readGone()).filter(({ watch }) => !watch);
  const names = new Set(gone.map(nodeOf));
  const ofGone = (row: Row) => names.has(nodeOf(row));
  const logs = gone.length === 0 ? [] : await readRange(fleet, cluster, { ...prefixed('log|'), select: KEYS });
  const old = odata`Timestamp lt ${new Date(time - OUTBOX_DAYS * DAY_MS)}`;
  const outbox = await readRange(fleet, cluster, { ...prefixed('outbox|'), select: KEYS, filter: old });
  const kept = outages.filter((row) => !ofGone(row));
  const leaving = [...logs.filter(ofGone), ...outages.filter(ofGone), ...surplus(kept), ...outbox];
  await writeBatch(fleet, leaving.map(deletion));

  const limit = pLimit(CONCURRENT_NODES);
  const namesTable = await tables.open('names');
  await Promise.all(gone.map((row) => limit(() => forgetNode(fleet, namesTable, row))));
}

/** Deletes a cluster without nodes that was not assessed for a week, which means that no sweep has listed it. Its row in `clusters` is deleted last. */
async function forgetIfGone(tables: Tables, cluster: string, time: number): Promise<void> {
  const fleet = await tables.open('fleet');
  const clusters = await tables.open('clusters');
  const listed = await readRow(clusters, 'fleet', cluster);
  const own = await readRow(fleet, cluster, 'cluster');
  // If its own row is missing, a crash interrupted an earlier deletion.
  const judged = own ?? listed;
  const before = new Date(time - GONE_DAYS * DAY_MS).toISOString();
  if (listed === undefined || !(String(judged?.assessedAt) < before)) return;
  const rows = await readRange(fleet, cluster, { select: KEYS });
  if (rows.some(({ rowKey }) => rowKey.startsWith('node|'))) return;
  if (own !== undefined && !(await unlessLost(fleet.deleteEntity(cluster, 'cluster', { etag: own.etag })))) return;
  await writeBatch(fleet, rows.filter(({ rowKey }) => rowKey !== 'cluster').map(deletion));
  await unlessLost(deleteMaintenanceRequest(tables, cluster));
  await unlessLost(clusters.deleteEntity('fleet', cluster, { etag: listed.etag }));
}

/** Deletes old rows of one cluster, and the cluster itself once it has been gone for a week. */
export async function pruneCluster(tables: Tables, cluster: string, now: Date): Promise<void> {
  const time = now.getTime();
  await pruneRows(tables, cluster, time);
  await forgetIfGone(tables, cluster, time);
}
