import { z } from 'zod';
import { hostNameSchema } from './name-schemas.ts';
import { reasonCode } from './reasons.ts';

/** What a sweep knows of a cluster: kept in the subscription's row of the sweep, so that no message carries a target. */
export const clusterFacts = z.object({
  cluster: z.string(),
  resourceGroup: z.string(),
  name: z.string(),
  region: z.string(),
  nodeResourceGroup: z.string(),
  version: z.string(),
  /** Name of the API server, absent where it is private. */
  fqdn: hostNameSchema,
  /** `host:port` of its API server as its nodes know it, private or not. */
  endpoint: z.string().optional(),
  /** Whether it takes connections from authorized addresses alone, of which the prober's is none as a rule. */
  restricted: z.boolean().default(false),
  upgrading: z.boolean(),
  /** Pools taken out by their tag. */
  excludedPools: z.array(z.string()),
  /** How many nodes its pools are said to have; 0 where nobody says. */
  poolNodes: z.number().default(0),
  /** How many nodes a sweep may start, where its region has not enough for all. */
  quota: z.number().optional(),
  /** Why the cluster is only recorded and not probed. */
  recordOnly: reasonCode.optional(),
  /** Whether Azure told of it in this sweep; else it is what earlier sweeps knew. */
  listed: z.boolean().default(true),
});
export type ClusterFacts = z.output<typeof clusterFacts>;
