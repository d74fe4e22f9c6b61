import { guidOf } from '../../guid-of.ts';
import { change, put } from '../change-resources.ts';
import { loadBalancerIdOf, publicAddress } from '../describe-outbound.ts';
import type { ClusterPlace } from '../place-cluster.ts';
import type { Resources } from '../resource.ts';
import type { NetworkFault } from './network-fault.ts';

// Nobody has it: RFC 2544.
const otherAddress = '198.19.255.7';
type Frontend = { properties: object };

/** Faults of the public addresses by which nodes leave. */
export const outboundFaults = {
  'outbound-changed': {
    only: 'clusters with a load balancer or a NAT gateway of their own, whose API server is outside,',
    appliesTo: ({ outbound, endpoint, integrated }) => outbound !== undefined && endpoint === undefined && integrated === undefined,
    by: 'AKS',
    change(resources, place) {
      const { outbound, natGateway, location } = place;
      const holder = natGateway ?? loadBalancerIdOf(place);
      const id = outbound!.addressId.replace(/[^/]+$/, guidOf(`another ${outbound!.addressId}`));
      const added = put(resources, publicAddress(id, otherAddress, location, natGateway ? { natGateway: { id: natGateway } } : {}));
      const moved = change(added, holder, ({ frontendIPConfigurations: frontends }) =>
        natGateway === undefined
          ? { frontendIPConfigurations: (frontends as Frontend[]).map((each) => withAddress(each, id)) }
          : { publicIpAddresses: [{ id }], publicIpPrefixes: undefined },
      );
      return withEffectiveAddresses(moved, place, [{ id }]);
    },
  },
  'nat-without-address': {
    only: 'clusters with a NAT gateway',
    appliesTo: ({ natGateway }) => natGateway !== undefined,
    change: (resources, place) =>
      withEffectiveAddresses(
        change(resources, place.natGateway!, () => ({ publicIpAddresses: undefined, publicIpPrefixes: undefined })),
        place,
        [],
      ),
  },
  'no-outbound-path': {
    only: 'clusters with a load balancer or a NAT gateway of their own',
    appliesTo: ({ outbound }) => outbound !== undefined,
    change(resources, place) {
      const { subnet, natGateway } = place;
      // In a subnet that is not private, Azure would lend the nodes an address.
      const isPrivate = change(resources, subnet, () => ({ defaultOutboundAccess: false, natGateway: undefined }));
      if (natGateway !== undefined) return change(isPrivate, natGateway, () => ({ subnets: [] }));
      return withEffectiveAddresses(
        change(isPrivate, loadBalancerIdOf(place), () => ({ outboundRules: [] })),
        place,
        [],
      );
    },
  },
} satisfies Record<string, NetworkFault>;

function withAddress(frontend: Frontend, id: string): Frontend {
  return { ...frontend, properties: { ...frontend.properties, publicIPAddress: { id } } };
}

/** With other public addresses in what the cluster says of its load balancer or its managed NAT gateway. */
function withEffectiveAddresses(resources: Resources, { clusterId }: ClusterPlace, ids: readonly { id: string }[]): Resources {
  return change(resources, clusterId, ({ networkProfile }) => {
    const profile = networkProfile as Record<string, object | undefined>;
    const name = ['loadBalancerProfile', 'natGatewayProfile'].find((each) => profile[each] !== undefined);
    if (name === undefined) return {};
    return { networkProfile: { ...profile, [name]: { ...profile[name], effectiveOutboundIPs: ids } } };
  });
}
