import { z } from 'zod';
import { hostNameSchema } from './name-schemas.ts';
import { reasonCode } from './reasons.ts';

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
  endpoint: z.string().optional(),
  /** Whether its API server accepts only authorized addresses, which usually do not include the prober's. */
  restricted: z.boolean().default(false),
  upgrading: z.boolean(),
  /** The value of the tag that says when it is in maintenance, see `readMaintenanceTag`. */
  maintenanceTag: z.string().max(256).optional().catch(undefined),
  /** Pools that are excluded by their tag. */
  excludedPools: z.array(z.string()),
  /** How many nodes its pools have according to Azure; 0 if unknown. */
  poolNodes: z.number().default(0),
  /** How many of its nodes a sweep may probe, if the pace of its region does not suffice for all. */
  quota: z.number().optional(),
  /** Why the cluster is recorded but not probed. */
  recordOnly: reasonCode.optional(),
  /** Whether Azure listed it in this sweep; otherwise these are facts from earlier sweeps. */
  listed: z.boolean().default(true),
});
export type ClusterFacts = z.output<typeof clusterFacts>;
