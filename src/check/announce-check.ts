import { setTimeout as sleep } from 'node:timers/promises';
import { eventOf } from '../notify/telemetry-event.ts';
import { requestPrefixOfCheck } from '../probe/request-id.ts';
import type { Services } from '../services.ts';
import type { CheckRow } from '../tables/check-rows.ts';

/** How long a check waits for its event to be accepted; it is sent on after that. */
const PATIENCE_MS = 2000;

/** Sends the event that a check was accepted, by which its run can be told from one that nobody asked for. What fails is logged: the check goes on. */
export async function announceCheck({ telemetry, now }: Services, { id, cluster, node }: CheckRow): Promise<void> {
  const event = eventOf('CheckStarted', now(), { eventId: `check/${id}`, check: id, cluster, node, requests: requestPrefixOfCheck(id) });
  await Promise.race([telemetry.report([], event), sleep(PATIENCE_MS, undefined, { ref: false })]);
}
