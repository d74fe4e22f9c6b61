import { isRestError } from '@azure/core-rest-pipeline';
import { retryAfterSeconds } from '../azure/retry-after.ts';
import { runCheck } from '../check/run-check.ts';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { assessCluster } from './assess/assess-cluster.ts';
import { closeSweep } from './close/close-sweep.ts';
import { expandCluster } from './plan/expand-cluster.ts';
import { listClusters } from './plan/list-clusters.ts';
import { startSweep } from './plan/start-sweep.ts';
import { readMessage, type WorkMessage } from './queue/messages.ts';
import { latestDeadline } from './queue/origin.ts';
import { collectSlice } from './run/collect-slice.ts';
import { startSlice } from './run/start-slice.ts';

const NEWER_REQUEUE_SECONDS = 60;

function runStage(services: Services, message: WorkMessage): Promise<void> {
  switch (message.kind) {
    case 'start-sweep':
      return startSweep(services, message);
    case 'list-clusters':
      return listClusters(services, message);
    case 'expand-cluster':
      return expandCluster(services, message);
    case 'start-slice':
      return startSlice(services, message);
    case 'collect-slice':
      return collectSlice(services, message);
    case 'assess-cluster':
      return assessCluster(services, message);
    case 'close-sweep':
      return closeSweep(services, message);
    case 'check':
      return runCheck(services, message);
  }
}

/**
 * Handles one message of the work queue: validates it and runs its stage.
 *
 * A late message is dropped, and one of a newer version is requeued for a newer instance. After a 429 of Azure the message is requeued with that delay,
 * which does not count as a failure.
 *
 * @throws any error of the stage; the queue then delivers the message again, up to `maxDequeueCount` times.
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
  try {
    await runStage(services, read.message);
  } catch (error) {
    if (!isRestError(error) || error.statusCode !== 429) throw error;
    // Its deadline is unchanged: after an hour of throttling there must not be twelve sweeps to do.
    await services.queue.requeue(read.message, retryAfterSeconds(error));
  }
}
