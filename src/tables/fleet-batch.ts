import type { TransactionAction } from '@azure/data-tables';
import type { Tables } from './open-tables.ts';
import { writeBatch } from './rows.ts';

/** A write of one row of a cluster. */
export type FleetWrite = TransactionAction;

/**
 * Writes rows of one cluster in the given order, in transactions of up to 100.
 *
 * @throws RestError (see `isLostWrite`) if a row has changed since it was read; earlier transactions stay written.
 */
export async function writeFleet(tables: Tables, writes: readonly FleetWrite[]): Promise<void> {
  await writeBatch(await tables.open('fleet'), writes);
}
