import type { ProbeResult, ServedState } from '../model/node-state.ts';

/**
 * What is known of being served after a result. Pure. A verdict `unknown` changes nothing, as it says nothing of the node; after one that is
 * unreachable, or that did not ask, nothing is known.
 */
export function foldServed(
  before: ServedState | undefined,
  { verdict, served, at }: Pick<ProbeResult, 'verdict' | 'served' | 'at'>,
): ServedState | undefined {
  if (verdict === 'unknown') return before;
  if (verdict === 'unreachable' || served === undefined) return undefined;
  return before?.ok === served.ok ? { ...served, since: before.since, times: before.times + 1 } : { ...served, since: at, times: 1 };
}
