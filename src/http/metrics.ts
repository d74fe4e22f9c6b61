import type { Services } from '../services.ts';
import { readOpenIncidents } from '../tables/incident-rows.ts';
import { readTotals } from '../tables/total-rows.ts';
import { readClusters } from '../views/clusters.ts';
import { measureClusters } from './metrics/clusters.ts';
import { gatherFigures, METRICS_TYPE } from './metrics/figures.ts';
import { measureIncidents } from './metrics/incidents.ts';
import { measureBacklog } from './metrics/notifications.ts';
import { measureCauses, measurePace, measureProber } from './metrics/prober.ts';
import { measureLastSweep, measureTotals } from './metrics/sweeps.ts';
import type { Reply } from './route.ts';

/** `GET /api/metrics`: what is read grows with clusters, never with nodes or outages. */
export async function showMetrics(services: Services): Promise<Reply> {
  const figures = gatherFigures();
  const { tables } = services;
  const [clusters, incidents, totals] = await Promise.all([
    readClusters(services, 'measured'),
    readOpenIncidents(tables),
    readTotals(tables),
    measureLastSweep(services, figures),
    measurePace(services, figures),
    measureCauses(services, figures),
  ]);
  measureClusters(services, figures, clusters);
  measureIncidents(figures, incidents);
  measureTotals(figures, totals.sweeps);
  measureProber(figures, totals.errors);
  await measureBacklog(services, figures, clusters, incidents);
  return { text: { type: METRICS_TYPE, body: figures.text() } };
}
