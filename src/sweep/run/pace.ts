import pLimit, { type LimitFunction } from 'p-limit';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { type Bucket, type Cursors, readCursors, writeCursors } from '../../tables/pace-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';

const SWEEP_SHARE = 0.8;
const ATTEMPTS = 30;

/** The moment from which nodes may be started. */
export interface Slot {
  at: Date;
  /** Whether throttling by Azure is the cause of a wait. */
  paused: boolean;
}

const queues = new WeakMap<Tables, Map<string, LimitFunction>>();

/** Lets the slices of one process go to a bucket one after the other: all at once, each but one would read and write it in vain. */
function inTurn(tables: Tables, { subscriptionId, region }: Bucket): LimitFunction {
  const ofBuckets = queues.get(tables) ?? new Map<string, LimitFunction>();
  queues.set(tables, ofBuckets);
  const name = `${subscriptionId}|${region}`;
  const turn = ofBuckets.get(name) ?? pLimit(1);
  ofBuckets.set(name, turn);
  return turn;
}

/** Moves the cursors of a bucket; `move` answers undefined to leave them. */
async function moveCursors({ tables }: Services, bucket: Bucket, move: (cursors: Cursors) => Cursors | undefined): Promise<void> {
  const pace = await tables.open('pace');
  const attempt = async () => {
    const { cursors, etag } = await readCursors(pace, bucket);
    const next = move(cursors);
    if (next !== undefined) await writeCursors(pace, bucket, next, etag);
  };
  await inTurn(tables, bucket)(() => retryLostWrites(ATTEMPTS, attempt));
}

/** Milliseconds from one start to the next, of sweeps or of confirmations and checks. */
export const msPerStart = ({ STARTS_PER_MINUTE }: Settings, extra: boolean) =>
  60_000 / (STARTS_PER_MINUTE * (extra ? 1 - SWEEP_SHARE : SWEEP_SHARE));

/** How many nodes a sweep may start in one bucket between two moments. */
export function startsBetween(settings: Settings, from: Date, to: Date): number {
  // The first one may start at once.
  return Math.max(0, Math.ceil((to.getTime() - from.getTime()) / msPerStart(settings, false)));
}

/**
 * Takes the next free moment for some starts, by compare-and-swap: workers share no memory.
 *
 * @param nodes - how many runs are to start.
 * @param extra - true for confirmations and checks, which have a fifth of the pace for themselves.
 * @param before - when it would be too late: a slot at or after it is told and not taken, so that it costs nobody anything.
 */
export async function takeSlot(services: Services, bucket: Bucket, nodes: number, extra: boolean, before: Date): Promise<Slot> {
  const cursor = extra ? 'nextExtra' : 'nextFree';
  let slot: Slot | undefined;
  await moveCursors(services, bucket, (cursors) => {
    const now = services.now().getTime();
    const at = Math.max(now, cursors[cursor], cursors.pausedUntil);
    slot = { at: new Date(at), paused: cursors.pausedUntil > now };
    return at >= before.getTime() ? undefined : { ...cursors, [cursor]: at + nodes * msPerStart(services.settings, extra) };
  });
  return slot!;
}

/** Until when Azure's throttling pauses a bucket; undefined where it does not. */
export async function pausedUntil({ tables, now }: Services, bucket: Bucket): Promise<Date | undefined> {
  const { cursors } = await readCursors(await tables.open('pace'), bucket);
  return cursors.pausedUntil > now().getTime() ? new Date(cursors.pausedUntil) : undefined;
}

/** Pauses one bucket, and no other, for so many seconds; for none, it leaves it. */
export async function pauseBucket(services: Services, bucket: Bucket, seconds: number): Promise<void> {
  if (seconds <= 0) return;
  const until = services.now().getTime() + seconds * 1000;
  await moveCursors(services, bucket, (cursors) => ({ ...cursors, pausedUntil: Math.max(cursors.pausedUntil, until) }));
}
