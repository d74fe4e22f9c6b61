import { redact } from './redact.ts';

/** A stable code for programs that says why a request failed. */
export type ProblemType =
  | `bad-${string}`
  | 'unknown-parameter'
  | 'body-too-large'
  | 'not-json'
  | 'unknown-cluster'
  | 'unknown-node'
  | 'unknown-check'
  | 'unknown-incident'
  | 'unknown-outage'
  | 'no-sweep'
  | 'unknown-sweep'
  | 'out-of-scope'
  | 'excluded'
  | 'foreign-form'
  | 'old-form'
  | 'ambiguous-node'
  | 'maintained-by-tag'
  | 'other-request'
  | 'check-running'
  | 'too-many-checks'
  | 'too-many-searches'
  | 'too-many-sweeps'
  | 'search-too-long'
  | 'unreadable'
  | 'azure'
  | 'internal';

/** A request that cannot be served, with a message for the caller. */
export class Problem extends Error {
  override name = 'Problem';
  readonly type: ProblemType;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param detail - what was expected, what was received, and what to do next.
   * @param retryAfterSeconds - after how many seconds a retry may succeed.
   */
  constructor(type: ProblemType, detail: string, retryAfterSeconds?: number) {
    // It may quote what the caller sent.
    super(redact(detail));
    this.type = type;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
