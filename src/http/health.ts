import { z } from 'zod';
import type { Services } from '../services.ts';
import { listSweeps } from '../tables/sweep-list.ts';
import { components, time } from './components.ts';
import { staleAfterMs } from './fleet.ts';
import type { Reply } from './route.ts';

const LOOKED_AT = 50;

export const healthView = z
  .object({ status: z.enum(['ok', 'stale']), lastCompletedAt: time.nullable() })
  .describe('Whether sweeps complete; nothing of the fleet.')
  .register(components, { id: 'Health' });

/** `GET /api/health`: whether sweeps complete. Open to everybody, so it says nothing of the fleet. */
export async function showHealth(services: Services): Promise<Reply> {
  const { tables, now } = services;
  const sweeps = await listSweeps(tables, now(), LOOKED_AT);
  const completedAt = sweeps.find((line) => line.completedAt !== undefined)?.completedAt;
  const healthy = completedAt !== undefined && now().getTime() - Date.parse(completedAt) <= staleAfterMs(services);
  return { status: healthy ? 200 : 503, json: { status: healthy ? 'ok' : 'stale', lastCompletedAt: completedAt ?? null } };
}
