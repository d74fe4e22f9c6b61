import { isRestError } from '@azure/core-rest-pipeline';
import type { Compute } from '../azure/arm.ts';
import { isRefusal } from '../azure/arm-error.ts';
import { failureOf } from '../azure/failure.ts';
import { log } from '../log.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { NodeFacts } from '../model/node.ts';
import { isNodeName } from '../model/node-name.ts';
import type { ReasonCode } from '../model/reasons.ts';
import { redact } from '../model/redact.ts';
import { formatTarget } from '../model/resource-id.ts';
import { listInstances } from './list-instances.ts';
import { listMachines } from './list-machines.ts';
import type { Machine } from './machine-facts.ts';
import { poolOfScaleSet } from './pool-of-scale-set.ts';
import { skipReasonIn } from './skip-reason.ts';

/** A part of a node resource group that could not be read: nothing is known of the machines whose resource ID begins so, in lower case. */
export interface Unread {
  prefix: string;
  reason: ReasonCode;
}

/** The nodes of a cluster, each name once. */
export interface Listing {
  nodes: NodeFacts[];
  /** False if a part could not be read, or vanished while it was read: nodes that are not listed may still exist. */
  complete: boolean;
  unread: Unread[];
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

/**
 * The reason for a part of a listing that could not be read. What keeps the prober from reading anything at all is thrown again, so that the whole
 * listing is repeated later; anything else costs only the machines of this part a verdict.
 */
function reasonForUnread(error: unknown): ReasonCode {
  const failure = failureOf(error);
  if (failure.kind === 'throttled' || failure.kind === 'signIn') throw error;
  if (failure.kind === 'unavailable' && !failure.sent) throw error;
  return failure.kind === 'answered' && failure.status === 403 ? 'AccessDenied' : 'AzureError';
}

/** A listing that grows while Azure is read. */
interface Collector {
  add(facts: NodeFacts, machine: Machine): void;
  /** Notes that a machine or a scale set vanished while it was read. */
  vanished(): void;
  /** Notes that a part could not be read, or vanished. */
  miss(prefix: string, error: unknown): void;
  listing(): Listing;
}

function collect(cluster: ClusterFacts, now: Date, graceMinutes: number): Collector {
  const nodes = new Map<string, NodeFacts>();
  const unread: Unread[] = [];
  let hasVanished = false;
  const share = shareTexts();
  return {
    add(facts, machine) {
      // A list may contain deleted instances next to the ones that took over their names (azure-sdk-for-net#36946).
      const known = nodes.get(facts.node);
      if (known !== undefined && (known.created ?? '') >= (facts.created ?? '')) return;
      if (!isNodeName(facts.node)) {
        log.warn(`skipped a machine of ${cluster.cluster}: expected a Kubernetes node name, got "${redact(facts.node, 80)}"`);
        return;
      }
      nodes.set(facts.node, { ...share(facts), skipped: skipReasonIn(cluster, facts.pool, machine, now, graceMinutes) });
    },
    vanished() {
      hasVanished = true;
    },
    miss(prefix, error) {
      if (isRestError(error) && error.statusCode === 404) {
        hasVanished = true;
        return;
      }
      const reason = reasonForUnread(error);
      unread.push({ prefix: prefix.toLowerCase(), reason });
      log.warn(`a part of ${cluster.cluster} could not be read (${reason}): ${prefix}: ${redact(String(error), 300)}`);
    },
    listing: () => ({ nodes: [...nodes.values()], complete: !hasVanished && unread.length === 0, unread }),
  };
}

/** The instances of one Uniform scale set; without their power states if Azure cannot give these: then nothing is known of them, and they are probed. */
async function addInstances(
  found: Collector,
  compute: Compute,
  place: { subscriptionId: string; resourceGroup: string; vmss: string },
  pool: string,
): Promise<void> {
  const prefix = formatTarget({ kind: 'instance', ...place, instanceId: '' });
  const addAll = async (withViews: boolean) => {
    const { subscriptionId, resourceGroup, vmss } = place;
    for await (const [facts, machine] of listInstances(compute, subscriptionId, resourceGroup, vmss, pool, withViews))
      found.add(facts, machine);
  };
  try {
    await addAll(true).catch(async (error: unknown) => {
      if (isRefusal(error)) throw error;
      reasonForUnread(error);
      await addAll(false);
    });
  } catch (error) {
    found.miss(prefix, error);
  }
}

/** The scale sets of the cluster's pools; what follows a page that cannot be read is noted as unread. */
async function listScaleSets(found: Collector, compute: Compute, cluster: ClusterFacts, subscriptionId: string) {
  const { nodeResourceGroup: resourceGroup } = cluster;
  const sets: { id: string; name: string; pool: string; isFlexible: boolean }[] = [];
  try {
    for await (const { id = '', name = '', tags, orchestrationMode } of compute.virtualMachineScaleSets.list(resourceGroup)) {
      const pool = poolOfScaleSet({ name, tags }, cluster.pools);
      // A scale set without a pool, which somebody created in the node resource group, has no nodes. Nothing may be run there.
      if (pool !== undefined) sets.push({ id: id.toLowerCase(), name, pool, isFlexible: orchestrationMode === 'Flexible' });
    }
  } catch (error) {
    if (isRefusal(error)) throw error;
    const [prefix] = formatTarget({ kind: 'instance', subscriptionId, resourceGroup, vmss: '', instanceId: '' }).split('//');
    found.miss(`${prefix}/`, error);
  }
  return sets;
}

/**
 * Lists every node of a cluster with its power state: the instances of the Uniform scale sets in its node resource group,
 * and the VMs of `VirtualMachines` pools and Flexible sets. A scale set, a page or a VM that cannot be read costs only its own nodes.
 *
 * @param graceMinutes - nodes younger than this are listed and not probed.
 * @throws RestError if the node resource group cannot be read at all, or an error that passes and concerns all of it.
 */
export async function listNodes(
  compute: Compute,
  subscriptionId: string,
  cluster: ClusterFacts,
  now: Date,
  graceMinutes: number,
): Promise<Listing> {
  const { nodeResourceGroup: resourceGroup, recordOnly } = cluster;
  const found = collect(cluster, now, graceMinutes);
  const sets = await listScaleSets(found, compute, cluster, subscriptionId);
  // The instances of a Flexible set are plain VMs, and listed as such.
  for (const { name: vmss, pool } of sets.filter(({ isFlexible }) => !isFlexible))
    await addInstances(found, compute, { subscriptionId, resourceGroup, vmss }, pool);
  try {
    const pools = new Map(sets.map(({ id, pool }) => [id, pool]));
    for await (const each of listMachines(compute, subscriptionId, resourceGroup, pools, recordOnly === undefined)) {
      if (each.status === 'found') found.add(each.facts, each.machine);
      else found.vanished();
    }
  } catch (error) {
    if (isRefusal(error) && error.statusCode === 404) throw error;
    found.miss(formatTarget({ kind: 'vm', subscriptionId, resourceGroup, vm: '' }), error);
  }
  return found.listing();
}
