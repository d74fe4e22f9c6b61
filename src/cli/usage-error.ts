/** Something that the caller has to mend in the command line. */
export class UsageError extends Error {}

/** Tells of all mistakes of a command line at once. */
export function usageError(mistakes: readonly string[]): UsageError {
  const [one, ...others] = mistakes;
  if (others.length === 0) return new UsageError(`${one}; see --help`);
  return new UsageError(`${mistakes.length} mistakes; correct them, see --help:\n${mistakes.map((each) => `  ${each}`).join('\n')}`);
}
