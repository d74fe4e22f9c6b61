import { createHash } from 'node:crypto';

/**
 * The id of one run of a slice, which its probes share. It is the same on every delivery of the message.
 *
 * @param slice - the position in the plan; with `.s<n>_<hash>` for what is started again after its
 *   nth start was lost, with `.r<n>` for what was deferred the nth time, with `.c<hash>` for a confirmation, with `.w<hash>` for a recheck.
 */
export function runId(sweep: string, cluster: string, slice: string): string {
  return `${sweep}|${cluster}|${slice}`;
}

/** The slice of a check: one node, and no tally. */
export const CHECK_SLICE = 'check';

/** Whether a slice's outcomes belong to the ledger: confirmations, rechecks and checks do not. */
export function isPlanned(slice: string): boolean {
  return /^\d+(\.s\d_[0-9a-f]{8})?(\.r\d+)?$/.test(slice);
}

/** How often the nodes of a slice were deferred, by throttling or by somebody else's runs. */
export function timesDeferred(slice: string): number {
  return Number(slice.split('.r')[1] ?? 0);
}

/** The slice of the nodes that are deferred once more. */
export function deferredSlice(slice: string): string {
  return `${slice.split('.r')[0]}.r${timesDeferred(slice) + 1}`;
}

const hashOf = (nonces: readonly string[]) =>
  createHash('sha256')
    .update([...nonces].sort().join())
    .digest('hex')
    .slice(0, 8);

/** How often the nodes of a slice were started again, since nobody knew what had become of their start. */
export function timesStartedAgain(slice: string): number {
  return Number(/\.s(\d)_/.exec(slice)?.[1] ?? 0);
}

/**
 * The slice of nodes that are started again: one for each set of lost starts, however often they are found to be lost.
 *
 * @param nonces - of the claims whose start was lost.
 */
export function startedAgain(slice: string, nonces: readonly string[]): string {
  return `${blockOf(slice)}.s${timesStartedAgain(slice) + 1}_${hashOf(nonces)}`;
}

/** The slice of the plan that a slice is a part of. */
export const blockOf = (slice: string) => slice.split('.')[0]!;

/**
 * The slice of the second probes of nodes that failed for the first time: one for each set of failures, so that two never share their probes.
 *
 * @param nonces - of the failures that are to be confirmed.
 */
export function confirmationOf(slice: string, nonces: readonly string[]): string {
  return `${blockOf(slice)}.c${hashOf(nonces)}`;
}

/**
 * The slice of nodes in trouble that are probed again between two sweeps: one for each set of results, so that a copy of a message makes no second one.
 *
 * @param nonces - of the results after which they are probed again.
 */
export function recheckOf(slice: string, nonces: readonly string[]): string {
  return `${blockOf(slice)}.w${hashOf(nonces)}`;
}

/** Whether a slice is a recheck. */
export const isRecheck = (slice: string) => slice.includes('.w');
