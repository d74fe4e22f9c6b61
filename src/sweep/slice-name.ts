import { createHash } from 'node:crypto';

/**
 * Names one run of a slice: the id of its flights, the same on every delivery of its message.
 *
 * @param slice - the position in the plan; with `.r<n>` for what throttling put off the nth time, with `.c<hash>` for a confirmation.
 */
export function flightId(sweep: string, cluster: string, slice: string): string {
  return `${sweep}|${cluster}|${slice}`;
}

/** Whether a slice's outcomes belong to the ledger: confirmations and checks do not. */
export function isPlanned(slice: string): boolean {
  return /^\d+(\.r\d+)?$/.test(slice);
}

/** The slice of the nodes that throttling puts off. */
export function putOff(slice: string): string {
  const [planned, times = '0'] = slice.split('.r');
  return `${planned}.r${Number(times) + 1}`;
}

/**
 * The slice of the second probes of nodes that failed for the first time: one for each set of failures, so that two never share their flights.
 *
 * @param nonces - of the failures that are to be confirmed.
 */
export function confirmationOf(slice: string, nonces: readonly string[]): string {
  const hash = createHash('sha256')
    .update([...nonces].sort().join())
    .digest('hex')
    .slice(0, 8);
  return `${slice.split('.')[0]}.c${hash}`;
}
