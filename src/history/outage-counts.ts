import * as z from '../zod.ts';
import { type Outage, outageId } from './outage.ts';

const begunAndArchived = z.object({ begun: z.number(), archived: z.number() });

/** How many outages of its nodes and of its own a cluster had so far, and how many of them are archived. */
export const outageCounts = z.object({ node: begunAndArchived, cluster: begunAndArchived });
export type OutageCounts = z.output<typeof outageCounts>;

const noOutages: OutageCounts = { node: { begun: 0, archived: 0 }, cluster: { begun: 0, archived: 0 } };

/**
 * Counts each outage once, when it is first seen: those that have begun are those that were archived before and those that are not. A count never falls,
 * even if a late result takes an outage away again. Pure.
 *
 * @param active - outages that were not archived before; one may be named twice.
 * @param archived - those of them that are archived with this count.
 */
export function countOutages(
  before: OutageCounts | undefined,
  active: readonly Pick<Outage, 'cluster' | 'node' | 'start'>[],
  archived: readonly Pick<Outage, 'node'>[],
): OutageCounts {
  const distinct = [...new Map(active.map((outage) => [outageId(outage), outage])).values()];
  const count = (subject: keyof OutageCounts) => {
    const isOf = ({ node }: Pick<Outage, 'node'>) => (node === undefined) === (subject === 'cluster');
    const { begun, archived: known } = (before ?? noOutages)[subject];
    return { begun: Math.max(begun, known + distinct.filter(isOf).length), archived: known + archived.filter(isOf).length };
  };
  return { node: count('node'), cluster: count('cluster') };
}
