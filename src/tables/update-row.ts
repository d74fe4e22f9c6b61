import type { TableClient, TableEntityResult } from '@azure/data-tables';
import { type Row, readRow, retryLostWrites } from './rows.ts';

/** What becomes of a row: other properties in place of its own, some of them beside its own, none of it, or no change. */
export type RowChange = { replace: Record<string, unknown> } | { merge: Record<string, unknown> } | 'delete' | undefined;

// Thirty slices of one process may ask at once; each collision lets one of them through.
const ATTEMPTS = 30;

/**
 * Changes one row by what it holds, and decides anew on what it holds then where somebody else was faster.
 *
 * @param decide - is given the row as it stands, or undefined where there is none; it may be called several times.
 */
export async function updateRow(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
  decide: (row: TableEntityResult<Row> | undefined) => RowChange,
): Promise<void> {
  await retryLostWrites(ATTEMPTS, async () => {
    const row = await readRow(table, partitionKey, rowKey);
    const change = decide(row);
    if (change === undefined) return;
    if (change === 'delete') {
      if (row !== undefined) await table.deleteEntity(partitionKey, rowKey, { etag: row.etag });
      return;
    }
    const [properties, mode] = 'merge' in change ? [change.merge, 'Merge' as const] : [change.replace, 'Replace' as const];
    const entity = { partitionKey, rowKey, ...properties };
    if (row === undefined) await table.createEntity(entity);
    else await table.updateEntity(entity, mode, { etag: row.etag });
  });
}
