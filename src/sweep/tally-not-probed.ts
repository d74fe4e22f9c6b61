import type { Services } from '../services.ts';
import { insertTally } from '../tables/plan-rows.ts';
import { type Outcome, toTally } from './ledger.ts';
import type { MessageOf } from './messages.ts';
import { isPlanned } from './slice-name.ts';

/** Tallies nodes that the sweep has no time for. */
export async function tallyNotProbed(
  services: Services,
  { sweep, cluster, slice, nodes }: Pick<MessageOf<'start-slice'>, 'sweep' | 'cluster' | 'slice' | 'nodes'>,
  reason: 'Throttled' | 'OverBudget',
): Promise<void> {
  if (!isPlanned(slice)) return;
  const outcomes = new Map(nodes.map((node): [string, Outcome] => [node, { verdict: 'notProbed', reason }]));
  await insertTally(await services.tables.open('sweeps'), sweep, cluster, slice, toTally(outcomes));
}
