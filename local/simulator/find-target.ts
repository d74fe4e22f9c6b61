import type { FaultScope } from './faults/fault.ts';
import type { SimulatedCluster, SimulatedNode, World } from './lay-out-fleet.ts';
import { Problem } from './problem.ts';

/** What a fault is switched on: its scope, its one true name, and the clusters and nodes it reaches. */
export type Target = { scope: FaultScope; key: string; clusters: SimulatedCluster[]; nodes: SimulatedNode[] };

const mostListed = 60;

/**
 * Finds the target that a text names: a node's name, a cluster's name, id or `resourceGroup/name`, a hub's name, a subscription's id,
 * or `ingestion`.
 *
 * @throws a `Problem`: 404 when nothing has that name, with the names that exist; 409 when several do, with the candidates.
 */
export function findTarget(world: World, text: string): Target {
  const wanted = text.toLowerCase();
  if (wanted === 'ingestion') return { scope: 'ingestion', key: 'ingestion', clusters: [], nodes: [] };
  const found: Target[] = [
    ...world.subscriptions.filter(({ id }) => id === wanted).map(({ id, clusters }) => target('subscription', id, clusters)),
    ...world.hubs
      .filter(({ key, spec }) => [key, spec.name.toLowerCase(), `${spec.resourceGroup}/${spec.name}`.toLowerCase()].includes(wanted))
      .map((hub) =>
        target(
          'hub',
          hub.key,
          world.clusters.filter((cluster) => cluster.hub === hub),
        ),
      ),
    ...world.clusters
      .filter(({ id, spec }) => [id, `${spec.resourceGroup}/${spec.name}`.toLowerCase(), spec.name.toLowerCase()].includes(wanted))
      .map((cluster) => target('cluster', cluster.id, [cluster])),
    ...world.nodes
      .filter((node) => node.name === wanted || keyOfNode(node) === wanted)
      .map((node) => ({ ...target('node', keyOfNode(node), [node.cluster]), nodes: [node] })),
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

function target(scope: FaultScope, key: string, clusters: SimulatedCluster[]): Target {
  return { scope, key, clusters, nodes: clusters.flatMap(({ pools }) => pools).flatMap(({ nodes }) => nodes) };
}

function unknownTarget(world: World, text: string): Problem {
  return new Problem(
    404,
    'Unknown target',
    `Nothing is called "${text}": expected a node, a cluster, a hub, a subscription id or "ingestion".`,
    {
      clusters: world.clusters.slice(0, mostListed).map(({ spec }) => `${spec.resourceGroup}/${spec.name}`),
      hubs: world.hubs.slice(0, mostListed).map(({ spec }) => spec.name),
      nodes: world.nodes.slice(0, mostListed).map(({ name }) => name),
      subscriptions: world.subscriptions.slice(0, mostListed).map(({ id }) => id),
    },
  );
}
