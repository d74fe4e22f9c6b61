import type { Services } from '../services.ts';
import type { ReachableStatus } from '../tables/node-pages.ts';
import { unknownCluster } from '../views/clusters.ts';
import { viewNodeDetail } from '../views/node-detail.ts';
import { nodePlace, viewNodeList } from '../views/node-list.ts';
import { readPage } from '../views/paging.ts';
import { viewResultList } from '../views/results.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/clusters/{cluster}/nodes`, `?reachable=True|False|Unknown` */
export async function showNodes(services: Services, request: RouteRequest): Promise<Reply> {
  const cluster = request.params.cluster!;
  const reachable = (request.query.get('reachable') ?? undefined) as ReachableStatus | undefined;
  const list = await viewNodeList(services, cluster, { ...readPage(request, 'nodes', nodePlace), reachable });
  if (list === undefined) throw unknownCluster(cluster);
  return { json: list };
}

/** `GET /api/clusters/{cluster}/nodes/{node}` */
export async function showNode(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: await viewNodeDetail(services, params.cluster!, params.node!) };
}

/** `GET /api/clusters/{cluster}/nodes/{node}/results?since=` */
export async function showResults(services: Services, request: RouteRequest): Promise<Reply> {
  const { cluster, node } = request.params as { cluster: string; node: string };
  return { json: await viewResultList(services, { cluster, node, since: request.query.get('since') }, request) };
}
