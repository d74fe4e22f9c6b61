import { setTimeout as sleep } from 'node:timers/promises';
import type { Bucket, Slot, SlotRequest } from '../../model/pace.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import type { Services } from '../../services.ts';
import { pausedUntil, takeSlot } from './pace.ts';

/** How long a start waits for its slot where it is; for a later slot its message goes back to the queue. */
const WAIT_HERE_MS = 2000;
/** A slot is taken a little late rather than waited for in an execution, which would be billed. */
const MISSED_MS = 3000;

/** When runs may be started: now, later by a message that holds the slot, or never within the given time. */
export type StartSlot =
  | { when: 'now' }
  | { when: 'later'; slot: string; delaySeconds: number }
  | { when: 'never'; reason: Extract<ReasonCode, 'Throttled' | 'OverBudget'> };

/** Whether the slot that a message holds is still valid: it was not missed, and no pause ends after it. */
function holds(slot: Date, pause: Date | undefined, now: Date): boolean {
  // A slot at the end of a pause is valid, whenever its message is delivered.
  return now.getTime() - slot.getTime() < MISSED_MS && (pause === undefined || pause <= slot);
}

/** Seconds after which a message that holds a slot is delivered: when that has come, since whoever came earlier would wait. Pure. */
export function delayUntil(slot: Date, now: Date): number {
  return Math.max(1, Math.ceil((slot.getTime() - now.getTime()) / 1000));
}

/** Decides when to start with a slot. Pure. */
export function decideStart({ at, paused }: Slot, before: Date, now: Date): StartSlot | { when: 'soon'; waitMs: number } {
  if (at >= before) return { when: 'never', reason: paused ? 'Throttled' : 'OverBudget' };
  const waitMs = at.getTime() - now.getTime();
  if (waitMs <= 0) return { when: 'now' };
  if (waitMs <= WAIT_HERE_MS) return { when: 'soon', waitMs };
  return { when: 'later', slot: at.toISOString(), delaySeconds: delayUntil(at, now) };
}

/**
 * Acquires a start slot, and waits for it if it is less than 2 s away.
 *
 * @param held - the slot that the message holds, if any.
 */
export async function acquireStartSlot(
  services: Services,
  bucket: Bucket,
  request: SlotRequest,
  held: string | undefined,
): Promise<StartSlot> {
  const slot = held === undefined ? undefined : new Date(held);
  const isGood = slot !== undefined && holds(slot, await pausedUntil(services, bucket), services.now());
  const acquired = isGood ? { at: slot, paused: false } : await takeSlot(services, bucket, request);
  const decision = decideStart(acquired, request.before, services.now());
  if (decision.when !== 'soon') return decision;
  await sleep(decision.waitMs);
  return { when: 'now' };
}
