import type { Services } from '../services.ts';
import { startByHand } from '../sweep/plan/start-by-hand.ts';
import { viewLatestSweep, viewOneSweep, viewSweep, viewSweepList } from '../views/sweeps.ts';
import { callerOf } from './check-headers.ts';
import type { Reply, RouteRequest } from './route.ts';

const RETRY_AFTER_SECONDS = '15';

/** `GET /api/sweeps`: newest first. */
export async function showSweeps(services: Services, request: RouteRequest): Promise<Reply> {
  return { json: await viewSweepList(services, request) };
}

/** `GET /api/sweeps/latest` */
export async function showLatestSweep(services: Services): Promise<Reply> {
  return { json: await viewLatestSweep(services) };
}

/** `GET /api/sweeps/{sweep}` */
export async function showSweep(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: await viewOneSweep(services, params.sweep!) };
}

/** `POST /api/sweeps`: for the person on call, who does not want to wait for the next occurrence of the schedule. */
export async function createSweep(services: Services, request: RouteRequest): Promise<Reply> {
  const sweep = viewSweep(await startByHand(services, callerOf(request, services.settings)));
  const headers = { location: `/api/sweeps/${encodeURIComponent(sweep.id)}`, 'retry-after': RETRY_AFTER_SECONDS };
  return { status: 202, headers, json: sweep };
}
