import type { ComputeManagementClient } from '@azure/arm-compute';
import { isRestError } from '@azure/core-rest-pipeline';
import { log } from '../log.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { NodeFacts } from '../model/node.ts';
import { isNodeName } from '../model/node-name.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { redact } from '../model/redact.ts';
import { listInstances } from './list-instances.ts';
import { listMachines } from './list-machines.ts';
import { type Machine, poolOf } from './machine-facts.ts';

/**
 * Why a machine is not probed now; undefined if it is. The state `Updating` is no reason, since the prober's own runs set it, nor is the agent's status.
 *
 * @param graceMinutes - younger machines are not probed.
 */
export function skipReason(machine: Machine, now: Date, graceMinutes: number): ReasonCode | undefined {
  const state = (machine.provisioningState ?? '').toLowerCase();
  if (state === 'deleting') return 'Deleting';
  if (state === 'creating') return 'Creating';
  const power = machine.instanceView?.statuses?.map((status) => status.code ?? '').find((code) => /^PowerState\//i.test(code));
  if (power !== undefined && /deallocat/i.test(power)) return 'Deallocated';
  if (power !== undefined && !/running/i.test(power)) return 'NotRunning';
  const age = machine.timeCreated === undefined ? undefined : now.getTime() - machine.timeCreated.getTime();
  return age !== undefined && age < graceMinutes * 60_000 ? 'TooYoung' : undefined;
}

/** Keeps one copy of texts that many nodes share, to save memory: 16 clusters of 5,000 nodes may be listed in one process. */
function shareTexts(): (facts: NodeFacts) => NodeFacts {
  const known = new Map<string, string>();
  const share = (text: string | undefined) => {
    if (text !== undefined && !known.has(text)) known.set(text, text);
    return text && known.get(text);
  };
  return ({ zone, size, image, subnet, ...own }) => ({
    ...own,
    zone: share(zone),
    size: share(size),
    image: share(image),
    subnet: share(subnet),
  });
}

/** The nodes of a cluster, each name once. */
export interface Listing {
  nodes: NodeFacts[];
  /** False if a scale set or a VM vanished while it was read: nodes that are not listed may still exist. */
  complete: boolean;
}

/**
 * Lists every node of a cluster with its power state: the instances of the Uniform scale sets in its node resource group,
 * and the VMs of `VirtualMachines` pools and Flexible sets.
 *
 * @param graceMinutes - nodes younger than this are listed and not probed.
 * @throws RestError if a page cannot be read: an incomplete listing must not look like a complete one.
 */
export async function listNodes(
  compute: ComputeManagementClient,
  subscriptionId: string,
  cluster: ClusterFacts,
  now: Date,
  graceMinutes: number,
): Promise<Listing> {
  const { nodeResourceGroup, recordOnly } = cluster;
  const nodes = new Map<string, NodeFacts>();
  const pools = new Map<string, string>();
  const share = shareTexts();
  let complete = true;
  const add = (facts: NodeFacts, machine: Machine) => {
    // A list may contain deleted instances next to the ones that took over their names (azure-sdk-for-net#36946).
    const known = nodes.get(facts.node);
    if (known !== undefined && (known.created ?? '') >= (facts.created ?? '')) return;
    if (!isNodeName(facts.node)) {
      log.warn(`skipped a machine of ${cluster.cluster}: expected a Kubernetes node name, got "${redact(facts.node, 80)}"`);
      return;
    }
    const excluded = cluster.excludedPools.includes(facts.pool) ? 'Excluded' : undefined;
    nodes.set(facts.node, { ...share(facts), skipped: recordOnly ?? excluded ?? skipReason(machine, now, graceMinutes) });
  };
  for await (const { id = '', name = '', tags, orchestrationMode } of compute.virtualMachineScaleSets.list(nodeResourceGroup)) {
    const pool = poolOf(tags);
    // A scale set without a pool, which somebody created in the node resource group, has no nodes. Nothing may be run there.
    if (pool === undefined) continue;
    pools.set(id.toLowerCase(), pool);
    // The instances of a Flexible set are plain VMs, and listed as such.
    if (orchestrationMode === 'Flexible') continue;
    try {
      for await (const [facts, machine] of listInstances(compute, subscriptionId, nodeResourceGroup, name, pool)) add(facts, machine);
    } catch (error) {
      if (!isRestError(error) || error.statusCode !== 404) throw error;
      complete = false;
    }
  }
  for await (const found of listMachines(compute, subscriptionId, nodeResourceGroup, pools, recordOnly === undefined)) {
    if (found.status === 'found') add(found.facts, found.machine);
    else complete = false;
  }
  return { nodes: [...nodes.values()], complete };
}
