import { setTimeout as sleep } from 'node:timers/promises';
import type { ReasonCode } from '../../model/reasons.ts';
import type { Services } from '../../services.ts';
import type { Bucket } from '../../tables/pace-rows.ts';
import { pausedUntil, type Slot, takeSlot } from './pace.ts';

const WAIT_HERE_MS = 2000;
const MISSED_MS = 1000;

/** When some nodes may be started: now, by a message that comes back for its slot, or not in time. */
export type Turn =
  | { when: 'now' }
  | { when: 'later'; slot: string; delaySeconds: number }
  | { when: 'never'; reason: Extract<ReasonCode, 'Throttled' | 'OverBudget'> };

/** What asks for its turn; `slot` is the one that its message holds, the rest is as `takeSlot` wants it. */
interface Asked {
  nodes: number;
  extra: boolean;
  before: Date;
  slot: string | undefined;
}

/** The slot in the message if it still holds, else a new one. */
async function slotFor(services: Services, bucket: Bucket, { nodes, extra, before, slot }: Asked): Promise<Slot> {
  if (slot !== undefined) {
    const at = new Date(slot);
    const late = services.now().getTime() - at.getTime();
    // One at the end of a pause holds, though its message is back a little before.
    const pause = await pausedUntil(services, bucket);
    if (late < MISSED_MS && (pause === undefined || pause <= at)) return { at, paused: false };
  }
  return takeSlot(services, bucket, nodes, extra, before);
}

/** Waits for the turn of some starts where it is near, and tells how to come back for it where it is not. */
export async function acquireStartSlot(services: Services, bucket: Bucket, asked: Asked): Promise<Turn> {
  const { at, paused } = await slotFor(services, bucket, asked);
  if (at >= asked.before) return { when: 'never', reason: paused ? 'Throttled' : 'OverBudget' };
  const wait = at.getTime() - services.now().getTime();
  // Back a little early: the queue counts whole seconds and polls, and a missed slot is a wasted one.
  if (wait > WAIT_HERE_MS)
    return { when: 'later', slot: at.toISOString(), delaySeconds: Math.max(1, Math.floor((wait - WAIT_HERE_MS) / 1000)) };
  if (wait > 0) await sleep(wait);
  return { when: 'now' };
}
