import { renderClusterPage } from '../page/cluster-page.ts';
import { renderIncidentPage } from '../page/incident-page.ts';
import { renderNodePage } from '../page/node-page.ts';
import { renderStatusPage } from '../page/status-page.ts';
import type { Services } from '../services.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/status` */
export async function showStatusPage(services: Services, { key }: RouteRequest): Promise<Reply> {
  return { html: await renderStatusPage(services, { key }) };
}

/** `GET /api/status/clusters/{cluster}` */
export async function showClusterPage(services: Services, { params, query, key }: RouteRequest): Promise<Reply> {
  return { html: await renderClusterPage(services, { cluster: params.cluster!, query, key }) };
}

/** `GET /api/status/clusters/{cluster}/nodes/{node}` */
export async function showNodePage(services: Services, { params, key }: RouteRequest): Promise<Reply> {
  return { html: await renderNodePage(services, { cluster: params.cluster!, node: params.node!, key }) };
}

/** `GET /api/status/incidents/{incident}` */
export async function showIncidentPage(services: Services, { params, key }: RouteRequest): Promise<Reply> {
  return { html: await renderIncidentPage(services, { incident: params.incident!, key }) };
}
