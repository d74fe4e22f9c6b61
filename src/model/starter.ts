import * as z from '../zod.ts';

/**
 * What may start a sweep: the timer as a rule; the close-sweep of the sweep before, or an HTTP request that finds no sweep, where the timer does not;
 * a person, whenever one asks for it.
 */
export const starter = z.enum(['timer', 'close-sweep', 'request', 'person']);
export type Starter = z.output<typeof starter>;

/** A starter that stands in for the timer. */
export type StandIn = Extract<Starter, 'close-sweep' | 'request'>;

/** Whether a starter only stands in for the timer, and so leaves to it whatever it has asked for. */
export const isStandIn = (by: Starter): by is StandIn => by === 'close-sweep' || by === 'request';

/** What is known of the start of a sweep. */
export interface KnownStart {
  /** Who asked for it. */
  requested: ReadonlySet<Starter>;
  /** Who began it; absent as long as nobody has. */
  begunBy?: Starter;
}

/**
 * Whether a start is left to another starter, so that a sweep is begun, and its subscriptions are listed, once. A message of the starter that has begun
 * the sweep goes on: its process may have died. A stand-in never does: what is missing of a begun sweep, close-sweep sends again. Pure.
 */
export function mustYield(by: Starter, { requested, begunBy }: KnownStart): boolean {
  if (begunBy !== undefined) return isStandIn(by) || begunBy !== by;
  return isStandIn(by) && requested.has('timer');
}

/** Whose start is sent again where a sweep was asked for and has not begun. Without any trace it is the timer's, which leaves its own last. Pure. */
export function starterOf(requested: ReadonlySet<Starter>): Starter {
  return (['timer', 'person', 'close-sweep', 'request'] as const).find((each) => requested.has(each)) ?? 'timer';
}

/** An earlier sweep, by what tells whether the timer works. */
interface Begun {
  sweep: string;
  starter: Starter;
  /** Of one that a stand-in began: the first sweep that the timer did not start. */
  timerMissedSince?: string;
}

/**
 * Since when the timer has not started sweeps, as of one that a stand-in begins. Pure.
 *
 * @param earlier - newest first. Those that a person started say nothing of the timer.
 * @param next - the occurrence of the schedule after a sweep.
 * @returns the first sweep that it did not start.
 */
export function timerMissedSince(sweep: string, earlier: readonly Begun[], next: (sweep: string) => string): string {
  const last = earlier.find((each) => each.sweep < sweep && each.starter !== 'person');
  if (last === undefined) return sweep;
  const since = isStandIn(last.starter) ? (last.timerMissedSince ?? last.sweep) : next(last.sweep);
  return since < sweep ? since : sweep;
}
