import type { AppFunction } from './app-settings.ts';
import type { BlobStore } from './blob-store.ts';
import type { Invoke, TriggerInput } from './invoke.ts';
import { type Listener, pause } from './listener.ts';
import { categories, describeError, type Log } from './log.ts';
import { acquireTimerLock, type HeldLock } from './timer-lock.ts';
import type { Schedule } from './timer-schedule.ts';
import { firstStatus, lockPath, readTimerStatus, statusAfterRun, statusAtStart, statusPath, type TimerStatus } from './timer-status.ts';

const LOCK_POLL_MS = 2_000;
// setTimeout overflows above 2^31 ms.
const LONGEST_WAIT_MS = 24 * 24 * 3600 * 1000;

export interface TimerListenerOptions {
  fn: AppFunction;
  schedule: Schedule;
  hostId: string;
  store: BlobStore;
  invoke: Invoke;
  log: Log;
}

/** True when the timer's status is recorded, so that a missed run is caught up. */
export function isMonitored(fn: AppFunction, schedule: Schedule, now: Date): boolean {
  return fn.trigger.useMonitor !== false && !schedule.isSubMinute(now);
}

/** What the function receives; the status is null where none is recorded. */
export function timerInput(status: TimerStatus | null, isPastDue: boolean): TriggerInput {
  return { data: { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: isPastDue }) } };
}

/**
 * Runs a function on its schedule, on one instance at a time. Resolves after the first try for the lock.
 * Runs never overlap: occurrences during a run are skipped, except one, which follows at once.
 */
export async function startTimerListener(options: TimerListenerOptions): Promise<Listener> {
  const { fn, hostId, store, log } = options;
  const stopping = new AbortController();
  const tryLock = (): Promise<HeldLock | undefined> =>
    acquireTimerLock(store, lockPath(hostId, fn.name)).catch((error: unknown) => {
      log('error', categories.timer, `no lock for the timer ${fn.name}: ${describeError(error)}`);
      return undefined;
    });
  const firstLock = await tryLock();
  let held = firstLock;

  const keepRunning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (held) {
        await runSchedule(options, AbortSignal.any([held.lost, stopping.signal])).catch((error: unknown) =>
          log('error', categories.timer, `the timer ${fn.name} starts over: ${describeError(error)}`),
        );
        await held.release();
        held = undefined;
      }
      await pause(LOCK_POLL_MS, stopping.signal);
      if (!stopping.signal.aborted) held = await tryLock();
    }
    await held?.release();
  };
  const running = keepRunning();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
    async abandon() {
      await held?.release();
    },
  };
}

async function runSchedule({ fn, schedule, hostId, store, invoke, log }: TimerListenerOptions, signal: AbortSignal): Promise<void> {
  const path = statusPath(hostId, fn.name);
  const monitored = isMonitored(fn, schedule, new Date());
  const record = async (): Promise<void> => {
    if (monitored) await store.write(path, JSON.stringify(status));
  };
  const run = async (cause: 'schedule' | 'pastDue' | 'startup'): Promise<void> => {
    const at = new Date();
    // Already logged, and no error stops a schedule.
    await invoke(fn, timerInput(monitored ? status : null, cause === 'pastDue')).catch(() => {});
    const planned = new Date(status.Next);
    // If the clock is slightly ahead of the timer, the same occurrence must not come twice.
    status = statusAfterRun(schedule, cause === 'schedule' && planned > at ? planned : at);
    await record().catch((error: unknown) =>
      log('error', categories.timer, `the status of the timer ${fn.name} was not recorded: ${describeError(error)}`),
    );
  };

  const now = new Date();
  const start = monitored
    ? statusAtStart(await readTimerStatus(store, path), schedule, now)
    : { status: firstStatus(schedule, now), isPastDue: false };
  let { status } = start;
  await record();
  if (start.isPastDue) await run('pastDue');
  else if (fn.trigger.runOnStartup) await run('startup');
  while (!signal.aborted) {
    const waitMs = Date.parse(status.Next) - Date.now();
    if (waitMs > 0) await pause(Math.min(waitMs, LONGEST_WAIT_MS), signal);
    else await run('schedule');
  }
}
