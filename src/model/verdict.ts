import type { ReasonCode } from './reasons.ts';

/** What a probe, or the lack of one, came to. */
export interface Verdict {
  verdict: 'reachable' | 'unreachable' | 'unknown';
  reason: ReasonCode;
  /** One line for people: the catalogue's sentence made concrete. */
  message: string;
  latencyMs?: number;
  /** `host:port` of the API server, as the node's kubeconfig names it. */
  endpoint?: string;
}

/** A verdict that says nothing about the node. */
export const inconclusive = (reason: ReasonCode, message: string): Verdict => ({ verdict: 'unknown', reason, message });

/** What a sweep came to for a node: a verdict, or why it has none. */
export interface Outcome {
  verdict: Verdict['verdict'] | 'notProbed';
  reason: ReasonCode;
}
