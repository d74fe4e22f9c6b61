import type { Clash } from '../find-clashes.ts';
import type { Fleet, FleetCluster } from '../fleet-schema.ts';

/** Finds networks that Azure would not have, in a fleet that is right otherwise. */
export function findNetworkMistakes({ subscriptions }: Fleet): Clash[] {
  const hubs = subscriptions.flatMap(({ hubs }) => hubs.map(({ name }) => name.toLowerCase()));
  return [
    ...subscriptions.flatMap((subscription, s) =>
      subscription.hubs.flatMap(({ name }, h) =>
        hubs.filter((other) => other === name.toLowerCase()).length > 1
          ? [{ path: ['subscriptions', s, 'hubs', h, 'name'], message: `"${name}" is there twice` }]
          : [],
      ),
    ),
    ...subscriptions.flatMap(({ clusters }, s) =>
      clusters.flatMap((cluster, c) =>
        mistakesOf(cluster, hubs).map(([name, message]) => ({
          path: ['subscriptions', s, 'clusters', c, 'network', name],
          message,
        })),
      ),
    ),
  ];
}

function mistakesOf({ network }: FleetCluster, hubs: readonly string[]): [string, string][] {
  const { vnet, hub, outboundType, natGateway } = network;
  const needsVnet = (['resourceGroup', 'subnet', 'routeTable', 'natGateway', 'customDns', 'hub'] as const)
    .filter((name) => vnet === undefined && network[name] !== undefined)
    .map((name): [string, string] => [name, 'expected a vnet beside it: AKS makes no such thing by itself']);
  return [
    ...needsVnet,
    ...(hub !== undefined && !hubs.includes(hub.toLowerCase()) ? [['hub', `no hub is called "${hub}"`] as [string, string]] : []),
    ...(outboundType === 'userDefinedRouting' && hub === undefined
      ? [['outboundType', 'expected a hub, whose firewall the routes lead to'] as [string, string]]
      : []),
    ...(outboundType === 'userAssignedNATGateway' && natGateway === undefined
      ? [['outboundType', 'expected a natGateway beside it'] as [string, string]]
      : []),
  ];
}
