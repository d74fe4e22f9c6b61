import type { ReasonCode } from './reasons.ts';

/** Whether an API server that a node reached answers the requests of the node itself. */
export type Served = { ok: true } | { ok: false; reason: ReasonCode; message: string };

/** What a probe, or the lack of one, came to. */
export interface Verdict {
  verdict: 'reachable' | 'unreachable' | 'unknown';
  reason: ReasonCode;
  /** One line for people: the catalogue's sentence made concrete. */
  message: string;
  latencyMs?: number;
  /** `host:port` of the API server, as the node's kubeconfig names it. */
  endpoint?: string;
  /** Only of a reachable node; absent where it was not asked. */
  served?: Served;
}

/** From so many milliseconds on, a success is slow. */
export const SLOW_MS = 3_000;

/** A verdict that says nothing about the node. */
export const inconclusive = (reason: ReasonCode, message: string): Verdict => ({ verdict: 'unknown', reason, message });

/** What a sweep came to for a node: a verdict, or why it has none. */
export interface Outcome {
  verdict: Verdict['verdict'] | 'notProbed';
  reason: ReasonCode;
  /** Why its API server does not serve it, if it is reachable and not served. */
  notServed?: ReasonCode;
}

/** The outcome of a node that has a verdict. */
export function outcomeWith({ verdict, reason, served }: Pick<Verdict, 'verdict' | 'reason' | 'served'>): Outcome {
  return verdict === 'reachable' && served?.ok === false ? { verdict, reason, notServed: served.reason } : { verdict, reason };
}
