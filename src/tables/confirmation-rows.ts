import type { Grants } from '../history/confirmations.ts';
import type { Tables } from './open-tables.ts';
import { CONFIRMATIONS, grantsIn, planPartition } from './plan-rows.ts';
import { updateRow } from './update-row.ts';

/**
 * Updates which failures of a cluster in a sweep are confirmed. `decide` returns the same object for no change, and may be called several times.
 *
 * @param at - when that is decided.
 */
export async function updateGrants(
  tables: Tables,
  sweep: string,
  cluster: string,
  at: string,
  decide: (granted: Grants) => Grants,
): Promise<void> {
  await updateRow(await tables.open('sweeps'), planPartition(sweep, cluster), CONFIRMATIONS, (row) => {
    const before = grantsIn(row);
    const after = decide(before);
    return after === before ? undefined : { replace: { granted: JSON.stringify(after), at } };
  });
}
