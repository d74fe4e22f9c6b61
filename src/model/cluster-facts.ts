import * as z from '../zod.ts';
import { hostNameSchema } from './name-schemas.ts';
import { reasonCode } from './reasons.ts';

/** What Azure says of a pool. */
const poolFacts = z.object({
  name: z.string(),
  /** How many nodes it is to have; absent if Azure does not say. */
  count: z.optional(z.number()),
  /** Whether its tag excludes it. */
  excluded: z.boolean(),
  /** Why its nodes are recorded, not probed. */
  recordOnly: z.optional(reasonCode),
  /** Whether Azure is upgrading or changing it. */
  changing: z.boolean(),
  /** Whether it is stopped, so that it has no machines, or deallocated ones. */
  stopped: z.boolean(),
});
export type PoolFacts = z.output<typeof poolFacts>;

/** What a sweep knows about a cluster. It is stored in the subscription's row of the sweep, so that no message carries a target. */
export const clusterFacts = z.object({
  cluster: z.string(),
  resourceGroup: z.string(),
  name: z.string(),
  region: z.string(),
  nodeResourceGroup: z.string(),
  version: z.string(),
  /** Host name of the API server; absent if it is private. */
  fqdn: hostNameSchema,
  /** `host:port` under which its nodes reach the API server, private or not. */
  endpoint: z.optional(z.string()),
  /** All names that Azure has for its API server, public and private. */
  serverNames: z.optional(z.array(z.string())),
  /** Whether its API server accepts only authorized addresses, which usually do not include the prober's. */
  restricted: z._default(z.boolean(), false),
  /** Whether Azure is upgrading or changing the cluster. */
  upgrading: z.boolean(),
  /** The value of the tag that says when it is in maintenance, see `readMaintenanceTag`. */
  maintenanceTag: z.catch(z.optional(z.string().check(z.maxLength(256))), undefined),
  pools: z._default(z.array(poolFacts), []),
  /** How many of its nodes a sweep may probe, if the pace of its region does not suffice for all. */
  quota: z.optional(z.number()),
  /** Milliseconds by which its first slice begins later than those of other regions of its subscription. */
  delayMs: z.optional(z.number()),
  /** Why the cluster is recorded but not probed. */
  recordOnly: z.optional(reasonCode),
  /** Whether Azure listed it in this sweep; otherwise these are facts from earlier sweeps. */
  listed: z._default(z.boolean(), true),
});
export type ClusterFacts = z.output<typeof clusterFacts>;

/** How many nodes of a cluster are to be probed according to its pools; 0 if unknown. */
export function poolNodesOf({ pools }: Pick<ClusterFacts, 'pools'>): number {
  return pools.filter(({ excluded }) => !excluded).reduce((total, { count = 0 }) => total + count, 0);
}

/** Nodes that a pool is to have and that no machine was found for. */
const shortfall = z.object({
  missing: z.number(),
  /** How many of them were missing in the sweep before too. Only these count: a machine that is just being made is in one source before it is in the other. */
  standing: z.number(),
  /** The sweep in which there was a difference first, and when that was. */
  sweep: z.string(),
  since: z.string(),
});
export type Shortfall = z.output<typeof shortfall>;

/** The shortfalls of a cluster, by the name of the pool. */
export const shortfalls = z.record(z.string(), shortfall);
export type Shortfalls = Readonly<z.output<typeof shortfalls>>;

/** How many nodes of each pool nobody sees, for two sweeps at least. */
export function gapsOf(shortfalls: Shortfalls): Record<string, number> {
  return Object.fromEntries(Object.entries(shortfalls).flatMap(([pool, { standing }]) => (standing > 0 ? [[pool, standing]] : [])));
}
