import type { Verdict } from './verdict.ts';

/** How the start of one run went: a poller, an answer that ended it at once, or the node was deferred to a later slice. */
export type Started = { nonce: string } & (
  | { status: 'polling'; poller: string }
  | { status: 'ended'; verdict: Verdict }
  | { status: 'deferred' }
);
