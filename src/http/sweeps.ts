import type { Services } from '../services.ts';
import { viewLatestSweep, viewSweepList } from '../views/sweeps.ts';
import type { Reply, RouteRequest } from './route.ts';

/** `GET /api/sweeps`: newest first. */
export async function showSweeps(services: Services, request: RouteRequest): Promise<Reply> {
  return { json: await viewSweepList(services, request) };
}

/** `GET /api/sweeps/latest` */
export async function showLatestSweep(services: Services): Promise<Reply> {
  return { json: await viewLatestSweep(services) };
}
