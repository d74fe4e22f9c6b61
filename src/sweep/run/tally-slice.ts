import { toTally } from '../../model/ledger.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import { isPlanned } from '../../model/slice-name.ts';
import type { Outcome } from '../../model/verdict.ts';
import type { Services } from '../../services.ts';
import { insertTally } from '../../tables/plan-rows.ts';
import type { MessageOf } from '../queue/messages.ts';

type Slice = Pick<MessageOf<'start-slice'>, 'sweep' | 'cluster' | 'slice'>;

/**
 * Tallies a planned slice, once, and tells with it of the requests that this process has sent to Azure since the last one: that costs no write of its own.
 *
 * @returns whether it did; confirmations have no tally, as their nodes are counted already.
 */
export async function tallySlice(
  { tables, armRequests }: Services,
  { sweep, cluster, slice }: Slice,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<boolean> {
  if (!isPlanned(slice)) return false;
  const requests = armRequests.take();
  let told = false;
  try {
    told = await insertTally(tables, sweep, cluster, slice, toTally(outcomes), requests);
  } finally {
    if (!told) armRequests.putBack(requests);
  }
  return told;
}

/** Tallies the nodes of a slice with one outcome, none of which was asked. */
export async function tallyAll(
  services: Services,
  slice: Slice & { nodes: readonly string[] },
  verdict: 'notProbed' | 'unknown',
  reason: ReasonCode,
) {
  await tallySlice(services, slice, new Map(slice.nodes.map((node): [string, Outcome] => [node, { verdict, reason }])));
}
