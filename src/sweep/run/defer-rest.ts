import { lastStart } from '../../model/schedule.ts';
import { deferredSlice, isPlanned, runId } from '../../model/slice-name.ts';
import type { Started } from '../../model/start.ts';
import type { Services } from '../../services.ts';
import { putStarted } from '../../tables/start-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { releaseClaims } from './claim.ts';
import { tallyAll } from './tally-slice.ts';

/**
 * Defers the rest of a slice until Azure no longer throttles or its nodes may be free, or tallies it if that would be too late,
 * and releases its claims. The message is sent first: after a crash in between, the collection of the rest ends the claims.
 *
 * @param seconds - the delay.
 * @param over - the time from which the sweep may start nothing any more.
 */
export async function deferRest(
  services: Services,
  { sweep, cluster, slice }: MessageOf<'start-slice'>,
  deferred: ReadonlyMap<string, Started>,
  seconds: number,
  over: Date,
): Promise<void> {
  const open = new Date(services.now().getTime() + seconds * 1000);
  const id = runId(sweep, cluster, slice);
  const rest = { sweep, cluster, slice: deferredSlice(slice), nodes: [...deferred.keys()] };
  // A confirmation that is throttled is dropped: the next sweep probes its nodes.
  if (open >= over) await tallyAll(services, rest, 'notProbed', 'Throttled');
  else if (isPlanned(slice))
    await services.queue.send({ kind: 'start-slice', ...rest }, { delaySeconds: seconds, deadline: lastStart(services.settings, sweep) });
  faultPoint('start-slice:rest-sent');
  await releaseClaims(services, cluster, new Map(rest.nodes.map((node) => [node, id])));
  faultPoint('start-slice:rest-released');
  await putStarted(services.tables, id, deferred);
}
