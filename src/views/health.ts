import type { Services } from '../services.ts';
import { lastCompletedAt } from '../tables/sweep-list.ts';
import * as z from '../zod.ts';
import { components, time } from './components.ts';
import { staleBefore } from './current-interval.ts';

export const healthView = z
  .described(
    z.object({ status: z.enum(['ok', 'stale']), lastCompletedAt: z.nullable(time) }),
    'Whether sweeps complete; nothing about the fleet.',
  )
  .register(components, { id: 'Health' });

/** Shows whether sweeps complete. */
export async function viewHealth(services: Services): Promise<z.output<typeof healthView>> {
  const completedAt = await lastCompletedAt(services.tables, services.now());
  const healthy = completedAt !== undefined && Date.parse(completedAt) >= staleBefore(services);
  return { status: healthy ? 'ok' : 'stale', lastCompletedAt: completedAt ?? null };
}
