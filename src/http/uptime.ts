import { meansOf, type Uptime, uptimeOf } from '../history/uptime.ts';
import { isReasonCode, type ReasonCode } from '../probe/reasons.ts';

/** Uptime as the API shows it: shares from 0 to 1, null while nothing was watched; times in seconds. */
export interface UptimeView {
  '24h': number | null;
  '7d': number | null;
  '30d': number | null;
  /** Outages of nodes of the last 30 days. */
  byReason: {
    reason: ReasonCode;
    outages: number;
    downSeconds: number;
    meanDetectSeconds: number | null;
    meanRecoverSeconds: number | null;
  }[];
}

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
