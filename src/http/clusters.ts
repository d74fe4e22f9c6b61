import { z } from 'zod';
import { parseClusterId } from '../fleet/resource-id.ts';
import type { Services } from '../services.ts';
import { type ListedCluster, readStandingCluster } from '../tables/cluster-list.ts';
import { components } from './components.ts';
import { type ClusterView, clusterView, placeOf, readClusters, staleAfterMs, viewCluster } from './fleet.ts';
import { comparePlaces, cutPage, pageOf, readPage } from './paging.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './route.ts';

/** A cluster's id in a route: percent-encoded, in any letter case. */
export const clusterParam = z
  .string()
  .transform((id) => id.toLowerCase())
  .refine(
    (id) => parseClusterId(id) !== undefined,
    'a cluster id "<subscription id>.<resource group>.<cluster name>" (GET /api/clusters lists them)',
  )
  .describe('`<subscription id>.<resource group>.<cluster name>`, percent-encoded, in any letter case.');

export const clusterPage = pageOf(clusterView).register(components, { id: 'ClusterPage' });

/** Shows clusters, failures first. */
export function sortClusters(services: Services, rows: readonly ListedCluster[]): ClusterView[] {
  const staleBefore = services.now().getTime() - staleAfterMs(services);
  return rows.map((row) => viewCluster(row, staleBefore)).sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
}

/** `GET /api/clusters` */
export async function showClusters(services: Services, request: RouteRequest): Promise<Reply> {
  const page = readPage(request, 'clusters', z.tuple([z.number(), z.number(), z.string()]));
  return { json: cutPage('clusters', sortClusters(services, await readClusters(services)), page, placeOf) };
}

/** The answer to whoever asks for a cluster that nobody knows. */
export function unknownCluster(id: string): HttpProblem {
  return new HttpProblem(404, 'unknown-cluster', `no cluster "${id}" is known; GET /api/clusters lists them`);
}

/** `GET /api/clusters/{cluster}` */
export async function showCluster(services: Services, { params }: RouteRequest): Promise<Reply> {
  const id = params.cluster!;
  const row = await readStandingCluster(await services.tables.open('clusters'), id);
  if (row === undefined) throw unknownCluster(id);
  return { json: viewCluster(row, services.now().getTime() - staleAfterMs(services)) };
}
