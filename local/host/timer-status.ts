import { type BlobStore, openBlobStore } from './blob-store.ts';
import { parseSchedule, type Schedule } from './timer-schedule.ts';

/** The container in which hosts coordinate, in the account of `AzureWebJobsStorage`. */
export const HOSTS_CONTAINER = 'azure-webjobs-hosts';

/** What is stored about a timer between two runs of the host; ISO 8601, UTC. */
export interface TimerStatus {
  Last: string;
  Next: string;
  LastUpdated: string;
}

/** .NET's DateTime.MinValue: never. */
const NEVER = '0001-01-01T00:00:00';

/** Path of a timer's status blob. */
export function statusPath(hostId: string, timerName: string): string {
  return `timers/${hostId}/Host.Functions.${timerName}/status`;
}

/** Path of the blob whose lease makes a timer run on one instance. */
export function lockPath(hostId: string, timerName: string): string {
  return `locks/${hostId}/Host.Functions.${timerName}.Listener`;
}

/** The recorded status; undefined when there is none or it cannot be read. */
export async function readTimerStatus(store: BlobStore, path: string): Promise<TimerStatus | undefined> {
  const text = await store.read(path);
  try {
    const { Last, Next, LastUpdated } = JSON.parse(text ?? '');
    return Number.isNaN(Date.parse(Next)) ? undefined : { Last, Next, LastUpdated };
  } catch {
    return undefined;
  }
}

/** The status of a timer that has not run yet. */
export function firstStatus(schedule: Schedule, now: Date): TimerStatus {
  return { Last: NEVER, Next: schedule.next(now).toISOString(), LastUpdated: now.toISOString() };
}

/** The status after a run that began at the time given. */
export function statusAfterRun(schedule: Schedule, at: Date): TimerStatus {
  return { Last: at.toISOString(), Next: schedule.next(at).toISOString(), LastUpdated: at.toISOString() };
}

/**
 * The status with which a listener starts now: the recorded one, updated when the schedule has changed since.
 * A changed schedule is never past due.
 * @see https://github.com/Azure/azure-webjobs-sdk-extensions ScheduleMonitor.cs CheckPastDueAsync
 */
export function statusAtStart(
  recorded: TimerStatus | undefined,
  schedule: Schedule,
  now: Date,
): { status: TimerStatus; isPastDue: boolean } {
  if (!recorded) return { status: firstStatus(schedule, now), isPastDue: false };
  const basis = [recorded.Last, recorded.LastUpdated].map((time) => new Date(time)).find((time) => time.getTime() > 0) ?? now;
  const expected = schedule.next(basis);
  if (expected.getTime() === Date.parse(recorded.Next)) return { status: recorded, isPastDue: now > expected };
  const next = now > expected ? schedule.next(now) : expected;
  const updated = now > expected ? now : basis;
  return { status: { Last: NEVER, Next: next.toISOString(), LastUpdated: updated.toISOString() }, isPastDue: false };
}

/**
 * Writes a status with a missed occurrence, so that the timer runs once, past due, as soon as a host starts.
 * Has no effect on schedules more frequent than once a minute: neither this host nor Azure keeps a status for them.
 * @param connectionString - That of the account in `AzureWebJobsStorage`.
 * @param hostId - As in `AzureFunctionsWebHost__hostid`.
 * @param timerName - The function's name.
 * @param expression - The resolved NCRONTAB schedule; with another one the host would see a changed schedule, not a missed run.
 */
export async function seedPastDue(connectionString: string, hostId: string, timerName: string, expression: string): Promise<void> {
  const schedule = parseSchedule(expression);
  const missed = schedule.previous(new Date());
  const status = statusAfterRun(schedule, schedule.previous(missed));
  const store = await openBlobStore({ connectionString }, HOSTS_CONTAINER);
  await store.write(statusPath(hostId, timerName), JSON.stringify(status));
}
