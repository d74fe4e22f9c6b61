import { coveredBy } from '../../history/incidents.ts';
import type { Quiet } from '../../history/standing.ts';
import { recentMaintenance } from '../../model/cluster-maintenance.ts';
import { blindnessKind } from '../../notify/blindness-kind.ts';
import { degradedKind } from '../../notify/degraded-kind.ts';
import { incidentKind } from '../../notify/incident-kind.ts';
import { countPending } from '../../notify/notify-standing.ts';
import { unseenKind } from '../../notify/unseen-kind.ts';
import type { Services } from '../../services.ts';
import type { ListedCluster } from '../../tables/cluster-list.ts';
import type { StoredIncident } from '../../tables/incident-rows.ts';
import type { Figures } from './figures.ts';

/** What keeps people from being notified of conditions of clusters now. */
function quietNow(rows: readonly ListedCluster[], open: readonly StoredIncident[], now: Date): Quiet {
  const stretchesOf = ({ maintenanceTag: tag, maintenance: request }: ListedCluster) => recentMaintenance({ tag, request }, now);
  return { maintenance: new Map(rows.map((row) => [row.cluster, stretchesOf(row)])), covered: new Set(coveredBy(open).keys()) };
}

/** What waits for each sink: of incidents and conditions of clusters as they stand, of outages as the latest assessments noted. */
export async function measureBacklog(
  services: Services,
  { add }: Figures,
  rows: readonly ListedCluster[],
  open: readonly StoredIncident[],
): Promise<void> {
  const quiet = quietNow(rows, open, services.now());
  // A sink that accepts events into an outbox of its own has what waits there counted here, as one more of these.
  const counts: ReadonlyMap<string, number>[] = await Promise.all([
    countPending(services, incidentKind),
    countPending(services, blindnessKind, quiet),
    countPending(services, degradedKind, quiet),
    countPending(services, unseenKind, quiet),
  ]);
  const ofOutages = rows.map(({ pending = {} }) => new Map(Object.entries(pending)));
  for (const { name: sink } of services.sinks)
    add(
      'notifications_pending',
      { sink },
      [...counts, ...ofOutages].reduce((total, each) => total + (each.get(sink) ?? 0), 0),
    );
}
