import type { Services } from '../services.ts';
import { putStarted, type Started } from '../tables/poller-rows.ts';
import { releaseClaims } from './claim.ts';
import { effectDone } from './effect.ts';
import type { MessageOf } from './messages.ts';
import { type Bucket, pauseBucket } from './pace.ts';
import { flightId, isPlanned, putOff } from './slice-name.ts';
import { tallyNotProbed } from './tally-not-probed.ts';

/**
 * Has the rest of a throttled slice started once the bucket is open again, or tallies it where that would be too late,
 * and gives its claims back. Sent before released: a crash in between leaves claims that the rest's own collection settles.
 *
 * @param seconds - how long Azure throttles.
 * @param over - when the sweep may start nothing any more.
 */
export async function moveRest(
  services: Services,
  { sweep, cluster, slice }: MessageOf<'start-slice'>,
  moved: ReadonlyMap<string, Started>,
  bucket: Bucket,
  seconds: number,
  over: Date,
): Promise<void> {
  const open = new Date(services.now().getTime() + seconds * 1000);
  await pauseBucket(services, bucket, open);
  const id = flightId(sweep, cluster, slice);
  const rest = { sweep, cluster, slice: putOff(slice), nodes: [...moved.keys()] };
  // A confirmation that is throttled is dropped: the next sweep probes its nodes.
  if (open >= over) await tallyNotProbed(services, rest, 'Throttled');
  else if (isPlanned(slice)) await services.queue.send({ kind: 'start-slice', ...rest }, { delaySeconds: seconds });
  effectDone('start-slice:rest-sent');
  await releaseClaims(services, cluster, rest.nodes, id);
  effectDone('start-slice:rest-released');
  await putStarted(await services.tables.open('flights'), id, moved);
}
