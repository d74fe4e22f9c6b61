import { z } from 'zod';
import type { Services } from '../services.ts';
import { lastCompletedAt } from '../tables/sweep-list.ts';
import { components, time } from '../views/components.ts';
import { staleBefore } from '../views/current-interval.ts';
import type { Reply } from './route.ts';

export const healthView = z
  .object({ status: z.enum(['ok', 'stale']), lastCompletedAt: time.nullable() })
  .describe('Whether sweeps complete; nothing of the fleet.')
  .register(components, { id: 'Health' });

/** `GET /api/health`: whether sweeps complete. Open to everybody, so it says nothing of the fleet. */
export async function showHealth(services: Services): Promise<Reply> {
  const completedAt = await lastCompletedAt(services.tables, services.now());
  const healthy = completedAt !== undefined && Date.parse(completedAt) >= staleBefore(services);
  return { status: healthy ? 200 : 503, json: { status: healthy ? 'ok' : 'stale', lastCompletedAt: completedAt ?? null } };
}
