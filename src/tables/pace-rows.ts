import pLimit, { type LimitFunction } from 'p-limit';
import type { Bucket, Cursors } from '../model/pace.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRow } from './rows.ts';
import { updateRow } from './update-row.ts';

/** A bucket with its cursors. */
export type PaceRow = Bucket & Cursors;

/** More is not given back: it is as many as a region can start in some hours. */
const MOST_LENT = 10_000;

const moments = ['nextFree', 'nextExtra', 'pausedUntil'] as const satisfies readonly (keyof Cursors)[];

function toCursors(row: Record<string, unknown> = {}): Cursors {
  // A cursor that cannot be read must not stop the bucket.
  const moment = (name: (typeof moments)[number]) => Date.parse(String(row[name] ?? '')) || 0;
  const collectAfter = Number(row.collectAfter) || undefined;
  const lent = Math.min(MOST_LENT, Math.max(0, Number(row.lent) || 0));
  const cursors = { nextFree: moment('nextFree'), nextExtra: moment('nextExtra'), pausedUntil: moment('pausedUntil') };
  return { ...cursors, ...(collectAfter !== undefined && { collectAfter }), ...(lent > 0 && { lent }) };
}

const queues = new WeakMap<Tables, Map<string, LimitFunction>>();

/** The slices of one process update a bucket one after the other: of concurrent updates, all but one would conflict. */
function queueOf(tables: Tables, { subscriptionId, region }: Bucket): LimitFunction {
  const ofBuckets = queues.get(tables) ?? new Map<string, LimitFunction>();
  queues.set(tables, ofBuckets);
  const name = `${subscriptionId}|${region}`;
  const queue = ofBuckets.get(name) ?? pLimit(1);
  ofBuckets.set(name, queue);
  return queue;
}

/** Reads the cursors of one bucket. */
export async function readCursors(tables: Tables, { subscriptionId, region }: Bucket): Promise<Cursors> {
  return toCursors(await readRow(await tables.open('pace'), subscriptionId, region));
}

/** Updates the cursors of one bucket. `decide` returns undefined for no change, and may be called several times. */
export async function updateCursors(tables: Tables, bucket: Bucket, decide: (cursors: Cursors) => Cursors | undefined): Promise<void> {
  const pace = await tables.open('pace');
  const update = () =>
    updateRow(pace, bucket.subscriptionId, bucket.region, (row) => {
      const next = decide(toCursors(row));
      if (next === undefined) return undefined;
      const times = Object.fromEntries(moments.map((name) => [name, new Date(next[name]).toISOString()]));
      const { collectAfter, lent } = next;
      return { merge: { ...times, ...(collectAfter !== undefined && { collectAfter }), ...(lent !== undefined && { lent }) } };
    });
  await queueOf(tables, bucket)(update);
}

/** Reads the pace of every bucket. */
export async function readPace(tables: Tables): Promise<PaceRow[]> {
  const pace = await tables.open('pace');
  const rows: PaceRow[] = [];
  for await (const row of pace.listEntities<Row>())
    rows.push({ subscriptionId: String(row.partitionKey), region: String(row.rowKey), ...toCursors(row) });
  return rows;
}
