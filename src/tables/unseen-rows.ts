import type { Unseen } from '../history/unseen-standing.ts';
import * as z from '../zod.ts';
import { count, json, reason, text } from './columns.ts';
import { standingRows } from './standing-rows.ts';

const names = z.array(z.string());

/** The rows of unseen nodes, one for each cluster and reason. */
export const unseenRows = standingRows<Unseen>('unseen', {
  cluster: text,
  reason,
  nodes: count,
  pools: json(names, []),
  names: json(names, []),
  unseenSince: text,
});
