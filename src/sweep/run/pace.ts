import { type Bucket, believed, nextSlot, nextSlots, type Slot, type SlotRequest } from '../../model/pace.ts';
import type { Services } from '../../services.ts';
import { readCursors, updateCursors } from '../../tables/pace-rows.ts';

/** Takes the next free start slot of a bucket, by compare-and-swap, since instances share no memory. */
export async function takeSlot({ tables, settings, now }: Services, bucket: Bucket, request: SlotRequest): Promise<Slot> {
  let slot: Slot | undefined;
  await updateCursors(tables, bucket, (cursors) => {
    const next = nextSlot(believed(cursors, now()), request, settings, now());
    slot = next.slot;
    return next.cursors;
  });
  return slot!;
}

/** Takes the next free start slots of a bucket for the slices of a cluster, in one write, and reads when its results are to be asked for. */
export async function takeSlots(
  { tables, settings, now }: Services,
  bucket: Bucket,
  sizes: readonly number[],
  { from, before }: { from: Date; before: Date },
): Promise<{ slots: Date[]; learned?: number }> {
  if (sizes.length === 0) return { slots: [] };
  let slots: Date[] = [];
  let learned: number | undefined;
  await updateCursors(tables, bucket, (cursors) => {
    learned = cursors.collectAfter;
    const earliest = new Date(Math.max(from.getTime(), now().getTime()));
    const next = nextSlots(cursors, sizes, before, settings, earliest);
    slots = next.slots;
    return next.cursors;
  });
  return { slots, learned };
}

/** Until when throttling by Azure pauses a bucket; undefined if it does not. */
export async function pausedUntil({ tables, now }: Services, bucket: Bucket): Promise<Date | undefined> {
  const { pausedUntil: until } = believed(await readCursors(tables, bucket), now());
  return until > now().getTime() ? new Date(until) : undefined;
}

/** Pauses one bucket for so many seconds; 0 changes nothing. */
export async function pauseBucket({ tables, now }: Services, bucket: Bucket, seconds: number): Promise<void> {
  if (seconds <= 0) return;
  const until = now().getTime() + seconds * 1000;
  await updateCursors(tables, bucket, (stored) => {
    const cursors = believed(stored, now());
    return { ...cursors, pausedUntil: Math.max(cursors.pausedUntil, until) };
  });
}

/**
 * Gives back starts that were lent between sweeps, by leaving nodes out of a sweep. A crash before the plan is stored forgets them.
 *
 * @param most - how many nodes may be left out.
 * @returns how many of them are to be.
 */
export async function giveBack({ tables }: Services, bucket: Bucket, most: number): Promise<number> {
  let given = 0;
  await updateCursors(tables, bucket, (cursors) => {
    const { lent = 0 } = cursors;
    given = Math.min(lent, most);
    return given === 0 ? undefined : { ...cursors, lent: lent - given };
  });
  return given;
}
