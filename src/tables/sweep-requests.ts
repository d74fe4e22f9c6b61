import { SKEW_MS } from '../model/schedule.ts';
import { type KnownStart, type Starter, starter } from '../model/starter.ts';
import * as z from '../zod.ts';
import type { Tables } from './open-tables.ts';
import { insertOnce, prefixed, readRange, readRow } from './rows.ts';
import { updateRow } from './update-row.ts';

const PREFIX = 'requested|';
/** Beside the partitions of sweeps, which begin with a date: what is known of starts over all sweeps. */
const OVERALL = 'starts';

/**
 * Notes that a starter asked for a sweep, once.
 *
 * @param by - the person who asked, for people to see.
 */
export async function insertRequest(tables: Tables, sweep: string, who: Starter, at: string, by = ''): Promise<void> {
  const sweeps = await tables.open('sweeps');
  await insertOnce(sweeps, { partitionKey: sweep, rowKey: `${PREFIX}${who}`, at, by });
}

/** Who asked for a sweep, from the key of a row of its partition; undefined where the row says something else. */
export function requesterOf(rowKey: string): Starter | undefined {
  const found = rowKey.startsWith(PREFIX) ? starter.safeParse(rowKey.slice(PREFIX.length)) : undefined;
  return found?.data;
}

async function readRequests(tables: Tables, sweep: string): Promise<Set<Starter>> {
  const rows = await readRange(await tables.open('sweeps'), sweep, { ...prefixed(PREFIX), select: ['RowKey'] });
  return new Set(rows.flatMap(({ rowKey }) => requesterOf(rowKey) ?? []));
}

/** Whether a starter, or any, has asked for a sweep. */
export async function isRequested(tables: Tables, sweep: string, who?: Starter): Promise<boolean> {
  const requested = await readRequests(tables, sweep);
  return who === undefined ? requested.size > 0 : requested.has(who);
}

/** Reads who asked for a sweep, and who began it. */
export async function readStart(tables: Tables, sweep: string): Promise<KnownStart> {
  const sweeps = await tables.open('sweeps');
  const [requested, own] = await Promise.all([readRequests(tables, sweep), readRow(sweeps, sweep, 'sweep', ['starter'])]);
  return { requested, begunBy: own && z.catch(starter, 'timer').parse(own.starter) };
}

/** How long the next sweep by hand has to wait for the last one, over all instances. */
const BY_HAND_EVERY_MS = 60_000;

/**
 * Takes the minute in which one sweep may be started by hand, over all instances.
 *
 * @returns undefined if it was free; otherwise the milliseconds until it is.
 */
export async function takeMinute(tables: Tables, now: Date): Promise<number | undefined> {
  let wait: number | undefined;
  await updateRow(await tables.open('sweeps'), OVERALL, 'by-hand', (row) => {
    const since = now.getTime() - Date.parse(String(row?.at ?? ''));
    // One that was written by a clock far ahead must not keep people waiting until then.
    wait = since >= -SKEW_MS && since < BY_HAND_EVERY_MS ? BY_HAND_EVERY_MS - since : undefined;
    return wait === undefined ? { replace: { at: now.toISOString() } } : undefined;
  });
  return wait;
}

/** Since when somebody has been waiting for the first sweep of all: the first call notes it. */
export async function waitingSince(tables: Tables, now: Date): Promise<string> {
  const sweeps = await tables.open('sweeps');
  await insertOnce(sweeps, { partitionKey: OVERALL, rowKey: 'waiting', at: now.toISOString() });
  return String((await readRow(sweeps, OVERALL, 'waiting'))?.at ?? now.toISOString());
}
