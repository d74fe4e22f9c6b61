import { STAND_IN_KEPT_MS } from '../../model/occurrences.ts';
import { formatSweepId, isOccurrence, lastStart, nextOccurrence, SKEW_MS } from '../../model/schedule.ts';
import type { Settings } from '../../settings.ts';
import { readSliceHead } from '../../tables/plan-rows.ts';
import { isRequested } from '../../tables/sweep-requests.ts';
import { hasBegun, readClusterFacts, readSubscriptions } from '../../tables/sweep-rows.ts';
import type { MessageOf, WorkMessage } from './messages.ts';
import type { QueueContext } from './work-queue.ts';

/** The time that deadlines add to the longest duration, see the queue, claims and checks. */
const GRACE_SECONDS = 300;

/** The latest deadline that a message of this program on the queue can have now. */
export function latestDeadline(settings: Settings, now: Date): Date {
  const { SWEEP_SCHEDULE, PROBE_DEADLINE_SECONDS, FLAP_WINDOW_MINUTES } = settings;
  const ofNextSweep = lastStart(settings, formatSweepId(nextOccurrence(SWEEP_SCHEDULE, now))).getTime();
  const longest = Math.max(PROBE_DEADLINE_SECONDS, FLAP_WINDOW_MINUTES * 60) + GRACE_SECONDS;
  return new Date(Math.max(ofNextSweep, now.getTime() + Math.max(longest * 1000, STAND_IN_KEPT_MS)) + SKEW_MS);
}

/** Whether a time that another instance wrote is past, allowing for clock skew. */
export function isPast(time: string, now: Date): boolean {
  return Date.parse(time) <= now.getTime() + SKEW_MS;
}

type Context = Omit<QueueContext, 'queue'>;

/** Why a message about a sweep is not valid; undefined if the sweep has begun or was requested, or is a recent occurrence of the schedule. */
export async function explainSweep({ settings, tables, now }: Context, sweep: string): Promise<string | undefined> {
  if (isOccurrence(settings, sweep, now()) || (await hasBegun(tables, sweep)) || (await isRequested(tables, sweep))) return undefined;
  return `expected a sweep that has begun or was requested, or is a recent occurrence of the schedule "${settings.SWEEP_SCHEDULE}", got ${sweep}: the message does not come from this program`;
}

/** Why a sweep cannot be started; undefined if it has begun, or may start now. */
export async function explainStart(services: Context, sweep: string): Promise<string | undefined> {
  const { settings, now } = services;
  const isOver = isOccurrence(settings, sweep, now()) && now() >= lastStart(settings, sweep);
  if (!isOver || (await hasBegun(services.tables, sweep))) return explainSweep(services, sweep);
  return `expected a sweep that may still start, got ${sweep}: the next one is due`;
}

async function explainSlice({ tables }: Context, { sweep, cluster, slice, kind }: MessageOf<'start-slice' | 'collect-slice'>) {
  const head = await readSliceHead(tables, sweep, cluster, slice);
  return head === undefined
    ? `expected a plan of ${cluster} in sweep ${sweep} before the ${kind} of its slice ${slice}, found none`
    : undefined;
}

/**
 * Why a message that failed each time must not be handled as given-up work: it does not belong to a sweep of this program. It may be forged, or come
 * from another fleet.
 */
export async function explainForeign(services: Context, message: WorkMessage): Promise<string | undefined> {
  const { tables } = services;
  switch (message.kind) {
    case 'start-sweep':
      return explainStart(services, message.sweep);
    case 'list-clusters': {
      const { sweep, subscription } = message;
      const isOne = (await readSubscriptions(tables, sweep)).includes(subscription);
      return isOne ? undefined : `expected a subscription of sweep ${sweep}, got ${subscription}`;
    }
    case 'expand-cluster': {
      const { sweep, cluster } = message;
      const facts = await readClusterFacts(tables, sweep, cluster);
      return facts === undefined ? `expected a cluster of sweep ${sweep}, got ${cluster}` : undefined;
    }
    case 'start-slice':
    case 'collect-slice':
      return explainSlice(services, message);
    case 'assess-cluster':
    case 'close-sweep':
    case 'judge-incidents':
    case 'check':
    case 'diagnose':
    case 'deliver-webhook':
      return undefined;
  }
}
