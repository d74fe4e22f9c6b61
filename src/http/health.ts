import { STALE_AFTER_INTERVALS } from '../history/roll-up.ts';
import type { Services } from '../services.ts';
import { intervalAt } from '../sweep/schedule.ts';
import { listSweeps } from '../tables/sweep-rows.ts';
import type { Reply } from './routes.ts';

const LOOKED_AT = 50;

/** `GET /api/health`: whether sweeps complete. Open to everybody, so it says nothing of the fleet. */
export async function showHealth({ settings, tables, now }: Services): Promise<Reply> {
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now());
  const sweeps = await listSweeps(tables, now(), LOOKED_AT);
  const completedAt = sweeps.find((line) => line.completedAt !== undefined)?.completedAt;
  const healthy = completedAt !== undefined && now().getTime() - Date.parse(completedAt) <= STALE_AFTER_INTERVALS * interval;
  return { status: healthy ? 200 : 503, json: { status: healthy ? 'ok' : 'stale', lastCompletedAt: completedAt ?? null } };
}
