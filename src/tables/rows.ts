import { setTimeout as sleep } from 'node:timers/promises';
import { odata, RestError, type TableClient, type TableEntityResult, type TransactionAction } from '@azure/data-tables';

export type Row = Record<string, unknown> & { partitionKey: string; rowKey: string };

const hasStatus = (error: unknown, ...statuses: number[]) => error instanceof RestError && statuses.includes(error.statusCode ?? 0);

/** Whether a conditional write lost to another: the row has changed (412), already exists (409) or is gone (404). */
export function isLostWrite(error: unknown): boolean {
  return hasStatus(error, 404, 409, 412);
}

/**
 * Runs a read-modify-write under ETags, and repeats it from the start when a write is lost to another writer.
 *
 * @param attempts - the maximum number of attempts; the error of the last one is thrown.
 */
export async function retryLostWrites<T>(attempts: number, attempt: () => Promise<T>): Promise<T> {
  for (let nth = 1; ; nth++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLostWrite(error) || nth === attempts) throw error;
      // Random, so that two writers that collided do not collide again.
      await sleep(Math.random() * 20 * nth);
    }
  }
}

/** Waits for a write; returns false if it lost to another, see `isLostWrite`. */
export async function unlessLost(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isLostWrite(error)) return false;
    throw error;
  }
}

/** Inserts a row unless it exists, for everything that must happen once. Returns whether this call inserted it. */
export async function insertOnce(table: TableClient, row: Row): Promise<boolean> {
  try {
    await table.createEntity(row);
    return true;
  } catch (error) {
    if (hasStatus(error, 409)) return false;
    throw error;
  }
}

/**
 * Reads one row; undefined if it does not exist.
 *
 * @param select - the properties to read; all by default.
 */
export async function readRow(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
  select?: string[],
): Promise<TableEntityResult<Row> | undefined> {
  try {
    return await table.getEntity<Row>(partitionKey, rowKey, { queryOptions: { select } });
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/**
 * Reads the rows of a partition whose keys lie in [from, to), or a whole partition.
 *
 * @param filter - a further OData condition, built with `odata`.
 * @param most - the maximum number of rows.
 */
export async function readRange(
  table: TableClient,
  partitionKey: string,
  {
    from = '',
    to,
    select,
    filter,
    most = Number.POSITIVE_INFINITY,
  }: { from?: string; to?: string; select?: string[]; filter?: string; most?: number } = {},
): Promise<TableEntityResult<Row>[]> {
  const conditions = [odata`PartitionKey eq ${partitionKey}`];
  if (from !== '') conditions.push(odata`RowKey ge ${from}`);
  if (to !== undefined) conditions.push(odata`RowKey lt ${to}`);
  if (filter !== undefined) conditions.push(`(${filter})`);
  const rows: TableEntityResult<Row>[] = [];
  for await (const page of table
    .listEntities<Row>({ queryOptions: { filter: conditions.join(' and '), select } })
    .byPage({ maxPageSize: Math.min(1000, most) })) {
    rows.push(...page);
    if (rows.length >= most) break;
  }
  return rows.slice(0, most);
}

/** The range of all keys that begin with a prefix. */
export function prefixed(prefix: string): { from: string; to: string } {
  const last = prefix.charCodeAt(prefix.length - 1);
  return { from: prefix, to: prefix.slice(0, -1) + String.fromCharCode(last + 1) };
}

/**
 * Writes changes of one partition in transactions of at most 100.
 *
 * @throws RestError (see `isLostWrite`) if a condition of a transaction does not hold; earlier transactions stay written.
 */
export async function writeBatch(table: TableClient, actions: readonly TransactionAction[]): Promise<void> {
  for (let from = 0; from < actions.length; from += 100) await table.submitTransaction(actions.slice(from, from + 100));
}
