/** A mistake in the command line. */
export class UsageError extends Error {}

/** Creates an error that lists all mistakes of a command line. */
export function usageError(mistakes: readonly string[]): UsageError {
  const [one, ...others] = mistakes;
  if (others.length === 0) return new UsageError(`${one}; see --help`);
  return new UsageError(`${mistakes.length} mistakes; correct them, see --help:\n${mistakes.map((each) => `  ${each}`).join('\n')}`);
}
