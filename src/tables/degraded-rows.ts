import { counted } from '../history/degradation.ts';
import type { Degraded } from '../history/degraded-standing.ts';
import * as z from '../zod.ts';
import { count, json, optionalJson, reason, text } from './columns.ts';
import { standingRows } from './standing-rows.ts';

/** The rows of degraded clusters. */
export const degradedRows = standingRows<Degraded>('degraded', {
  reason,
  notServed: count,
  asked: count,
  names: json(z.array(z.string()), []),
  degradedSince: text,
  after: optionalJson(counted),
});
