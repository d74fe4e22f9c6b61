import type { FaultScope } from './faults/fault.ts';
import type { SimulatedNode, World } from './lay-out-fleet.ts';
import { Problem } from './problem.ts';

/** What a fault is switched on: its scope, its one true name, and the nodes it reaches. */
export type Target = { scope: FaultScope; key: string; nodes: SimulatedNode[] };

const mostListed = 60;

/**
 * Finds the target that a text names: a node's name, a cluster's name, id or `resourceGroup/name`, a subscription's id, or `ingestion`.
 *
 * @throws a `Problem`: 404 when nothing has that name, with the names that exist; 409 when several do, with the candidates.
 */
export function findTarget(world: World, text: string): Target {
  const wanted = text.toLowerCase();
  if (wanted === 'ingestion') return { scope: 'ingestion', key: 'ingestion', nodes: [] };
  const found: Target[] = [
    ...world.subscriptions.filter(({ id }) => id === wanted).map(({ id }) => target('subscription', id, nodesOf(world, id))),
    ...world.clusters
      .filter(({ id, spec }) => [id, `${spec.resourceGroup}/${spec.name}`.toLowerCase(), spec.name.toLowerCase()].includes(wanted))
      .map(({ id, pools }) =>
        target(
          'cluster',
          id,
          pools.flatMap((pool) => pool.nodes),
        ),
      ),
    ...world.nodes
      .filter((node) => node.name === wanted || keyOfNode(node) === wanted)
      .map((node) => target('node', keyOfNode(node), [node])),
  ];
  const [first, ...others] = found;
  if (first === undefined) throw unknownTarget(world, text);
  if (others.length > 0)
    throw new Problem(409, 'Ambiguous target', `Several things are called "${text}": give one of the candidates.`, {
      candidates: found.map(({ key }) => key),
    });
  return first;
}

/** The name of a node that no other node has. */
export function keyOfNode(node: SimulatedNode): string {
  return `${node.cluster.id}/${node.name}`;
}

function target(scope: FaultScope, key: string, nodes: SimulatedNode[]): Target {
  return { scope, key, nodes };
}

function nodesOf(world: World, subscriptionId: string): SimulatedNode[] {
  return world.nodes.filter((node) => node.cluster.subscriptionId === subscriptionId);
}

function unknownTarget(world: World, text: string): Problem {
  return new Problem(404, 'Unknown target', `Nothing is called "${text}": expected a node, a cluster, a subscription id or "ingestion".`, {
    clusters: world.clusters.slice(0, mostListed).map(({ spec }) => `${spec.resourceGroup}/${spec.name}`),
    nodes: world.nodes.slice(0, mostListed).map(({ name }) => name),
    subscriptions: world.subscriptions.slice(0, mostListed).map(({ id }) => id),
  });
}
