import { setTimeout as sleep } from 'node:timers/promises';
import type { Bucket, Slot, SlotRequest } from '../../model/pace.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import type { Services } from '../../services.ts';
import { pausedUntil, takeSlot } from './pace.ts';

const WAIT_HERE_MS = 2000;
const MISSED_MS = 1000;

/** When some nodes may be started: now, by a message that is due at its slot, or not in time. */
export type StartSlot =
  | { when: 'now' }
  | { when: 'later'; slot: string; delaySeconds: number }
  | { when: 'never'; reason: Extract<ReasonCode, 'Throttled' | 'OverBudget'> };

/** Whether the slot that a message holds is still good: it was not missed, and no pause ends after it. */
function holds(slot: Date, pause: Date | undefined, now: Date): boolean {
  // One at the end of a pause holds, though its message is back a little before.
  return now.getTime() - slot.getTime() < MISSED_MS && (pause === undefined || pause <= slot);
}

/** What a slot means for the starts that it is for. */
export function decideStart({ at, paused }: Slot, before: Date, now: Date): StartSlot | { when: 'soon'; waitMs: number } {
  if (at >= before) return { when: 'never', reason: paused ? 'Throttled' : 'OverBudget' };
  const waitMs = at.getTime() - now.getTime();
  if (waitMs <= 0) return { when: 'now' };
  if (waitMs <= WAIT_HERE_MS) return { when: 'soon', waitMs };
  // Back a little early: the queue counts whole seconds and polls, and a missed slot is a wasted one.
  return { when: 'later', slot: at.toISOString(), delaySeconds: Math.max(1, Math.floor((waitMs - WAIT_HERE_MS) / 1000)) };
}

/**
 * Acquires a slot for some starts, and waits for it where it is near.
 *
 * @param held - the slot that the message holds, if it does.
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
