import type { PoolFacts } from '../model/cluster-facts.ts';
import { poolOf } from './machine-facts.ts';

/** Names that AKS gives to a pool's scale set: `aks-<pool>-<number>-vmss`, and `aks<pool>` on Windows, whose names are short. */
const namesOf = (pool: string) => new RegExp(`^aks(-${pool}-[0-9a-z]+-vmss|${pool})$`, 'i');

/**
 * The pool of a scale set in the node resource group: by its tags, or if somebody removed these, by the name that AKS gave it and that one of
 * the cluster's pools has. Undefined if it belongs to no pool: nothing may be run there. Pure.
 *
 * @param pools - the pools of the cluster.
 */
export function poolOfScaleSet(
  { name = '', tags }: { name?: string; tags?: Record<string, string> },
  pools: readonly Pick<PoolFacts, 'name'>[],
): string | undefined {
  const tagged = poolOf(tags);
  if (tagged !== undefined) return tagged;
  const named = pools.filter((pool) => namesOf(pool.name).test(name));
  return named.length === 1 ? named[0]!.name : undefined;
}
