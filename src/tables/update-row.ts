import type { TableClient, TableEntityResult } from '@azure/data-tables';
import { type Row, readRow, retryLostWrites } from './rows.ts';

/** A change of a row: replace all its properties, merge some into it, delete it, or leave it. */
export type RowChange = { replace: Record<string, unknown> } | { merge: Record<string, unknown> } | 'delete' | undefined;

// Thirty slices of one process may update at once; in each collision one of them succeeds.
const ATTEMPTS = 30;

/**
 * Changes one row depending on its content. If another writer was faster, it decides again on the new content.
 *
 * @param decide - called with the current row, or undefined if there is none; may be called several times.
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
