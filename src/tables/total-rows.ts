import { addSweep, noSweeps, type SweepTotals, sweepTotals } from '../history/sweep-totals.ts';
import * as z from '../zod.ts';
import { json, readColumns, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange } from './rows.ts';
import { updateRow } from './update-row.ts';

/** What goes wrong with the prober itself. */
export const errorKinds = ['poison', 'poison-queue', 'timer', 'wrong-machine', 'webhook', 'crash'] as const;
export type ErrorKind = (typeof errorKinds)[number];

const PARTITION = 'totals';
const sweepColumns = { totals: json(sweepTotals, noSweeps) };
const errorColumns = { counts: json(z.record(z.string(), z.number()), {}) };

/** Adds a sweep that is being completed to the totals, once. */
export async function countSweep(tables: Tables, sweep: Parameters<typeof addSweep>[1]): Promise<void> {
  await updateRow(await tables.open('clusters'), PARTITION, 'sweeps', (row) => {
    const { totals } = readColumns(sweepColumns, row ?? {});
    const next = addSweep(totals, sweep);
    return next === totals ? undefined : { replace: writeColumns(sweepColumns, { totals: next }) };
  });
}

/** Adds an error of the prober. */
export async function countError(tables: Tables, kind: ErrorKind): Promise<void> {
  await updateRow(await tables.open('clusters'), PARTITION, 'errors', (row) => {
    const { counts } = readColumns(errorColumns, row ?? {});
    return { replace: writeColumns(errorColumns, { counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 } }) };
  });
}

/** Reads what was counted so far. */
export async function readTotals(tables: Tables): Promise<{ sweeps: SweepTotals; errors: Partial<Record<string, number>> }> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  const rowOf = (key: string) => rows.find(({ rowKey }) => rowKey === key) ?? {};
  return { sweeps: readColumns(sweepColumns, rowOf('sweeps')).totals, errors: readColumns(errorColumns, rowOf('errors')).counts };
}
