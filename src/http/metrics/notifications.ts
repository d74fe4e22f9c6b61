import { coveredBy, membersOf } from '../../history/incidents.ts';
import type { Quiet } from '../../history/standing.ts';
import { recentMaintenance } from '../../model/cluster-maintenance.ts';
import { blindnessKind } from '../../notify/blindness-kind.ts';
import { degradedKind } from '../../notify/degraded-kind.ts';
import { incidentKind } from '../../notify/incident-kind.ts';
import { countPending } from '../../notify/notify-standing.ts';
import { unseenKind } from '../../notify/unseen-kind.ts';
import { sinkOf } from '../../notify/webhooks/give-up.ts';
import type { Services } from '../../services.ts';
import { webhooksOf } from '../../settings.ts';
import type { ListedCluster } from '../../tables/cluster-list.ts';
import type { StoredIncident } from '../../tables/incident-rows.ts';
import { countDeliveries } from '../../tables/webhook-rows.ts';
import type { Figures } from './figures.ts';

/** What keeps people from being notified of conditions of clusters now. */
function quietNow(rows: readonly ListedCluster[], open: readonly StoredIncident[], now: Date): Quiet {
  const stretchesOf = ({ maintenanceTag: tag, maintenance: request }: ListedCluster) => recentMaintenance({ tag, request }, now);
  return {
    maintenance: new Map(rows.map((row) => [row.cluster, stretchesOf(row)])),
    covered: new Set(coveredBy(open).keys()),
    members: membersOf(open),
  };
}

/** What a webhook has accepted into its outbox, and its receiver has not. */
async function countInOutbox({ settings, tables, now }: Services): Promise<ReadonlyMap<string, number>> {
  if (webhooksOf(settings).length === 0) return new Map();
  return new Map([...(await countDeliveries(tables, now()))].map(([webhook, events]) => [sinkOf(webhook), events]));
}

/** What waits for each sink: of incidents and conditions of clusters as they stand, of outages as the latest assessments noted, and in outboxes. */
export async function measureBacklog(
  services: Services,
  { add }: Figures,
  rows: readonly ListedCluster[],
  open: readonly StoredIncident[],
): Promise<void> {
  const quiet = quietNow(rows, open, services.now());
  const counts: ReadonlyMap<string, number>[] = await Promise.all([
    countPending(services, incidentKind(services.now(), '')),
    countPending(services, blindnessKind, quiet),
    countPending(services, degradedKind, quiet),
    countPending(services, unseenKind, quiet),
    countInOutbox(services),
  ]);
  const ofOutages = rows.map(({ pending = {} }) => new Map(Object.entries(pending)));
  for (const { name: sink } of services.sinks)
    add(
      'notifications_pending',
      { sink },
      [...counts, ...ofOutages].reduce((total, each) => total + (each.get(sink) ?? 0), 0),
    );
}
