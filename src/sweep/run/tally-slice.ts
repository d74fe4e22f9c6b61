import { toTally } from '../../model/ledger.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import { isPlanned } from '../../model/slice-name.ts';
import type { Outcome } from '../../model/verdict.ts';
import type { Services } from '../../services.ts';
import { insertTally } from '../../tables/plan-rows.ts';
import type { MessageOf } from '../queue/messages.ts';

type Slice = Pick<MessageOf<'start-slice'>, 'sweep' | 'cluster' | 'slice'>;

/**
 * Tallies a planned slice, once. The tally also reports the requests that this process has sent to Azure since the last one, which saves a write.
 *
 * @returns whether this call wrote the tally; confirmations have none, since their nodes are counted already.
 */
export async function tallySlice(
  { tables, armRequests }: Services,
  { sweep, cluster, slice }: Slice,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<boolean> {
  if (!isPlanned(slice)) return false;
  const requests = armRequests.take();
  let written = false;
  try {
    written = await insertTally(tables, sweep, cluster, slice, toTally(outcomes), requests);
  } finally {
    if (!written) armRequests.putBack(requests);
  }
  return written;
}

/** Tallies all nodes of a slice with the same outcome, without probing them. */
export async function tallyAll(
  services: Services,
  slice: Slice & { nodes: readonly string[] },
  verdict: 'notProbed' | 'unknown',
  reason: ReasonCode,
) {
  await tallySlice(services, slice, new Map(slice.nodes.map((node): [string, Outcome] => [node, { verdict, reason }])));
}
