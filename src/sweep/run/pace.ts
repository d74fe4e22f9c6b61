import { type Bucket, nextSlot, type Slot, type SlotRequest } from '../../model/pace.ts';
import type { Services } from '../../services.ts';
import { readCursors, updateCursors } from '../../tables/pace-rows.ts';

/** Takes the next free slot for some starts, by compare-and-swap: workers share no memory. */
export async function takeSlot({ tables, settings, now }: Services, bucket: Bucket, request: SlotRequest): Promise<Slot> {
  let slot: Slot | undefined;
  await updateCursors(tables, bucket, (cursors) => {
    const next = nextSlot(cursors, request, settings, now());
    slot = next.slot;
    return next.cursors;
  });
  return slot!;
}

/** Until when Azure's throttling pauses a bucket; undefined where it does not. */
export async function pausedUntil({ tables, now }: Services, bucket: Bucket): Promise<Date | undefined> {
  const { pausedUntil: until } = await readCursors(tables, bucket);
  return until > now().getTime() ? new Date(until) : undefined;
}

/** Pauses one bucket, and no other, for so many seconds; for none, it leaves it. */
export async function pauseBucket({ tables, now }: Services, bucket: Bucket, seconds: number): Promise<void> {
  if (seconds <= 0) return;
  const until = now().getTime() + seconds * 1000;
  await updateCursors(tables, bucket, (cursors) => ({ ...cursors, pausedUntil: Math.max(cursors.pausedUntil, until) }));
}
