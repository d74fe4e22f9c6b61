import { outstanding, type Plan, type Tally } from '../../model/ledger.ts';
import { MISSING_AFTER_MS } from '../../model/schedule.ts';
import { blockOf, deferredSlice } from '../../model/slice-name.ts';

/** What is known of the work of a cluster in a sweep, by slice. */
export interface KnownWork {
  tallies: ReadonlyMap<string, Tally>;
  /** When each slice was started. */
  started: ReadonlyMap<string, string>;
  /** The slot that each slice waits for, or waited for. */
  queued: ReadonlyMap<string, string>;
  /** Slices whose collection, or whose start, was enqueued once more. */
  recollected: ReadonlySet<string>;
  restarted: ReadonlySet<string>;
}

/** A message that is to be sent once more. */
export interface MissingWork {
  kind: 'start-slice' | 'collect-slice';
  slice: string;
  nodes: readonly string[];
  /** The slot that a start waited for. */
  slot?: string;
}

/**
 * Slices of one block of the plan that may have nodes without an outcome: the block itself, else what was deferred from it, which has a name of its
 * own and is looked for once its predecessor has its tally; and whatever of it was started again.
 */
function openSlices(block: string, { tallies, started }: KnownWork): string[] {
  let slice = block;
  while (tallies.has(slice)) slice = deferredSlice(slice);
  const others = [...started.keys()].filter((each) => each !== slice && blockOf(each) === block && !tallies.has(each));
  return [slice, ...others];
}

/**
 * Decides what of a cluster is missing 60 s after it was due, since its message may be with a process that died: the start of a slice that was neither
 * started nor given a later slot, and the collection of one that was started and has no tally. Each is sent again once. Pure.
 *
 * @param time - now; all times are milliseconds since 1970.
 * @param next - when the next sweep begins: nothing is started from then on, and what was never started is collected then.
 * @param firstCollectMs - from a start until its collection is due.
 */
export function findMissingWork(
  planned: Plan,
  known: KnownWork,
  { time, next, firstCollectMs }: { time: number; next: number; firstCollectMs: number },
): MissingWork[] {
  const missing = new Set(outstanding(planned, [...known.tallies.values()]));
  const isLate = (due: number) => time >= due + MISSING_AFTER_MS;
  return planned.slices.flatMap((all, n) =>
    openSlices(String(n), known).flatMap((slice): MissingWork[] => {
      const isBlock = slice === String(n);
      const nodes = isBlock ? all : all.filter((node) => missing.has(node));
      if (!nodes.some((node) => missing.has(node))) return [];
      const startedAt = known.started.get(slice);
      const slot = known.queued.get(slice);
      const startIsMissing = isBlock && startedAt === undefined && time < next && isLate(Date.parse(slot ?? planned.due));
      const collectedAt = startedAt === undefined ? next : Date.parse(startedAt) + firstCollectMs;
      return [
        ...(startIsMissing && !known.restarted.has(slice) ? [{ kind: 'start-slice' as const, slice, nodes, slot }] : []),
        ...(isLate(collectedAt) && !known.recollected.has(slice) ? [{ kind: 'collect-slice' as const, slice, nodes }] : []),
      ];
    }),
  );
}
