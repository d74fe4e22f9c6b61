import { z } from 'zod';
import type { Blindness } from '../history/blindness.ts';
import { count, optionalJson, reason } from './columns.ts';
import { standingRows } from './standing-rows.ts';

/** The rows of blindness, of clusters and of the prober itself (`PROBER`). */
export const blindRows = standingRows<Blindness>('blind', {
  after: optionalJson(z.object({ unknown: z.number(), planned: z.number() })),
  unknown: count,
  planned: count,
  reason,
});
