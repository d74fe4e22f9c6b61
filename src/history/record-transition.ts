import type { NodeLog } from './log.ts';
import type { Transition } from './node-history.ts';
import { openSince } from './node-state.ts';
import type { Outage } from './outage.ts';
import { addEvidence, withdrawEpisode, writeEpisode } from './outage.ts';

/** Starts of the outages that a transition touches: their records are to be read, changed and written. Pure. */
export function touchedOutages({ withdrawn, changed, state, worthAssessing }: Transition): string[] {
  const starts = new Set([...withdrawn, ...changed].map(({ outage }) => outage));
  const open = openSince(state);
  // An outage that goes on for another reason is worth a line of evidence.
  if (open !== undefined && worthAssessing) starts.add(open);
  return [...starts];
}

/**
 * Writes a transition into the record of one outage: its episodes, in order, or their withdrawal, and what its node said. Pure.
 *
 * @param before - the record as it stands; undefined where there is none yet.
 * @param start - of the outage, by which it is known.
 * @returns the record: the same object where nothing changed, undefined where nothing is left of it.
 */
export function recordTransition(
  before: Outage | undefined,
  start: string,
  { withdrawn, changed }: Transition,
  subject: Pick<Outage, 'cluster' | 'node' | 'resourceId' | 'os'>,
  log: NodeLog,
  now: string,
): Outage | undefined {
  let outage = before;
  for (const { episode } of withdrawn.filter((each) => each.outage === start).reverse())
    outage = outage && withdrawEpisode(outage, episode);
  for (const episode of changed.filter((each) => each.outage === start)) outage = writeEpisode(outage, subject, episode, log, now);
  return outage !== undefined && outage.end === undefined ? addEvidence(outage, log) : outage;
}
