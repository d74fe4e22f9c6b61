import { z } from 'zod';
import type { Grants } from '../history/confirmations.ts';
import type { Tables } from './open-tables.ts';
import { planPartition } from './plan-rows.ts';
import { readJson } from './read-json.ts';
import { updateRow } from './update-row.ts';

const stored = z.record(z.string(), z.object({ nonce: z.string(), slice: z.string() }));

/** Updates which failures of a cluster in a sweep are confirmed. `decide` returns the same object for no change, and may be called several times. */
export async function updateGrants(tables: Tables, sweep: string, cluster: string, decide: (granted: Grants) => Grants): Promise<void> {
  await updateRow(await tables.open('sweeps'), planPartition(sweep, cluster), 'confirmations', (row) => {
    const before: Grants = readJson(stored, row?.granted, {});
    const after = decide(before);
    return after === before ? undefined : { replace: { granted: JSON.stringify(after) } };
  });
}
