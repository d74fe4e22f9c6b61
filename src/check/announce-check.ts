import { eventOf } from '../notify/telemetry-event.ts';
import { requestPrefixOfCheck } from '../probe/request-id.ts';
import type { Services } from '../services.ts';
import type { CheckRow } from '../tables/check-rows.ts';

/** Sends the event that a check was accepted, by which its run can be told from one that nobody asked for. What fails is logged: the check goes on. */
export async function announceCheck({ telemetry, now }: Services, { id, cluster, node }: CheckRow): Promise<void> {
  const event = eventOf('CheckStarted', now(), { eventId: `check/${id}`, check: id, cluster, node, requests: requestPrefixOfCheck(id) });
  await telemetry.report([], event);
}
