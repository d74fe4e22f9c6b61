/** A stable word for programs: what is wrong with a request, or in the way of it. */
export type ProblemType =
  | `bad-${string}`
  | 'unknown-parameter'
  | 'body-too-large'
  | 'not-json'
  | 'unknown-cluster'
  | 'unknown-node'
  | 'unknown-check'
  | 'no-sweep'
  | 'out-of-scope'
  | 'excluded'
  | 'ambiguous-node'
  | 'other-request'
  | 'check-running'
  | 'too-many-checks'
  | 'too-many-searches'
  | 'search-too-long'
  | 'unreadable'
  | 'azure'
  | 'internal';

/** Why a caller does not get what was asked for, in words that are meant for the caller. */
export class Problem extends Error {
  override name = 'Problem';
  readonly type: ProblemType;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param detail - what was expected, what came, and what to do next.
   * @param retryAfterSeconds - when it is worth asking again.
   */
  constructor(type: ProblemType, detail: string, retryAfterSeconds?: number) {
    super(detail);
    this.type = type;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
