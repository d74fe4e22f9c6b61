import type { ReasonCode } from './reasons.ts';

/** How the nodes of a cluster or pool are treated while it is in a state. */
export type Treatment =
  /** They are probed, and what they say is judged. */
  | { treat: 'judge' }
  /** The same, but Azure is changing it, which may explain what they say. */
  | { treat: 'mark' }
  /** They are only recorded, for this reason: what becomes of them is planned. */
  | { treat: 'record'; reason: ReasonCode };

const judge: Treatment = { treat: 'judge' };
const mark: Treatment = { treat: 'mark' };
const record = (reason: ReasonCode): Treatment => ({ treat: 'record', reason });

/**
 * States of a managed cluster in lower case. A failed or canceled operation says nothing about the nodes, which run on. Every state that is not listed,
 * such as Upgrading, Updating, Reconciling or Migrating, is a change under way.
 * https://learn.microsoft.com/rest/api/aks/managed-clusters/get
 */
export const OF_CLUSTER: Readonly<Record<string, Treatment>> = {
  '': judge,
  succeeded: judge,
  failed: judge,
  canceled: judge,
  cancelled: judge,
  stopped: record('ClusterStopped'),
  stopping: record('ClusterStopping'),
  starting: record('ClusterStarting'),
  creating: record('ClusterCreating'),
  deleting: record('ClusterDeleting'),
};

/** The same of a pool. Its machines tell themselves whether they are stopped, or just being made. */
export const OF_POOL: Readonly<Record<string, Treatment>> = {
  '': judge,
  succeeded: judge,
  failed: judge,
  canceled: judge,
  cancelled: judge,
  stopping: record('NodeStopping'),
  starting: record('NodeStarting'),
  deleting: record('Deleting'),
};

/** States of an operation in which a stopped cluster is about to change nevertheless. */
const GOES_ON = ['starting', 'deleting'];

/** How the nodes of a cluster are treated. Pure. */
export function treatmentOfCluster(provisioningState: string | undefined, powerState: string | undefined): Treatment {
  const state = (provisioningState ?? '').toLowerCase();
  if (powerState?.toLowerCase() === 'stopped' && !GOES_ON.includes(state)) return record('ClusterStopped');
  return OF_CLUSTER[state] ?? mark;
}

/** How the nodes of a pool are treated. Pure. */
export function treatmentOfPool(provisioningState: string | undefined): Treatment {
  return OF_POOL[(provisioningState ?? '').toLowerCase()] ?? mark;
}
