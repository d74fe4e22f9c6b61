import type { Services } from '../services.ts';
import { releaseClaims } from './claim.ts';
import type { MessageOf } from './messages.ts';
import { type Bucket, pauseBucket } from './pace.ts';
import { flightId, putOff } from './slice-name.ts';

/** Gives the claims of put-off nodes back, and has the rest of the slice started once the bucket is open again. */
export async function moveRest(
  services: Services,
  message: MessageOf<'start-slice'>,
  moved: readonly string[],
  bucket: Bucket,
  seconds: number,
): Promise<void> {
  const { sweep, cluster, slice } = message;
  await pauseBucket(services, bucket, new Date(services.now().getTime() + seconds * 1000));
  await releaseClaims(services, cluster, moved, flightId(sweep, cluster, slice));
  await services.queue.send({ kind: 'start-slice', sweep, cluster, slice: putOff(slice), nodes: [...moved] }, { delaySeconds: seconds });
}
