import type { Services } from '../services.ts';
import { viewOutageList } from '../views/outage-list.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/outages?state=open|all&cluster=` */
export async function showOutages(services: Services, request: RouteRequest): Promise<Reply> {
  const which = request.query.get('state') === 'all' ? 'all' : 'open';
  return { json: await viewOutageList(services, { which, cluster: request.query.get('cluster') }, request) };
}
