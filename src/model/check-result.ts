import type { Verdict } from './verdict.ts';

/** The result of a check, as callers get it. */
export interface CheckResult extends Pick<Verdict, 'verdict' | 'reason' | 'message' | 'latencyMs' | 'served'> {
  /** Azure's whole answer, redacted. */
  response?: string;
  /** The sweep or check whose run gave the verdict, if it was not this check's own run. */
  takenFrom?: string;
}
