import type { AppFunction, Environment } from './app-settings.ts';
import { openBlobStore } from './blob-store.ts';
import type { HostOptions } from './host-json.ts';
import { startHttpListener } from './http-listener.ts';
import type { Invoke, TriggerInput } from './invoke.ts';
import type { Listener } from './listener.ts';
import { categories, describeError, type Log } from './log.ts';
import type { OpenQueue } from './open-queue.ts';
import { queueInput } from './queue-input.ts';
import { startQueueListener } from './queue-listener.ts';
import { findStorage } from './storage-connection.ts';
import { isMonitored, startTimerListener, timerInput } from './timer-listener.ts';
import { parseSchedule } from './timer-schedule.ts';
import { HOSTS_CONTAINER, readTimerStatus, statusPath } from './timer-status.ts';

export interface ListenersOptions {
  functions: AppFunction[];
  env: Environment;
  host: HostOptions;
  hostId: string;
  port: number;
  openQueue: OpenQueue;
  invoke: Invoke;
  log: Log;
}

/**
 * Starts the listeners of all triggers: HTTP first, so that a port in use is found before any work is accepted.
 * @returns The listeners and the HTTP port.
 */
export async function startListeners(options: ListenersOptions): Promise<{ listeners: Listener[]; port: number }> {
  const { functions, env, host, hostId, invoke, log, openQueue } = options;
  const ofType = (type: string): AppFunction[] => functions.filter((fn) => fn.trigger.type === type);
  const timers = ofType('timerTrigger').map((fn) => ({ fn, schedule: parseTimer(fn) }));
  const store = timers.length > 0 ? await openBlobStore(findStorage(env, undefined), HOSTS_CONTAINER) : undefined;
  const prepare = async (fn: AppFunction, input: string | undefined): Promise<TriggerInput> => {
    const timer = timers.find((other) => other.fn === fn);
    if (!timer || !store) return queueInput(input ?? '', undefined);
    const status = isMonitored(fn, timer.schedule, new Date()) ? await readTimerStatus(store, statusPath(hostId, fn.name)) : undefined;
    return timerInput(status ?? null, false);
  };
  const runNow = (name: string, input: string | undefined): boolean => {
    const fn = functions.find((other) => other.name === name);
    if (!fn) return false;
    // Where the function runs, its failure is logged.
    prepare(fn, input).then(
      (prepared) => invoke(fn, prepared).catch(() => {}),
      (error: unknown) => log('error', categories.run(name), describeError(error)),
    );
    return true;
  };

  const http = await startHttpListener({ ...options, functions: ofType('httpTrigger'), routePrefix: host.routePrefix, runNow });
  const queues = ofType('queueTrigger').map((fn) => startQueueListener({ fn, openQueue, options: host.queues, invoke, log }));
  const schedules = timers.map(({ fn, schedule }) => startTimerListener({ fn, schedule, hostId, store: store!, invoke, log }));
  return { listeners: [http, ...queues, ...(await Promise.all(schedules))], port: http.port };
}

function parseTimer(fn: AppFunction): ReturnType<typeof parseSchedule> {
  try {
    return parseSchedule(fn.trigger.schedule ?? '');
  } catch (cause) {
    throw new Error(`Timer of function ${fn.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
