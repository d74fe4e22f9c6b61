import { z } from 'zod';
import { clusterIdSchema } from '../model/name-schemas.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { type ListedCluster, readStandingCluster } from '../tables/cluster-list.ts';
import { components } from '../views/components.ts';
import { staleBefore } from '../views/current-interval.ts';
import { type ClusterView, clusterView, placeOf, readClusters, viewCluster } from '../views/fleet.ts';
import { comparePlaces, cutPage, pageOf, readPage } from './paging.ts';
import type { Reply, RouteRequest } from './route.ts';

/** A cluster's id in a route: percent-encoded, in any letter case. */
export const clusterParam = clusterIdSchema(
  'a cluster id "<subscription id>.<resource group>.<cluster name>" (GET /api/clusters lists them)',
).describe('`<subscription id>.<resource group>.<cluster name>`, percent-encoded, in any letter case.');

export const clusterPage = pageOf(clusterView).register(components, { id: 'ClusterPage' });

/** By the worst that is in a cluster, by how many, by its id. */
const place = z.tuple([z.number(), z.number(), clusterIdSchema('a cluster id')]);

/** Shows clusters, failures first. */
export function sortClusters(services: Services, rows: readonly ListedCluster[]): ClusterView[] {
  const before = staleBefore(services);
  return rows.map((row) => viewCluster(row, before)).sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
}

/** `GET /api/clusters` */
export async function showClusters(services: Services, request: RouteRequest): Promise<Reply> {
  const page = readPage(request, 'clusters', place);
  return { json: cutPage('clusters', sortClusters(services, await readClusters(services)), page, placeOf) };
}

/** The answer to whoever asks for a cluster that nobody knows. */
export function unknownCluster(id: string): Problem {
  return new Problem('unknown-cluster', `no cluster "${id}" is known; GET /api/clusters lists them`);
}

/** `GET /api/clusters/{cluster}` */
export async function showCluster(services: Services, { params }: RouteRequest): Promise<Reply> {
  const id = params.cluster!;
  const row = await readStandingCluster(services.tables, id);
  if (row === undefined) throw unknownCluster(id);
  return { json: viewCluster(row, staleBefore(services)) };
}
