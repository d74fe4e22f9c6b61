import { serverAddressOf } from '../../addresses.ts';
import { change, find, put } from '../change-resources.ts';
import { route, routeTable } from '../describe-outbound.ts';
import type { ClusterPlace } from '../place-cluster.ts';
import { nameIn, type Resources } from '../resource.ts';
import type { NetworkFault } from './network-fault.ts';

const isThroughHub = ({ hub, outboundType }: ClusterPlace) => hub !== undefined && outboundType === 'userDefinedRouting';
const isServerOutside = ({ endpoint, integrated }: ClusterPlace) => endpoint === undefined && integrated === undefined;
const throughHub = 'clusters whose route table sends everything to the firewall of a hub';

/** Faults of the way that a route table prescribes. */
export const routeFaults = {
  'default-route-to-appliance': {
    only: throughHub,
    appliesTo: isThroughHub,
    change: (resources, place) => withDefaultRoute(resources, place, place.hub!.appliance.address),
  },
  'route-drops': {
    only: 'clusters whose API server is outside the VNet',
    appliesTo: isServerOutside,
    change: (resources, place) => {
      const [table, withTable] = haveRouteTable(resources, place);
      const drop = route(table, 'drop-api-server', `${serverAddressOf(place.cluster)}/32`, 'None');
      return change(withTable, table, ({ routes }) => ({ routes: [...(routes as object[]), drop] }));
    },
  },
  'next-hop-dead': {
    only: throughHub,
    appliesTo: isThroughHub,
    change: (resources, place, reach) =>
      reach === 'hub'
        ? // A firewall that is deallocated still says that it was provisioned, and has no address.
          change(resources, place.hub!.firewall, () => ({ ipConfigurations: [] }))
        : withDefaultRoute(resources, place, place.hub!.oldAppliance.address),
  },
  'firewall-answers': {
    only: `public ${throughHub}`,
    appliesTo: (place) => isThroughHub(place) && isServerOutside(place),
    change: (resources, place) => change(resources, place.hub!.firewall, () => ({ applicationRuleCollections: [] })),
  },
} satisfies Record<string, NetworkFault>;

function withDefaultRoute(resources: Resources, { routeTable: table }: ClusterPlace, to: string): Resources {
  return change(resources, table!, ({ routes }) => ({
    routes: (routes as { name: string }[]).map((each) =>
      each.name === 'def' ? route(table!, 'def', '0.0.0.0/0', 'VirtualAppliance', to) : each,
    ),
  }));
}

/** The route table of a cluster's subnet, made where it has none. */
function haveRouteTable(resources: Resources, { subnet, subnetNsg, routeTable: table, location }: ClusterPlace): [string, Resources] {
  if (table !== undefined) return [table, resources];
  const id = subnetNsg.replace(/\/networkSecurityGroups\/.*/, `/routeTables/rt-${nameIn(subnet)}`);
  const made = put(resources, routeTable(id, find(resources, subnet).id, [], location));
  return [id, change(made, subnet, () => ({ routeTable: { id } }))];
}
