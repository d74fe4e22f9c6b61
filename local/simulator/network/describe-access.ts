import { guidOf } from '../guid-of.ts';
import type { SimulatedCluster, SimulatedPool } from '../lay-out-fleet.ts';
import { type ClusterPlace, placeOf } from './place-cluster.ts';
import { idOf, type Resource, resource } from './resource.ts';

/** What a managed cluster says of its network. Only what may be changed is among the simulated resources: describe-cluster.ts shows the rest. */
export function describeAccess(place: ClusterPlace): Resource {
  const { clusterId, cluster, outboundType, outbound, integrated, zone } = place;
  const { spec, hub } = cluster;
  const access = {
    ...(spec.private && {
      enablePrivateCluster: true,
      privateDNSZone: zone === undefined ? 'none' : hub === undefined ? 'system' : zone.id,
    }),
    ...(integrated && { enableVnetIntegration: true, subnetId: integrated.subnet }),
    ...(spec.authorizedIPRanges.length > 0 && { authorizedIPRanges: spec.authorizedIPRanges }),
  };
  const effectiveOutboundIPs = outbound === undefined ? [] : [{ id: outbound.addressId }];
  const profile =
    outboundType === 'loadBalancer'
      ? { loadBalancerProfile: { managedOutboundIPs: { count: 1 }, effectiveOutboundIPs, backendPoolType: 'nodeIPConfiguration' } }
      : outboundType === 'managedNATGateway'
        ? { natGatewayProfile: { managedOutboundIPProfile: { count: 1 }, effectiveOutboundIPs, idleTimeoutInMinutes: 4 } }
        : {};
  return resource(clusterId, {
    provisioningState: spec.provisioningState,
    networkProfile: {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      podCidr: '10.244.0.0/16',
      serviceCidr: '172.16.0.0/16',
      dnsServiceIP: '172.16.0.10',
      loadBalancerSku: 'standard',
      outboundType,
      ...profile,
    },
    ...(Object.keys(access).length === 0 ? {} : { apiServerAccessProfile: access }),
  });
}

/** The object id of the identity by which AKS changes what a cluster needs. */
export function principalOf({ id }: SimulatedCluster): string {
  return guidOf(`principal ${id}`);
}

/** The identity of a cluster: its own, or one that was made before it, as for a VNet that AKS does not make. */
export function describeIdentity(cluster: SimulatedCluster, tenantId: string) {
  const { spec, subscriptionId } = cluster;
  if (placeOf(cluster).isAksMade) return { type: 'SystemAssigned', principalId: principalOf(cluster), tenantId };
  const group = { subscriptionId, resourceGroup: spec.resourceGroup };
  const id = idOf(group, 'Microsoft.ManagedIdentity/userAssignedIdentities', `id-${spec.name}`);
  return {
    type: 'UserAssigned',
    userAssignedIdentities: { [id]: { clientId: guidOf(`client ${cluster.id}`), principalId: principalOf(cluster) } },
  };
}

/** The network interfaces of a pool's scale set. As in Azure's own bodies, the letter case of their ids differs from elsewhere. */
export function describeNics({ cluster, scaleSet }: SimulatedPool) {
  const { subnet, nicNsg } = placeOf(cluster);
  const inCapitals = (id: string) =>
    id.replace(/\/resourceGroups\/[^/]+/, (group) => `/resourceGroups/${(group.split('/')[2] ?? '').toUpperCase()}`);
  return [
    {
      name: scaleSet,
      properties: {
        primary: true,
        enableAcceleratedNetworking: true,
        networkSecurityGroup: { id: inCapitals(nicNsg) },
        dnsSettings: { dnsServers: [] },
        enableIPForwarding: true,
        ipConfigurations: [{ name: 'ipconfig1', properties: { primary: true, subnet: { id: subnet }, privateIPAddressVersion: 'IPv4' } }],
      },
    },
  ];
}
