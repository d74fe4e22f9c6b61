import { change } from '../change-resources.ts';
import type { Resources } from '../resource.ts';
import type { NetworkFault } from './network-fault.ts';

type Connection = { properties: { privateLinkServiceConnectionState: object } };
type Peering = { properties: { remoteVirtualNetwork: { id: string } } };

const leadsTo = ({ properties }: Peering, vnet: string) => properties.remoteVirtualNetwork.id === vnet;

/** Faults of what connects a VNet with the API server or with a hub. */
export const connectionFaults = {
  'endpoint-broken': {
    only: 'private clusters with a private endpoint',
    appliesTo: ({ endpoint }) => endpoint !== undefined,
    change: (resources, { endpoint }) =>
      change(resources, endpoint!.id, ({ privateLinkServiceConnections }) => ({
        privateLinkServiceConnections: (privateLinkServiceConnections as Connection[]).map((connection) => ({
          ...connection,
          properties: {
            ...connection.properties,
            privateLinkServiceConnectionState: { status: 'Rejected', description: 'Rejected by the owner', actionsRequired: 'None' },
          },
        })),
      })),
  },
  'peering-disconnected': {
    only: 'clusters with a DNS server in their hub, whose outbound traffic does not go through it,',
    appliesTo: ({ hub, outboundType, cluster }) =>
      hub !== undefined && outboundType !== 'userDefinedRouting' && cluster.spec.network.customDns !== undefined,
    // Whoever deletes a peering on one side leaves the other disconnected.
    change: (resources, { vnet, hub }) =>
      withPeerings(
        withPeerings(resources, hub!.vnet, (peering) => (leadsTo(peering, vnet) ? [] : [peering])),
        vnet,
        (peering) => (leadsTo(peering, hub!.vnet) ? [disconnected(peering)] : [peering]),
      ),
  },
} satisfies Record<string, NetworkFault>;

function withPeerings(resources: Resources, vnet: string, become: (peering: Peering) => Peering[]): Resources {
  return change(resources, vnet, ({ virtualNetworkPeerings }) => ({
    virtualNetworkPeerings: (virtualNetworkPeerings as Peering[]).flatMap(become),
  }));
}

function disconnected(peering: Peering): Peering {
  const state = { peeringState: 'Disconnected', peeringSyncLevel: 'RemoteNotInSync' };
  return { ...peering, properties: { ...peering.properties, ...state } };
}
