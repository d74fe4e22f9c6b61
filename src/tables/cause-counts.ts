import { type FindingCode, findingCodes } from '../model/finding.ts';
import { count, readColumns, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { readRange } from './rows.ts';
import { updateRow } from './update-row.ts';

/** How often causes of one kind were confirmed or disproved when their outages had ended. */
export interface CauseCount {
  code: FindingCode;
  confirmed: number;
  revoked: number;
}

const PARTITION = 'causes';
const columns = { confirmed: count, revoked: count };

/** Adds causes whose outages have ended. */
export async function countCauses(tables: Tables, causes: readonly { code: FindingCode; revoked?: string }[]): Promise<void> {
  const clusters = await tables.open('clusters');
  for (const { code, revoked } of causes)
    await updateRow(clusters, PARTITION, code, (row) => {
      const before = readColumns(columns, row ?? {});
      const what = revoked === undefined ? 'confirmed' : 'revoked';
      return { replace: writeColumns(columns, { ...before, [what]: before[what] + 1 }) };
    });
}

/** Reads the counts of all causes that there were. */
export async function readCauseCounts(tables: Tables): Promise<CauseCount[]> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  return rows.flatMap((row) => {
    const code = findingCodes.find((each) => each === row.rowKey);
    return code === undefined ? [] : [{ code, ...readColumns(columns, row) }];
  });
}
