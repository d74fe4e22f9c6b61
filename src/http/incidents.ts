import type { Services } from '../services.ts';
import { viewIncidentList, viewOneIncident } from '../views/incidents.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/incidents?state=open|all` */
export async function showIncidents(services: Services, request: RouteRequest): Promise<Reply> {
  return { json: await viewIncidentList(services, request.query.get('state') === 'all' ? 'all' : 'open', request) };
}

/** `GET /api/incidents/{incident}` */
export async function showIncident(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: await viewOneIncident(services, params.incident!) };
}
