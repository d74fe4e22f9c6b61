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
        mistakesOf(cluster, hubs).map(({ name, message }) => ({
          path: ['subscriptions', s, 'clusters', c, 'network', name],
          message,
        })),
      ),
    ),
  ];
}

/** The settings of a cluster's network that do not go together, by name, each with what was expected. */
function mistakesOf({ network }: FleetCluster, hubs: readonly string[]): { name: string; message: string }[] {
  const { vnet, hub, outboundType, natGateway } = network;
  const ofOthers = ['resourceGroup', 'subnet', 'routeTable', 'natGateway', 'customDns', 'hub'] as const;
  const rules = [
    ...ofOthers.map((name) => ({
      isBroken: vnet === undefined && network[name] !== undefined,
      name,
      message: 'expected a vnet beside it: AKS makes no such thing by itself',
    })),
    { isBroken: hub !== undefined && !hubs.includes(hub.toLowerCase()), name: 'hub', message: `no hub is called "${hub}"` },
    {
      isBroken: outboundType === 'userDefinedRouting' && hub === undefined,
      name: 'outboundType',
      message: 'expected a hub, whose firewall the routes lead to',
    },
    {
      isBroken: outboundType === 'userAssignedNATGateway' && natGateway === undefined,
      name: 'outboundType',
      message: 'expected a natGateway beside it',
    },
    {
      isBroken: natGateway !== undefined && outboundType !== undefined && outboundType !== 'userAssignedNATGateway',
      name: 'outboundType',
      message: 'expected userAssignedNATGateway, because there is a natGateway',
    },
  ];
  return rules.filter(({ isBroken }) => isBroken);
}
