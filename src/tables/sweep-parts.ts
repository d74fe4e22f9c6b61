import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type Ledger, ledger } from '../sweep/ledger.ts';
import { fromLongJson } from './long-json.ts';
import { readJson } from './read-json.ts';
import { prefixed, readRange, readRow } from './rows.ts';

/** Reads the subscriptions that a sweep was to look at. */
export async function readSubscriptions(sweeps: TableClient, sweep: string): Promise<string[]> {
  return fromLongJson(z.array(z.string()), 'subscriptions', (await readRow(sweeps, sweep, 'sweep')) ?? {}, []);
}

/** Reads the ledgers of a sweep's sealed clusters, by cluster. */
export async function readSealedLedgers(sweeps: TableClient, sweep: string): Promise<Map<string, Ledger>> {
  const rows = await readRange(sweeps, sweep, { ...prefixed('sealed|'), select: ['RowKey', 'ledger'] });
  return new Map(
    rows.flatMap((row) => {
      const read = readJson(ledger, row.ledger, undefined);
      return read === undefined ? [] : [[row.rowKey.slice('sealed|'.length), read] as const];
    }),
  );
}
