import type { CheckResult } from '../model/check-result.ts';
import { nodeOses } from '../model/node.ts';
import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import { SKEW_MS } from '../model/schedule.ts';
import * as z from '../zod.ts';
import { type Columns, oneOf, optionalNumber, optionalText, readColumns, reason, text, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { insertOnce, readRow } from './rows.ts';
import { servedColumn } from './served-column.ts';
import { updateRow } from './update-row.ts';

const RUNNING = 'running';

const given = z.string();

/** The columns of a check, declared once; one that cannot be read is no check. */
const stored = z.object({
  cluster: given,
  region: given,
  node: given,
  os: z.enum(nodeOses),
  /** Resource ID of the node. */
  target: given,
  requestedAt: given,
  /** Who asked: a signed-in person, or the holder of a function key. */
  requestedBy: given,
  /** Hash of what was asked, so that an idempotency key is never taken for another request. */
  asked: given,
  /** What its last attempt to start met, where it was requeued. */
  hindered: z.optional(reasonCode),
});

/** A probe that a person or script asked for. */
export type CheckRow = z.output<typeof stored> & {
  /** `<yyyy-mm-dd>-<16 hex digits>`; its day is the partition. */
  id: string;
  result?: CheckResult & { completedAt: string };
};

/** The columns of its result, all of which are absent until there is one. */
const resultColumns: Columns<CheckResult & { completedAt: string }> = {
  verdict: oneOf('unknown', 'reachable', 'unreachable'),
  reason,
  message: text,
  latencyMs: optionalNumber,
  served: servedColumn,
  response: optionalText,
  takenFrom: optionalText,
  completedAt: text,
};

/** Whether a text is the id of a check. */
export function isCheckId(id: string): boolean {
  return /^20\d\d-\d\d-\d\d-[0-9a-f]{16}$/.test(id);
}

const dayOf = (id: string) => id.slice(0, 10);

/**
 * Inserts a check, once.
 *
 * @returns the stored one, and whether this call made it.
 */
export async function insertCheck(
  tables: Tables,
  { id, result: _, hindered: __, ...check }: CheckRow,
): Promise<{ check: CheckRow; made: boolean }> {
  const checks = await tables.open('checks');
  const made = await insertOnce(checks, { partitionKey: dayOf(id), rowKey: id, ...check });
  return { check: (made ? undefined : await readCheck(tables, id)) ?? { id, ...check }, made };
}

/** Notes what an attempt to start a check met. */
export async function noteHindrance(tables: Tables, { id, hindered }: CheckRow, met: ReasonCode): Promise<void> {
  const checks = await tables.open('checks');
  if (hindered !== met) await checks.updateEntity({ partitionKey: dayOf(id), rowKey: id, hindered: met }, 'Merge');
}

/** Reads a check; undefined where there is none, or none that can be read. */
export async function readCheck(tables: Tables, id: string): Promise<CheckRow | undefined> {
  const checks = await tables.open('checks');
  if (!isCheckId(id)) return undefined;
  const row = await readRow(checks, dayOf(id), id);
  const parsed = stored.safeParse(row);
  if (row === undefined || !parsed.success) return undefined;
  const result = readColumns(resultColumns, row);
  return { id, ...parsed.data, ...(result.completedAt !== '' && { result }) };
}

/** Notes what a check came to; the first result stays. */
export async function completeCheck(tables: Tables, id: string, result: CheckResult, completedAt: string): Promise<void> {
  const properties = writeColumns(resultColumns, { ...result, completedAt });
  await updateRow(await tables.open('checks'), dayOf(id), id, (row) =>
    row === undefined || row.completedAt ? undefined : { merge: properties },
  );
}

/**
 * Locks a node for a check: it has one at a time.
 *
 * @param until - when the lock expires, whatever became of the check.
 * @returns undefined where the check has the lock; else the id of the check that does.
 */
export async function lockNode(tables: Tables, check: CheckRow, now: Date, until: Date): Promise<string | undefined> {
  let holder: string | undefined;
  await updateRow(await tables.open('checks'), RUNNING, `${check.cluster}|${check.node}`, (row) => {
    // A lock that expires later than any can is none of ours, and must not keep the node from being checked.
    const held = Date.parse(String(row?.until));
    const isHeld = row !== undefined && held > now.getTime() && held <= until.getTime() + SKEW_MS;
    holder = isHeld && row.check !== check.id ? String(row.check) : undefined;
    return isHeld ? undefined : { replace: { check: check.id, until: until.toISOString() } };
  });
  return holder;
}

/** Unlocks the node of a check, if the check still has the lock. */
export async function unlockNode(tables: Tables, { id, cluster, node }: CheckRow): Promise<void> {
  const checks = await tables.open('checks');
  await updateRow(checks, RUNNING, `${cluster}|${node}`, (row) => (row?.check === id ? 'delete' : undefined));
}
