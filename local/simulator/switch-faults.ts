import type { SimulatorClock } from './clock.ts';
import type { FaultLayer } from './faults/fault.ts';
import { type FaultId, faultIdsFor, faults, isFaultId } from './faults.ts';
import { findTarget, keyOfNode, type Target } from './find-target.ts';
import type { RecordKeeper } from './keep-record.ts';
import type { SimulatedCluster, SimulatedNode, World } from './lay-out-fleet.ts';
import type { Network } from './network/keep-network.ts';
import { Problem } from './problem.ts';

/** The faults of one layer. */
export type FaultIn<Layer extends FaultLayer> = { [Id in FaultId]: (typeof faults)[Id]['layer'] extends Layer ? Id : never }[FaultId];

/** A fault in force. */
type ActiveFault = { target: string; fault: FaultId; since: string };
type HeldFault = { fault: FaultId; since: string; target: Target };

/** Where faults are switched, and where the rest of the simulator looks them up. */
export type FaultBoard = {
  /** Switches a fault on, in place of an earlier one on the same target. Resolves once it is in force. Throws a `Problem`. */
  set(target: string, fault: unknown): Promise<ActiveFault & { nodes: number }>;
  /** Ends the target's fault, if it has one. Throws a `Problem` when there is no such target. */
  clear(target: string): Promise<{ target: string; cleared: FaultId | null }>;
  list(): ActiveFault[];
  /** The fault of that layer nearest to the node: its own, its cluster's, its hub's, its subscription's; or the effect of one of the network. */
  ofNode<Layer extends FaultLayer>(node: SimulatedNode, layer: Layer): FaultIn<Layer> | undefined;
  ofCluster<Layer extends FaultLayer>(cluster: SimulatedCluster, layer: Layer): FaultIn<Layer> | undefined;
  ofSubscription<Layer extends FaultLayer>(subscriptionId: string, layer: Layer): FaultIn<Layer> | undefined;
  ofIngestion(): FaultIn<'ingestion'> | undefined;
  /** Calls `listener`, and waits for it, whenever the faults of some nodes change. Returns what ends that. */
  onChange(listener: (nodes: SimulatedNode[]) => void | Promise<void>): () => void;
};

/**
 * Makes the board for a fleet.
 *
 * @param network - where faults of the network show.
 * @param initial - faults in force from the start, by target.
 * @param unavailable - those that this machine cannot provoke, and why.
 * @param record - where each switch is noted.
 * @throws when an initial fault is unavailable.
 */
export function switchFaults(
  world: World,
  network: Network,
  initial: ReadonlyArray<{ target: string; fault: FaultId }> = [],
  unavailable: ReadonlyMap<FaultId, string> = new Map(),
  record?: RecordKeeper,
): FaultBoard {
  for (const { target, fault } of initial) {
    const reason = unavailable.get(fault);
    if (reason !== undefined) throw new Error(`The fault "${fault}" of ${target} cannot be provoked here: ${reason}`);
  }
  const active = new Map<string, HeldFault>();
  for (const { target: text, fault } of initial) {
    const target = findTarget(world, text);
    active.set(target.key, { fault, since: new Date().toISOString(), target });
    record?.switched(target.key, fault, target.nodes);
  }
  const listeners = new Set<(nodes: SimulatedNode[]) => void | Promise<void>>();
  const notify = (nodes: SimulatedNode[]) => Promise.all([...listeners].map((listener) => listener(nodes)));
  const showNetwork = () =>
    network.show(
      [...active.values()].flatMap(({ fault, since, target: { scope, clusters } }) =>
        isOfLayer(fault, 'network') ? [{ fault, since, clusters, reach: scope === 'hub' ? ('hub' as const) : ('cluster' as const) }] : [],
      ),
    );

  const nearest = <Layer extends FaultLayer>(keys: string[], layer: Layer, cluster?: SimulatedCluster): FaultIn<Layer> | undefined => {
    for (const key of keys) {
      const fault = active.get(key)?.fault;
      if (fault === undefined) continue;
      if (isOfLayer(fault, layer)) return fault;
      if (!isOfLayer(fault, 'network') || cluster === undefined || !network.canHave(fault, cluster)) continue;
      const { effect } = faults[fault];
      if (isOfLayer(effect, layer)) return effect;
    }
    return undefined;
  };
  const clusterKeys = ({ id, hub, subscriptionId }: SimulatedCluster) => [id, ...(hub ? [hub.key] : []), subscriptionId];

  return {
    async set(text, fault) {
      const target = findTarget(world, text);
      const { scope, key, clusters, nodes } = target;
      const possible = faultIdsFor(scope);
      if (!isFaultId(fault) || !possible.includes(fault))
        throw new Problem(400, 'Unknown fault', `Expected {"fault": <one that a ${scope} can have>}, got ${JSON.stringify(fault)}.`, {
          possible,
        });
      const hindrance = unavailable.get(fault);
      if (hindrance !== undefined) throw new Problem(409, 'Unavailable fault', `"${fault}" cannot be provoked here: ${hindrance}`);
      if (isOfLayer(fault, 'network')) network.check(fault, clusters, text);
      const entry = { fault, since: new Date().toISOString(), target };
      active.set(key, entry);
      record?.switched(key, fault, nodes);
      showNetwork();
      await notify(nodes);
      return { target: key, fault, since: entry.since, nodes: nodes.length };
    },
    async clear(text) {
      const { key, nodes } = findTarget(world, text);
      const cleared = active.get(key)?.fault ?? null;
      active.delete(key);
      if (cleared !== null) record?.switched(key, null, nodes);
      showNetwork();
      await notify(nodes);
      return { target: key, cleared };
    },
    list: () => [...active.values()].map(({ fault, since, target }) => ({ target: target.key, fault, since })),
    ofNode: (node, layer) =>
      active.size === 0 ? undefined : nearest([keyOfNode(node), ...clusterKeys(node.cluster)], layer, node.cluster),
    ofCluster: (cluster, layer) => nearest(clusterKeys(cluster), layer, cluster),
    ofSubscription: (subscriptionId, layer) => nearest([subscriptionId], layer),
    ofIngestion: () => nearest(['ingestion'], 'ingestion'),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Waits until a node no longer has a fault.
 *
 * @param milliseconds - how long at most; infinity waits until the fault goes away.
 * @returns whether the fault went away in that time.
 * @throws when `signal` aborts.
 */
export async function waitForRecovery(
  board: FaultBoard,
  node: SimulatedNode,
  fault: FaultIn<'agent'>,
  milliseconds: number,
  clock: SimulatorClock,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const recovered = new Promise<boolean>((resolve) => {
    const forget = board.onChange((nodes) => {
      if (nodes.includes(node) && board.ofNode(node, 'agent') !== fault) resolve(true);
    });
    either.addEventListener('abort', forget, { once: true });
  });
  const late = Number.isFinite(milliseconds) ? clock.wait(milliseconds, either).then(() => false) : endless(either);
  try {
    return await Promise.race([recovered, late]);
  } finally {
    over.abort();
    // It rejects now, when nobody waits for it any more.
    late.catch(() => {});
  }
}

function endless(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

function isOfLayer<Layer extends FaultLayer>(fault: FaultId, layer: Layer): fault is FaultIn<Layer> {
  return faults[fault].layer === layer;
}
