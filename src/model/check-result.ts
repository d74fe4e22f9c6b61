import type { Verdict } from './verdict.ts';

/** What a check came to, as people are told of it. */
export interface CheckResult extends Pick<Verdict, 'verdict' | 'reason' | 'message' | 'latencyMs'> {
  /** Azure's whole answer, redacted. */
  response?: string;
  /** The sweep or check whose run gave the verdict, where it was not this check's own. */
  takenFrom?: string;
}
