import type { ClusterSettings, Configuration, EndpointSettings } from '../evaluate/configuration.ts';
import { settingOf } from '../evaluate/names.ts';
import { nicKind } from './kinds/cluster.ts';
import { loadBalancerKind, subnetKind } from './kinds/network.ts';
import { endpointKind, recordKind, zoneLinksKind } from './kinds/private-server.ts';
import { nsgKind } from './kinds/security.ts';
import { mapRead, nodeGroupId } from './read-path.ts';
import type { SettingsReader } from './read-settings.ts';

type ServerSettings = Pick<Configuration, 'endpoint' | 'endpointInterface' | 'zone' | 'apiAddress' | 'apiSubnet' | 'apiSubnetNsg'>;

// AKS gives both names: https://learn.microsoft.com/azure/aks/private-clusters
const endpointId = (cluster: ClusterSettings) => `${nodeGroupId(cluster)}/providers/Microsoft.Network/privateEndpoints/kube-apiserver`;
const loadBalancerId = (cluster: ClusterSettings) => `${nodeGroupId(cluster)}/providers/Microsoft.Network/loadBalancers/kube-apiserver`;

async function readEndpoint(
  reader: SettingsReader,
  cluster: ClusterSettings,
): Promise<Pick<Configuration, 'endpoint' | 'endpointInterface'>> {
  const endpoint = await reader.read(endpointId(cluster), endpointKind);
  if (endpoint.status !== 'read') return { endpoint };
  const { id, state, nicIds, subnetId } = endpoint.value;
  const nic = nicIds[0] === undefined ? undefined : await reader.read(nicIds[0], nicKind);
  const value: EndpointSettings = { id, state, address: settingOf(nic)?.addresses[0], subnetId };
  return { endpoint: { status: 'read', value }, endpointInterface: nic };
}

/** The id of the zone that holds the name of a private API server, and the name within it; undefined where nodes use public DNS. */
export function zoneOf(cluster: ClusterSettings): { id: string; label: string } | undefined {
  const { privateDnsZone = 'system', privateFqdn } = cluster;
  if (privateDnsZone.toLowerCase() === 'none' || privateFqdn === undefined) return undefined;
  const [label = '', ...rest] = privateFqdn.split('.');
  const own = `${nodeGroupId(cluster)}/providers/Microsoft.Network/privateDnsZones/${rest.join('.')}`;
  return { id: privateDnsZone.startsWith('/') ? privateDnsZone : own, label };
}

async function readZone(reader: SettingsReader, cluster: ClusterSettings): Promise<Configuration['zone']> {
  const zone = zoneOf(cluster);
  if (zone === undefined) return undefined;
  const [links, record] = await Promise.all([
    reader.read(`${zone.id}/virtualNetworkLinks`, zoneLinksKind),
    reader.read(`${zone.id}/A/${zone.label}`, recordKind),
  ]);
  return { id: zone.id, links, record };
}

/** Reads how nodes reach an API server that is not public: its private endpoint and zone, or its load balancer and subnet. Nothing of a public one. */
export async function readPrivateServer(reader: SettingsReader, cluster: ClusterSettings): Promise<ServerSettings> {
  if (cluster.isIntegrated) {
    const [balancer, apiSubnet, zone] = await Promise.all([
      reader.read(loadBalancerId(cluster), loadBalancerKind),
      cluster.apiSubnetId === undefined ? undefined : reader.read(cluster.apiSubnetId, subnetKind),
      cluster.isPrivate ? readZone(reader, cluster) : undefined,
    ]);
    const nsgId = settingOf(apiSubnet)?.nsgId;
    const apiSubnetNsg = nsgId === undefined ? undefined : await reader.read(nsgId, nsgKind);
    return { apiAddress: mapRead(balancer, ({ addresses }) => addresses[0] ?? ''), apiSubnet, apiSubnetNsg, zone };
  }
  if (!cluster.isPrivate) return {};
  const [endpoint, zone] = await Promise.all([readEndpoint(reader, cluster), readZone(reader, cluster)]);
  return { ...endpoint, zone };
}
