import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { CheckResult } from '../model/check-result.ts';
import { reasonCode } from '../model/reasons.ts';
import { insertOnce, readRow, retryLostWrites } from './rows.ts';

const ATTEMPTS = 30;
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
  checks: TableClient,
  { id, result: _, hindered: __, ...check }: CheckRow,
): Promise<{ check: CheckRow; made: boolean }> {
  const made = await insertOnce(checks, { partitionKey: dayOf(id), rowKey: id, ...check });
  return { check: (made ? undefined : await readCheck(checks, id)) ?? { id, ...check }, made };
}

/** Notes what an attempt to start a check met. */
export async function noteHindrance(checks: TableClient, { id, hindered }: CheckRow, met: Hindrance): Promise<void> {
  if (hindered !== met) await checks.updateEntity({ partitionKey: dayOf(id), rowKey: id, hindered: met }, 'Merge');
}

/** Reads a check; undefined where there is none, or none that can be read. */
export async function readCheck(checks: TableClient, id: string): Promise<CheckRow | undefined> {
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
export async function completeCheck(checks: TableClient, id: string, result: CheckResult, completedAt: string): Promise<void> {
  const { verdict: told, reason, message, latencyMs = -1, response = '', takenFrom = '' } = result;
  const properties = { verdict: told, reason, message, latencyMs, response, takenFrom, completedAt };
  await retryLostWrites(ATTEMPTS, async () => {
    const row = await readRow(checks, dayOf(id), id, ['rowKey', 'completedAt']);
    if (row === undefined || row.completedAt) return;
    await checks.updateEntity({ partitionKey: dayOf(id), rowKey: id, ...properties }, 'Merge', { etag: row.etag });
  });
}

/**
 * Takes the one place that a node has for a check.
 *
 * @param until - when the place is free again, whatever became of the check.
 * @returns undefined where the check has it; else the id of the check that does.
 */
export async function lockNode(checks: TableClient, check: CheckRow, now: Date, until: Date): Promise<string | undefined> {
  const rowKey = `${check.cluster}|${check.node}`;
  return retryLostWrites(ATTEMPTS, async () => {
    const row = await readRow(checks, RUNNING, rowKey);
    const entity = { partitionKey: RUNNING, rowKey, check: check.id, until: until.toISOString() };
    if (row === undefined) await checks.createEntity(entity);
    else if (String(row.until) > now.toISOString()) return row.check === check.id ? undefined : String(row.check);
    else await checks.updateEntity(entity, 'Replace', { etag: row.etag });
    return undefined;
  });
}

/** Gives the place back, if the check still has it. */
export async function unlockNode(checks: TableClient, { id, cluster, node }: CheckRow): Promise<void> {
  const rowKey = `${cluster}|${node}`;
  await retryLostWrites(ATTEMPTS, async () => {
    const row = await readRow(checks, RUNNING, rowKey);
    if (row?.check === id) await checks.deleteEntity(RUNNING, rowKey, { etag: row.etag });
  });
}
