import { meansOf, type Uptime, uptimeOf } from '../history/uptime.ts';
import type { WatchedSum } from '../history/watched.ts';
import { isReasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';
import { components, reasonName } from './components.ts';

const share = z.nullable(z.number().check(z.minimum(0), z.maximum(1)));

const seconds = z.number().check(z.nonnegative());

/** The uptime in three windows, and how long each was watched. */
export const uptimeShares = z
  .described(
    z.object({
      '24h': share,
      '7d': share,
      '30d': share,
      watchedSeconds: z.described(
        z.object({ '24h': seconds, '7d': seconds, '30d': seconds }),
        'How long nodes were watched: from each verdict to the next probe, up to three intervals; not while they are unknown or not probed. For a cluster or the fleet, the sum over all nodes.',
      ),
      maintenanceSeconds: z.described(
        z.object({ '24h': seconds, '7d': seconds, '30d': seconds }),
        'How long nodes would have been watched in a maintenance of their cluster: neither up nor down, and no part of watchedSeconds.',
      ),
    }),
    'The share of the watched time in which no outage was open, from 0 to 1; null if nothing was watched.',
  )
  .register(components, { id: 'UptimeShares' });
export type UptimeShares = z.output<typeof uptimeShares>;

/** Uptime as the API shows it. */
export const uptimeView = z
  .described(
    z.extend(uptimeShares, {
      byReason: z.described(
        z.array(
          z.object({
            reason: reasonName,
            outages: z.number(),
            downSeconds: z.number(),
            meanDetectSeconds: z.nullable(z.number()),
            meanRecoverSeconds: z.nullable(z.number()),
          }),
        ),
        'Outages of nodes in the last 30 days, the reason with most downtime first. An outage lasts until its end is seen, even while the node is not watched.',
      ),
    }),
    'The uptime in three windows, and the outages of nodes that took from it.',
  )
  .register(components, { id: 'Uptime' });
export type UptimeView = z.output<typeof uptimeView>;

/** Shows the shares of three windows. */
export function viewShares(sums: Record<'24h' | '7d' | '30d', WatchedSum>): UptimeShares {
  const secondsOf = (name: 'watched' | 'maintained') => ({ '24h': sums['24h'][name], '7d': sums['7d'][name], '30d': sums['30d'][name] });
  const shares = { '24h': uptimeOf(sums['24h']), '7d': uptimeOf(sums['7d']), '30d': uptimeOf(sums['30d']) };
  return { ...shares, watchedSeconds: secondsOf('watched'), maintenanceSeconds: secondsOf('maintained') };
}

/** Shows the uptime of a cluster or of the fleet, the reason with most downtime first. */
export function viewUptime(uptime: Uptime): UptimeView {
  const byReason = Object.entries(uptime.byReason).flatMap(([reason, sum]) =>
    isReasonCode(reason) ? [{ reason, outages: sum.outages, downSeconds: sum.downSeconds, ...meansOf(sum) }] : [],
  );
  return {
    ...viewShares(uptime),
    byReason: byReason.sort((a, b) => b.downSeconds - a.downSeconds || (a.reason < b.reason ? -1 : 1)),
  };
}
