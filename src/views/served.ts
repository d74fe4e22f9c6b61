import { notServedGroup } from '../history/not-served.ts';
import type { Served } from '../model/verdict.ts';
import * as z from '../zod.ts';
import { components, reasonName, time } from './components.ts';

/** Whether a node is served, in an answer that has a verdict. */
export const servedView = z.described(
  z.nullable(z.boolean()),
  'Whether its API server serves it, that is answers the requests of the node itself; null if it was not reached, or not asked.',
);

/** Why a node is not served, in an answer that has a verdict. */
export const notServedView = z.described(
  z.nullable(z.object({ reason: reasonName, message: z.string() })),
  'Why its API server does not serve it; null unless `served` is false.',
);

/** Shows what a verdict says of being served. */
export function viewServed(served: Served | undefined): { served: boolean | null; notServed: z.output<typeof notServedView> } {
  if (served === undefined || served.ok) return { served: served?.ok ?? null, notServed: null };
  return { served: false, notServed: { reason: served.reason, message: served.message } };
}

/** Nodes of a cluster that reach their API server and are not served by it, for one reason. */
export const notServedGroupView = z.extend(notServedGroup, {
  reason: reasonName,
  names: z.described(z.array(z.string()), 'Up to 20 of them.'),
  since: z.described(time, 'Since when the first of them is not served.'),
});

/** The degradation of a cluster as the API shows it. */
export const degradedView = z
  .described(
    z.object({ since: time, reason: reasonName, notServed: z.number(), asked: z.number() }),
    'Since when a quorum of the nodes that reach the API server is not served by it, the main reason, and how many of those that asked.',
  )
  .register(components, { id: 'Degradation' });
