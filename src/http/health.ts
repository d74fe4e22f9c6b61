import type { Services } from '../services.ts';
import { viewHealth } from '../views/health.ts';
import type { Reply } from './route.ts';

/** `GET /api/health`: whether sweeps complete. It needs no key, so it says nothing about the fleet. */
export async function showHealth(services: Services): Promise<Reply> {
  const health = await viewHealth(services);
  return { status: health.status === 'ok' ? 200 : 503, json: health };
}
