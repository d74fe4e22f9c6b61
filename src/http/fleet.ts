import type { Services } from '../services.ts';
import { readClusters } from '../views/clusters.ts';
import { viewFleet } from '../views/fleet.ts';
import type { Reply } from './route.ts';

/** `GET /api/fleet` */
export async function showFleet(services: Services): Promise<Reply> {
  return { json: await viewFleet(services, await readClusters(services)) };
}
