import { isWatched } from '../../inventory/scope.ts';
import { collectUntil, isOverdue } from '../../model/claim.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { endOf, lastStart } from '../../model/schedule.ts';
import { confirmationOf, isPlanned, isRecheck, runId, timesDeferred } from '../../model/slice-name.ts';
import type { Services } from '../../services.ts';
import { readNodes } from '../../tables/node-rows.ts';
import { markQueued, markStarted, readSliceHead, type SliceHead } from '../../tables/plan-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { acquireStartSlot } from './acquire-start-slot.ts';
import { claimNodes } from './claim.ts';
import { deferRest } from './defer-rest.ts';
import { pauseBucket } from './pace.ts';
import { postRuns } from './post-runs.ts';
import { lastRecheck } from './request-rechecks.ts';
import { saveStarts } from './save-starts.ts';
import { tallyAll } from './tally-slice.ts';

type StartSlice = MessageOf<'start-slice'>;

const REQUEUE_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 60;

/** Whether a confirmation must wait for a probe that is in progress. */
async function mustWait({ tables, now }: Services, { cluster, nodes, confirms }: StartSlice): Promise<boolean> {
  if (confirms === undefined) return false;
  const rows = await readNodes(tables, cluster, nodes);
  return [...rows.values()].some(({ claim }) => claim !== undefined && !isOverdue(claim, now()));
}

/** Queues the collection of a slice. */
async function sendCollection(
  { settings, queue, now }: Services,
  { sweep, cluster, slice, nodes }: StartSlice,
  { collectAfter = settings.FIRST_COLLECT_SECONDS }: SliceHead,
): Promise<void> {
  const deadline = collectUntil(settings, now());
  await queue.send({ kind: 'collect-slice', sweep, cluster, slice, nodes }, { delaySeconds: collectAfter, deadline });
}

/** Decides what to do with the message of a slice, before a start slot is acquired. Pure. */
export function decideSlice(head: SliceHead, holdsSlot: boolean, isInScope: boolean): 'drop' | 'collect' | 'excluded' | 'start' {
  if (head.tallied) return 'drop';
  // A second delivery of a message that already waits for its slot must not take another slot, nor find that none is left.
  if (head.queued && !holdsSlot) return 'drop';
  if (head.started) return 'collect';
  // A cluster that was excluded since the plan must not use up pace.
  return isInScope ? 'start' : 'excluded';
}

/** Seconds after which starts that could not be sent are tried again: longer each time. */
const retrySeconds = (first: number, times: number) => Math.min(LONGEST_RETRY_SECONDS, first * 2 ** times);

/** Stage 4: claims the free nodes of a slice, and starts the script on them at the pace that Azure allows. */
export async function startSlice(services: Services, message: StartSlice): Promise<void> {
  const { settings, tables, queue, now } = services;
  const { sweep, cluster, slice, nodes } = message;
  const head = await readSliceHead(tables, sweep, cluster, slice);
  if (head === undefined) throw new Error(`expected a plan of ${cluster} in sweep ${sweep} before its slice ${slice} starts, found none`);
  const decision = decideSlice(head, message.slot !== undefined, isWatched(settings, cluster));
  if (decision === 'drop') return;
  if (decision === 'collect') return sendCollection(services, message, head);
  if (decision === 'excluded') return tallyAll(services, message, 'notProbed', 'Excluded');
  if (await mustWait(services, message)) return queue.requeue(message, REQUEUE_SECONDS);

  const bucket = { subscriptionId: parseClusterId(cluster)!.subscriptionId, region: head.region };
  const over = endOf(settings, sweep);
  const lends = isRecheck(slice);
  const before = lends ? lastRecheck(settings, sweep, nodes.length) : over;
  const extra = message.confirms !== undefined && !lends;
  const start = await acquireStartSlot(services, bucket, { nodes: nodes.length, extra, lends, before }, message.slot);
  if (start.when === 'never') {
    // Another delivery of the same message may have taken the last slot just now.
    const since = await readSliceHead(tables, sweep, cluster, slice);
    const isCopy = since?.started || (since?.queued && message.slot === undefined);
    return isCopy ? undefined : tallyAll(services, message, 'notProbed', start.reason);
  }
  if (start.when === 'later') {
    const { v: _, deadline: __, tries: ___, ...work } = message;
    await queue.send({ ...work, slot: start.slot }, { delaySeconds: start.delaySeconds, deadline: lastStart(settings, sweep) });
    faultPoint('start-slice:slot-sent');
    if (!isPlanned(slice)) return;
    await markQueued(tables, sweep, cluster, slice, start.slot);
    return faultPoint('start-slice:queued');
  }

  const id = runId(sweep, cluster, slice);
  const claims = await claimNodes(services, message, id);
  if (claims.length > 0) faultPoint('start-slice:claims');
  if (isPlanned(slice)) await markStarted(tables, sweep, cluster, slice, now().toISOString());
  faultPoint('start-slice:started');
  await sendCollection(services, message, head);
  faultPoint('start-slice:collect-slice');

  // Somebody else's run takes about as long as the prober's, so it is waited for just as long.
  const busyFor = settings.FIRST_COLLECT_SECONDS;
  const again =
    (timesDeferred(slice) + 2) * busyFor <= settings.PROBE_DEADLINE_SECONDS && now().getTime() + busyFor * 1000 < over.getTime();
  const place = { ...bucket, nodeResourceGroup: head.nodeResourceGroup };
  const saver = saveStarts(tables, id);
  const retryIn = retrySeconds(busyFor, timesDeferred(slice));
  const mayRetry = now().getTime() + retryIn * 1000 < over.getTime();
  const until = { deferUntil: isPlanned(slice) && again ? over : undefined, retryUntil: isPlanned(slice) && mayRetry ? over : undefined };
  const posted = await postRuns(services, place, claims, until, saver.save);
  const { started, throttledFor, nodeThrottledFor, spareFor, unsent } = posted;
  if (claims.length > 0) faultPoint('start-slice:posts');
  const deferred = new Map([...started].filter(([, start]) => start.status === 'deferred'));
  // This comes first, so that other slices stop posting to a throttled region even if something fails below.
  await pauseBucket(services, bucket, Math.max(throttledFor ?? 0, spareFor));
  await saver.done();
  if (started.size > deferred.size) faultPoint('start-slice:pollers');
  const delay = throttledFor ?? Math.max(unsent ? retryIn : busyFor, nodeThrottledFor);
  if (deferred.size > 0) await deferRest(services, message, deferred, delay, over);
}

/** Queues a second probe of nodes that failed for the first time. */
export async function sendConfirmation(
  services: Services,
  sweep: string,
  cluster: string,
  slice: string,
  confirms: Record<string, string>,
): Promise<void> {
  const nodes = Object.keys(confirms);
  const named = confirmationOf(slice, Object.values(confirms));
  await services.queue.send({ kind: 'start-slice', sweep, cluster, slice: named, nodes, confirms }, { delaySeconds: REQUEUE_SECONDS });
}
