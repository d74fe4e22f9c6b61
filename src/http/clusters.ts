import type { Services } from '../services.ts';
import { readCluster, viewCluster, viewClusterList } from '../views/clusters.ts';
import { staleBefore } from '../views/current-interval.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/clusters` */
export async function showClusters(services: Services, request: RouteRequest): Promise<Reply> {
  return { json: await viewClusterList(services, request) };
}

/** `GET /api/clusters/{cluster}` */
export async function showCluster(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: viewCluster(await readCluster(services, params.cluster!), staleBefore(services), services.now()) };
}
