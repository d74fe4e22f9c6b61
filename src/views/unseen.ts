import type { UnseenGroup } from '../history/unseen.ts';
import type { Shortfalls } from '../model/cluster-facts.ts';
import * as z from '../zod.ts';
import { reasonName, time } from './components.ts';

/** Nodes that nobody has seen for long, for one reason. */
export const unseenView = z.object({
  reason: reasonName,
  nodes: z.number(),
  pools: z.array(z.string()),
  names: z.described(z.array(z.string()), 'Up to 20 of them; nodes that no machine was found for have no names.'),
  since: z.described(time, 'Since when the first of them has had no verdict.'),
});

/** Nodes that a pool is to have, and that no machine was found for in two sweeps in a row. */
export const missingMachinesView = z.object({ pool: z.string(), nodes: z.number(), since: time });

/** Shows unseen nodes, the largest group first. */
export function viewUnseen(groups: readonly UnseenGroup[]): z.output<typeof unseenView>[] {
  return [...groups].sort((a, b) => b.nodes - a.nodes);
}

/** Shows the pools that have fewer machines than nodes. */
export function viewMissingMachines(shortfalls: Shortfalls): z.output<typeof missingMachinesView>[] {
  return Object.entries(shortfalls).flatMap(([pool, { standing, since }]) => (standing > 0 ? [{ pool, nodes: standing, since }] : []));
}
