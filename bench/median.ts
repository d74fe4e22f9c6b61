/** The value in the middle; of an even number, the upper one; NaN of none. Pure. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
