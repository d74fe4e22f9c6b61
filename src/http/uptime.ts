import { z } from 'zod';
import { meansOf, type Uptime, uptimeOf } from '../history/uptime.ts';
import { isReasonCode } from '../probe/reasons.ts';
import { components, reasonName } from './components.ts';

const share = z.number().min(0).max(1).nullable();

/** Shares of three windows. */
export const uptimeShares = z
  .object({ '24h': share, '7d': share, '30d': share })
  .describe('Shares of the time from 0 to 1 in which no outage was open; null while nothing was watched.')
  .register(components, { id: 'UptimeShares' });
export type UptimeShares = z.output<typeof uptimeShares>;

/** Uptime as the API shows it. */
export const uptimeView = uptimeShares
  .extend({
    byReason: z
      .array(
        z.object({
          reason: reasonName,
          outages: z.number(),
          downSeconds: z.number(),
          meanDetectSeconds: z.number().nullable(),
          meanRecoverSeconds: z.number().nullable(),
        }),
      )
      .describe('Outages of nodes of the last 30 days, the reason with most time lost first.'),
  })
  .register(components, { id: 'Uptime' });
export type UptimeView = z.output<typeof uptimeView>;

/** Shows the sums of a cluster or of the fleet, the reason with most time lost first. */
export function viewUptime(uptime: Uptime): UptimeView {
  const byReason = Object.entries(uptime.byReason).flatMap(([reason, sum]) =>
    isReasonCode(reason) ? [{ reason, outages: sum.outages, downSeconds: sum.downSeconds, ...meansOf(sum) }] : [],
  );
  return {
    '24h': uptimeOf(uptime['24h']),
    '7d': uptimeOf(uptime['7d']),
    '30d': uptimeOf(uptime['30d']),
    byReason: byReason.sort((a, b) => b.downSeconds - a.downSeconds || (a.reason < b.reason ? -1 : 1)),
  };
}
