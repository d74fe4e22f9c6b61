import type { TransactionAction } from '@azure/data-tables';
import type { Tables } from './open-tables.ts';
import { writeBatch } from './rows.ts';

/** A write of one row of a cluster. */
export type FleetWrite = TransactionAction;

/**
 * Writes rows of one cluster in the order given, up to 100 of them together or not at all.
 *
 * @throws RestError (see `isLostWrite`) where a row changed since it was read; batches before stay written.
 */
export async function writeFleet(tables: Tables, writes: readonly FleetWrite[]): Promise<void> {
  await writeBatch(await tables.open('fleet'), writes);
}
