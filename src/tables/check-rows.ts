import { z } from 'zod';
import type { CheckResult } from '../model/check-result.ts';
import { reasonCode } from '../model/reasons.ts';
import type { Tables } from './open-tables.ts';
import { insertOnce, readRow } from './rows.ts';
import { updateRow } from './update-row.ts';

const RUNNING = 'running';

const hindrance = z.enum(['NodeBusy', 'Throttled']);

/** Why a node could not be started on yet: another's run, or Azure's throttling. */
export type Hindrance = z.output<typeof hindrance>;

/** A probe that a person or script asked for. */
export interface CheckRow {
  /** `<yyyy-mm-dd>-<16 hex digits>`; its day is the partition. */
  id: string;
  cluster: string;
  region: string;
  node: string;
  os: 'Linux' | 'Windows';
  /** Resource ID of the node. */
  target: string;
  requestedAt: string;
  /** Who asked: a signed-in person, or the holder of a function key. */
  requestedBy: string;
  /** Hash of what was asked, so that an idempotency key is never taken for another request. */
  asked: string;
  /** What its last attempt to start met, where it was sent away. */
  hindered?: Hindrance;
  result?: CheckResult & { completedAt: string };
}

const verdict = z.enum(['reachable', 'unreachable', 'unknown']);
const text = z.string();
const stored = z.object({
  cluster: text,
  region: text,
  node: text,
  os: z.enum(['Linux', 'Windows']),
  target: text,
  requestedAt: text,
  requestedBy: text,
  asked: text,
  hindered: hindrance.optional().catch(undefined),
});
const storedResult = z.object({
  verdict,
  reason: reasonCode,
  message: text,
  latencyMs: z.number(),
  response: text,
  takenFrom: text.default(''),
  completedAt: text,
});

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
export async function noteHindrance(tables: Tables, { id, hindered }: CheckRow, met: Hindrance): Promise<void> {
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
  const found = storedResult.safeParse(row);
  if (!found.success) return { id, ...parsed.data };
  const { latencyMs, response, takenFrom, ...result } = found.data;
  return {
    id,
    ...parsed.data,
    result: {
      ...result,
      latencyMs: latencyMs < 0 ? undefined : latencyMs,
      response: response || undefined,
      takenFrom: takenFrom || undefined,
    },
  };
}

/** Notes what a check came to; the first result stays. */
export async function completeCheck(tables: Tables, id: string, result: CheckResult, completedAt: string): Promise<void> {
  const { verdict: found, reason, message, latencyMs = -1, response = '', takenFrom = '' } = result;
  const properties = { verdict: found, reason, message, latencyMs, response, takenFrom, completedAt };
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
    const isHeld = row !== undefined && String(row.until) > now.toISOString();
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
