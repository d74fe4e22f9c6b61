import { isRestError } from '@azure/core-rest-pipeline';
import { isPassing } from '../azure/failure.ts';
import { retryAfterSeconds } from '../azure/retry-after.ts';
import { log } from '../log.ts';
import { redact } from '../model/redact.ts';
import type { Services } from '../services.ts';
import { readMessage, type WorkMessage } from './queue/messages.ts';
import { latestDeadline } from './queue/origin.ts';

const NEWER_REQUEUE_SECONDS = 60;
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 60;
/** A sweep whose subscriptions cannot be listed soon begins over those that are known, while it has most of its time. */
const START_TRIES = 3;
/** Before its deadline a message that still fails is delivered until it is given up: its work then has an outcome that says so. */
const GIVE_UP_SECONDS = 60;

/** Runs the stage of a message, which is loaded when its first message comes: an instance that has just started is billed for what it loads. */
async function runStage(services: Services, message: WorkMessage): Promise<void> {
  switch (message.kind) {
    case 'start-sweep':
      return (await import('./plan/start-sweep.ts')).startSweep(services, message);
    case 'list-clusters':
      return (await import('./plan/list-clusters.ts')).listClusters(services, message);
    case 'expand-cluster':
      return (await import('./plan/expand-cluster.ts')).expandCluster(services, message);
    case 'start-slice':
      return (await import('./run/start-slice.ts')).startSlice(services, message);
    case 'collect-slice':
      return (await import('./run/collect-slice.ts')).collectSlice(services, message);
    case 'assess-cluster':
      return (await import('./assess/assess-cluster.ts')).assessCluster(services, message);
    case 'close-sweep':
      return (await import('./close/close-sweep.ts')).closeSweep(services, message);
    case 'judge-incidents':
      return (await import('./incidents/judge-between.ts')).judgeIncidentsBetween(services, message);
    case 'check':
      return (await import('../check/run-check.ts')).runCheck(services, message);
    case 'diagnose':
      return (await import('../diagnose/diagnose-cluster.ts')).diagnoseCluster(services, message);
    case 'deliver-webhook':
      return (await import('../notify/webhooks/deliver-webhook.ts')).deliverWebhook(services, message);
  }
}

/**
 * Seconds after which a message is tried again whose stage failed for a reason that passes: longer each time. Pure.
 *
 * @returns undefined if the error does not pass by itself, or the deadline is so near that the message must be given up.
 */
export function retryAfter(
  error: unknown,
  { kind, tries = 0, deadline }: Pick<WorkMessage, 'kind' | 'tries' | 'deadline'>,
  now: Date,
): number | undefined {
  // Its deadline is unchanged: after an hour of throttling there must not be twelve sweeps to do.
  if (isRestError(error) && error.statusCode === 429) return retryAfterSeconds(error);
  if (!isPassing(error) || (kind === 'start-sweep' && tries >= START_TRIES)) return undefined;
  const seconds = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** tries);
  const last = Date.parse(deadline) - GIVE_UP_SECONDS * 1000;
  return now.getTime() + seconds * 1000 <= last ? seconds : undefined;
}

/** Does the work of a message, and requeues it if it failed for a reason that passes. */
async function runOrRetry(services: Services, message: WorkMessage): Promise<void> {
  try {
    await runStage(services, message);
  } catch (error) {
    const seconds = retryAfter(error, message, services.now());
    if (seconds === undefined) throw error;
    log.warn(`${message.kind} is tried again in ${seconds} s, since it failed for a reason that passes: ${redact(String(error), 300)}`);
    await services.queue.requeue({ ...message, tries: (message.tries ?? 0) + 1 }, seconds);
  }
}

/**
 * Handles one message of the work queue: validates it and runs its stage.
 *
 * A late message is dropped, and one of a newer version is requeued for a newer instance. After a failure that passes, such as throttling, a failed
 * sign-in or a busy storage account, the message is requeued with a delay, which does not count as a failure.
 *
 * @throws any other error of the stage; the queue then delivers the message again, up to `maxDequeueCount` times.
 */
export async function doWork(services: Services, raw: unknown): Promise<void> {
  const time = services.now();
  const read = readMessage(raw, time, latestDeadline(services.settings, time));
  if (read.status === 'late') {
    log.warn(`dropped a ${read.kind} message: its deadline was ${read.deadline}`);
    return;
  }
  if (read.status === 'newer') {
    log.warn(`requeued a message of version ${read.version}: this instance only knows older versions`);
    return services.queue.requeue(raw as WorkMessage, NEWER_REQUEUE_SECONDS);
  }
  await runOrRetry(services, read.message);
}
