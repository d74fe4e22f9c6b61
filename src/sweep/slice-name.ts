/**
 * Names one run of a slice: the id of its flights, the same on every delivery of its message.
 *
 * @param slice - the position in the plan, with `.r` for each time that the rest was put off and `.c` for a confirmation.
 */
export function flightId(sweep: string, cluster: string, slice: string): string {
  return `${sweep}|${cluster}|${slice}`;
}

/** Whether a slice's outcomes belong to the ledger: confirmations and checks do not. */
export function isPlanned(slice: string): boolean {
  return /^\d+(\.r)*$/.test(slice);
}

/** The slice of the nodes that throttling puts off. */
export function putOff(slice: string): string {
  return `${slice}.r`;
}

/** The slice of the second probes of nodes that failed for the first time. */
export function confirmationOf(slice: string): string {
  return `${slice}.c`;
}
