import { isOfMaintenance, type NotificationContext, nextNotifications } from './next-notification.ts';
import type { Outage } from './outage.ts';
import { addOutages, type OutageDays, outagesByReason, type Uptime } from './uptime.ts';

/** What one batch holds beside the cluster's row and its own outage. */
const ARCHIVED_AT_ONCE = 98;

/**
 * Decides which outages are over and delivered to every sink, so that they are counted for good, and adds up those of nodes by reason: these and
 * those that still go on. What is part of a maintenance is not added. Pure.
 *
 * @param active - outages that are not archived, each with whatever its caller knows it by.
 * @param outageDays - what was counted before.
 */
export function archiveOutages<Kept extends { outage: Outage }>(
  active: readonly Kept[],
  sinks: readonly string[],
  context: NotificationContext,
  outageDays: OutageDays,
  now: Date,
): { archived: Kept[]; outageDays: OutageDays; byReason: Uptime['byReason'] } {
  const archived = active.filter(({ outage }) => nextNotifications(outage, sinks, context).finished).slice(0, ARCHIVED_AT_ONCE);
  const ofNodes = (all: readonly Kept[]) =>
    all.map(({ outage }) => outage).filter((outage) => outage.node !== undefined && !isOfMaintenance(outage));
  const counted = addOutages(outageDays, ofNodes(archived), now);
  const others = new Set(archived);
  const shown = addOutages(counted, ofNodes(active.filter((each) => !others.has(each))), now);
  return { archived, outageDays: counted, byReason: outagesByReason(shown, now) };
}
