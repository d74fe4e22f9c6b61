import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../src/diagnose/evaluate/configuration.ts';
import { findingsOf } from '../../../src/diagnose/evaluate/find.ts';
import { finding } from '../../../src/model/finding.ts';
import {
  API,
  absent,
  addressId,
  adminRule,
  behindNat,
  blind,
  CLUSTER_ID,
  caseOf,
  change,
  cluster,
  codes,
  endpoint,
  FIREWALL_ID,
  firewall,
  found,
  HUB_ID,
  hubPeering,
  idOf,
  NAT_ID,
  NETWORK_ID,
  nameUnknown,
  network,
  nsg,
  type Parts,
  privateCluster,
  read,
  routed,
  rule,
  SUBNET_ID,
  subnet,
  TABLE_ID,
  tlsSilent,
  toAppliance,
  unread,
  zone,
} from './world.ts';

const ranged = (authorizedRanges: readonly string[]) => cluster({ authorizedRanges, outboundType: 'userAssignedNATGateway' });
const integrated = {
  cluster: privateCluster({ isIntegrated: true }),
  apiAddress: read('10.1.8.4'),
  apiSubnet: subnet({ prefixes: ['10.1.8.0/28'] }),
};
const toIntegrated = { address: '10.1.8.4', host: '10.1.8.4' };
const inbound = (over = {}) =>
  rule({
    name: 'deny-in',
    direction: 'Inbound',
    sources: ['10.1.0.0/16'],
    destinations: ['*'],
    destinationPorts: ['443', '4443'],
    ...over,
  });
const isolated = {
  cluster: cluster({ outboundType: 'userDefinedRouting', loadBalancerAddressIds: [] }),
  subnet: subnet({ defaultOutboundAccess: false }),
};
const dnsTimeout = { ...nameUnknown, reason: 'DnsTimeout', dns: 'timeout', azureDns: { said: 'timeout', addresses: [] } } as const;
const viaFirewall = (over: Partial<Parameters<typeof firewall>[0]> = {}) => ({
  ...routed([toAppliance]),
  network: network({ peerings: [hubPeering()] }),
  nextHop: firewall(over),
});

/** Each finding: the smallest configuration that gives it, and the nearest one that does not. */
const table: readonly { says: string; parts: Parts; but: string; neighbour: Parts; instead?: readonly string[] }[] = [
  {
    says: 'cause ClusterStopped: cluster shop is stopped',
    parts: { configuration: { cluster: cluster({ powerState: 'Stopped' }) } },
    but: 'no power state is not stopped',
    neighbour: { configuration: { cluster: cluster({ powerState: undefined }) } },
  },
  {
    says: 'suspicion ClusterOperation: AKS has been upgrading cluster shop since 12:01 UTC',
    parts: {
      configuration: { cluster: cluster({ provisioningState: 'Upgrading' }) },
      changes: [change(CLUSTER_ID, 6, { operation: 'Microsoft.ContainerService/managedClusters/write' })],
    },
    but: 'Succeeded',
    neighbour: {},
  },
  {
    says: "cause RangesExcludeOutbound: authorized ranges 1.2.3.0/24 do not contain the nodes' outbound address 20.8.7.6 (NAT gateway ng-shop)",
    parts: { configuration: { ...behindNat(), cluster: ranged(['1.2.3.0/24']) } },
    but: 'ranges that contain it',
    neighbour: { configuration: { ...behindNat(), cluster: ranged(['1.2.3.0/24', '20.8.7.0/24']) } },
  },
  {
    says: 'suspicion RangesChanged: authorized ranges lost 20.8.7.6/32 at 12:03 UTC',
    parts: {
      changes: [
        change(CLUSTER_ID, 4, {
          property: 'properties.apiServerAccessProfile.authorizedIPRanges',
          before: '["1.2.3.0/24","20.8.7.6/32"]',
          after: '["1.2.3.0/24"]',
        }),
      ],
    },
    but: 'ranges that only grew',
    neighbour: {
      changes: [
        change(CLUSTER_ID, 4, {
          property: 'properties.apiServerAccessProfile.authorizedIPRanges',
          before: '["1.2.3.0/24"]',
          after: '["1.2.3.0/24","20.8.7.6/32"]',
        }),
      ],
    },
    instead: ['suspicion RecentChange: ana@contoso.com changed shop 4 minutes before the outage'],
  },
  {
    says: "suspicion OutboundChanged: the nodes' way out, nat, moved from 20.8.7.1 to 20.8.7.6 at 12:03 UTC",
    parts: {
      configuration: behindNat(),
      changes: [change(addressId('nat'), 4, { property: 'properties.ipAddress', before: '20.8.7.1', after: '20.8.7.6' })],
    },
    but: 'a tag of the address',
    neighbour: { configuration: behindNat(), changes: [change(addressId('nat'), 4, { property: 'tags.owner' })] },
  },
  {
    says: 'suspicion DefaultRouteToAppliance: rt-spoke sends 0.0.0.0/0 to 10.0.0.4 (virtual appliance) since 12:03 UTC, written by ana@contoso.com 4 minutes before the outage',
    parts: { configuration: viaFirewall(), changes: [change(`${TABLE_ID}/routes/def`, 4)] },
    but: 'one that was written long ago',
    neighbour: { configuration: viaFirewall(), changes: [change(`${TABLE_ID}/routes/def`, 61)] },
  },
  {
    says: "cause RouteDrops: route api of rt-spoke drops what is sent to the API server's address 20.1.1.1",
    parts: { configuration: routed([{ name: 'api', prefix: '20.1.0.0/16', type: 'None' }]) },
    but: 'a longer prefix that leads out',
    neighbour: {
      configuration: routed([
        { name: 'api', prefix: '20.1.0.0/16', type: 'None' },
        { name: 'out', prefix: '20.1.1.0/24', type: 'Internet' },
      ]),
    },
  },
  {
    says: 'cause NextHopDead: firewall hub-fw no longer holds 10.0.0.4, where rt-spoke sends everything',
    parts: { configuration: viaFirewall({ addresses: [] }), observation: { egress: 'fails', reason: 'NoEgress' } },
    but: 'a firewall that holds it',
    neighbour: { configuration: viaFirewall(), observation: { egress: 'fails', reason: 'NoEgress' } },
  },
  {
    says: 'cause NsgDenies: NSG nsg-shop, rule deny-443 (priority 110), denies outbound TCP 443 to 20.1.1.1',
    parts: { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: ['20.1.1.1'] })) } },
    but: 'another port',
    neighbour: { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: ['20.1.1.1'], destinationPorts: ['80', '8443'] })) } },
  },
  {
    says: 'suspicion AdminRuleDenies: network manager rule block (priority 10) denies outbound TCP 443 to 20.1.1.1',
    parts: { configuration: { adminRules: read([adminRule()]) } },
    but: 'one that allows before it',
    neighbour: { configuration: { adminRules: read([adminRule(), adminRule({ name: 'let', access: 'AlwaysAllow', priority: 5 })]) } },
  },
  {
    says: 'cause NatWithoutAddress: NAT gateway ng-shop has no public IP address',
    parts: { configuration: behindNat({ addressIds: [] }), observation: blind, changes: [change(NAT_ID, 4)] },
    but: 'one with a prefix',
    neighbour: { configuration: behindNat({ addressIds: [], prefixIds: [addressId('nat')] }), observation: blind },
  },
  {
    says: 'cause NoOutboundPath: nothing gives the nodes of subnet nodes an outbound address (outbound type userDefinedRouting)',
    parts: { configuration: isolated, observation: blind, changes: [change(SUBNET_ID, 4)] },
    but: 'a load balancer',
    neighbour: { configuration: { subnet: isolated.subnet }, observation: blind },
  },
  {
    says: 'cause ZoneNotLinked: private DNS zone x.privatelink.westeurope.azmk8s.io has no link to network vnet-shop',
    parts: { configuration: { cluster: privateCluster(), zone: zone([]) }, observation: nameUnknown },
    but: 'a link, in another letter case',
    neighbour: { configuration: { cluster: privateCluster(), zone: zone([NETWORK_ID.toUpperCase()]) }, observation: nameUnknown },
  },
  {
    says: 'cause RecordWrong: private DNS zone x.privatelink.westeurope.azmk8s.io has no A record of the API server',
    parts: { configuration: { cluster: privateCluster(), zone: zone([NETWORK_ID], read([])) }, observation: nameUnknown },
    but: 'a record',
    neighbour: { configuration: { cluster: privateCluster(), zone: zone([NETWORK_ID]) }, observation: nameUnknown },
  },
  {
    says: "cause RecordWrong: private DNS zone x.privatelink.westeurope.azmk8s.io says 10.1.0.9, the API server's private endpoint is 10.1.0.7",
    parts: {
      configuration: { cluster: privateCluster(), zone: zone([NETWORK_ID], read(['10.1.0.9'])), endpoint: endpoint() },
      observation: { address: '10.1.0.9' },
    },
    but: 'the address of the endpoint',
    neighbour: {
      configuration: { cluster: privateCluster(), zone: zone([NETWORK_ID]), endpoint: endpoint() },
      observation: { address: '10.1.0.7' },
    },
  },
  {
    says: "cause CustomDnsNoForward: DNS server 10.0.0.10 does not know shop-x.hcp.westeurope.azmk8s.io; Azure's does",
    parts: {
      configuration: { network: network({ dnsServers: ['10.0.0.10'] }) },
      observation: { ...nameUnknown, reason: 'ResolverDiffers', resolvers: ['10.0.0.10'], azureDns: { said: 'found', addresses: [API] } },
    },
    but: 'a name that Azure does not know either',
    neighbour: {
      configuration: { network: network({ dnsServers: ['10.0.0.10'] }) },
      observation: { ...nameUnknown, resolvers: ['10.0.0.10'] },
    },
  },
  {
    says: 'cause DnsServerCutOff: NSG nsg-shop, rule deny-dns (priority 110), denies DNS to 10.1.9.10',
    parts: {
      configuration: {
        network: network({ dnsServers: ['10.1.9.10'] }),
        subnetNsg: nsg('nsg-shop', rule({ name: 'deny-dns', protocol: '*', destinations: ['10.1.9.0/24'], destinationPorts: ['53'] })),
      },
      observation: dnsTimeout,
    },
    but: 'a rule for TCP alone',
    neighbour: {
      configuration: {
        network: network({ dnsServers: ['10.1.9.10'] }),
        subnetNsg: nsg('nsg-shop', rule({ name: 'deny-dns', destinations: ['10.1.9.0/24'], destinationPorts: ['53'] })),
      },
      observation: dnsTimeout,
    },
  },
  {
    says: "cause EndpointBroken: the API server's private endpoint, kube-apiserver, is Rejected",
    parts: {
      configuration: { cluster: privateCluster(), endpoint: endpoint({ state: 'Rejected' }) },
      observation: { address: '10.1.0.7' },
    },
    but: 'an approved one',
    neighbour: {
      configuration: { cluster: privateCluster(), endpoint: endpoint({ state: 'approved' }) },
      observation: { address: '10.1.0.7' },
    },
  },
  {
    says: 'cause PeeringDisconnected: peering to-hub to vnet-hub is Disconnected; next hop 10.0.0.4 is behind it',
    parts: {
      configuration: { ...viaFirewall(), network: network({ peerings: [hubPeering('Disconnected')] }) },
      observation: { egress: 'fails', reason: 'NoEgress' },
    },
    but: 'a second peering that leads there',
    neighbour: {
      configuration: { ...viaFirewall(), network: network({ peerings: [hubPeering('Disconnected'), { ...hubPeering(), name: 'other' }] }) },
      observation: { egress: 'fails', reason: 'NoEgress' },
    },
  },
  {
    says: 'cause ApiSubnetBlocked: NSG nsg-api on the API subnet, rule deny-in (priority 110), denies inbound TCP 443 and 4443 from the nodes',
    parts: { configuration: { ...integrated, apiSubnetNsg: nsg('nsg-api', inbound()) }, observation: toIntegrated },
    but: 'a rule for others',
    neighbour: {
      configuration: { ...integrated, apiSubnetNsg: nsg('nsg-api', inbound({ sources: ['10.1.4.0/22'] })) },
      observation: toIntegrated,
    },
  },
  {
    says: 'suspicion PlatformIncident: Azure reports AKS connectivity since 11:58 UTC',
    parts: { configuration: { issues: read([{ id: '/issue', title: 'AKS connectivity', since: '2026-11-30T11:58:00Z' }]) } },
    but: 'none',
    neighbour: { configuration: { issues: read([]) } },
  },
  {
    says: 'suspicion RecentChange: ana@contoso.com changed nsg-a/securityRules/r 4 minutes before the outage',
    parts: { changes: [change(`${idOf('networkSecurityGroups', 'nsg-a')}/securityRules/r`, 4)] },
    but: 'a change of the day before',
    neighbour: { changes: [change(`${idOf('networkSecurityGroups', 'nsg-a')}/securityRules/r`, 1440)] },
  },
  {
    says: 'suspicion FirewallAnswers: Azure Firewall hub-fw, on the path, answers TCP itself when no rule allows the target; check its rule for shop-x.hcp.westeurope.azmk8s.io',
    parts: { configuration: viaFirewall(), observation: tlsSilent },
    but: 'a certificate that somebody showed',
    neighbour: { configuration: viaFirewall(), observation: { ...tlsSilent, reason: 'ServerCertificateExpired' } },
  },
  {
    says: 'couldNotLook CouldNotLook: could not look: rt-spoke: the role lacks Microsoft.Network/routeTables/read',
    parts: {
      configuration: { subnet: subnet({ routeTableId: TABLE_ID }), routeTable: unread(TABLE_ID, 'Microsoft.Network/routeTables/read') },
    },
    but: 'a route table that the subnet does not have',
    neighbour: {},
  },
];

describe('findingsOf', () => {
  it.each(table)('says "$says", and nothing else', ({ says, parts }) => {
    expect(found(parts)).toEqual([says]);
  });

  it.each(table)('says nothing of $but (nearest to $says)', ({ neighbour, instead = [] }) => {
    expect(found(neighbour)).toEqual(instead);
  });

  it.each(table)('makes a finding that parses, and names what was read ($says)', ({ parts }) => {
    for (const each of findingsOf(caseOf(parts))) {
      expect(finding.parse(each)).toEqual(each);
      expect(each.evidence.length).toBeGreaterThan(0);
    }
  });

  it.each(table.filter(({ says }) => says.startsWith('cause')))(
    'makes it a suspicion at most where it is not known whether neighbours are reachable ($says)',
    ({ parts }) => {
      expect(codes({ ...parts, neighbours: { reachable: undefined } }).filter((line) => line.startsWith('cause'))).toEqual([]);
    },
  );

  it.each(table.filter(({ says }) => says.startsWith('cause')))(
    'makes it a suspicion at most where the nodes connect by a proxy ($says)',
    ({ parts }) => {
      const lines = codes({ ...parts, observation: { ...parts.observation, proxied: true } });
      expect(lines.map((line) => line.split(' ')[0])).toEqual(['suspicion']);
    },
  );

  it('makes nothing of a wrong rule that a reachable neighbour is behind as well, unless it was changed just before', () => {
    const parts = {
      configuration: { subnetNsg: nsg('nsg-shop', rule()) },
      observation: { egress: 'fails' as const },
      neighbours: { reachable: 1 },
    };
    expect(codes(parts)).toEqual([]);
    const changes = [change(`${idOf('networkSecurityGroups', 'nsg-shop')}/securityRules/deny-443`, 4)];
    expect(codes({ ...parts, changes })).toEqual(['suspicion NsgDenies']);
  });

  it('names the newest change of the resource of a cause, of its children and its parents, in any letter case', () => {
    const configuration = { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) };
    const id = idOf('networkSecurityGroups', 'NSG-SHOP');
    const changes = [change(id, 50, { by: 'bo' }), change(`${id}/securityRules/deny-443`, 4), change(`${id}2`, 1, { by: 'cy' })];
    const [cause] = findingsOf(caseOf({ configuration, changes }));
    expect(cause).toMatchObject({ kind: 'cause', changedAt: '2026-11-30T12:03:00.000Z', changedBy: 'ana@contoso.com' });
    const ofParent = findingsOf(caseOf({ configuration: isolated, observation: blind, changes: [change(NETWORK_ID, 9)] }));
    expect(ofParent[0]).toMatchObject({ code: 'NoOutboundPath', resourceId: SUBNET_ID, changedAt: '2026-11-30T11:58:00.000Z' });
  });

  it('lets a load balancer without a rule for it give no way out, and one that was not read give one', () => {
    const balancer = (letsOut: boolean) => read({ id: '/lb', letsOut });
    const changes = [change(SUBNET_ID, 90), change('/lb', 61)];
    const found = (outboundBalancer: Configuration['outboundBalancer']) =>
      codes({ configuration: { subnet: isolated.subnet, outboundBalancer }, observation: { egress: 'fails' }, changes });
    expect(found(balancer(false))).toEqual(['cause NoOutboundPath']);
    expect(found(balancer(true))).toEqual([]);
    expect(found(unread('/lb', 'Microsoft.Network/loadBalancers/read'))).toEqual(['couldNotLook CouldNotLook']);
  });

  it('says of a whole that it was changed, not deleted, where a part of it was deleted', () => {
    const ofPart = { operation: 'microsoft.network/virtualnetworks/virtualnetworkpeerings/delete' };
    const ofWhole = { operation: 'Microsoft.Network/virtualNetworks/delete' };
    const sentence = (more: object) => findingsOf(caseOf({ changes: [change(NETWORK_ID, 4, more)] }))[0]?.sentence;
    expect(sentence(ofPart)).toMatch(/changed vnet-shop/);
    expect(sentence(ofWhole)).toMatch(/deleted vnet-shop/);
  });

  it('shows causes, then suspicions with a change, then others: three, and after them what was not read', () => {
    const configuration = {
      ...viaFirewall(),
      cluster: cluster({ provisioningState: 'Failed' }),
      subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })),
      issues: read([{ id: '/issue', title: 'AKS', since: 'yesterday' }]),
      health: unread(
        `${CLUSTER_ID}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
        'Microsoft.ResourceHealth/AvailabilityStatuses/current/read',
      ),
    };
    const changes = [change(HUB_ID, 9), change(`${TABLE_ID}/routes/def`, 4)];
    expect(codes({ configuration, changes })).toEqual([
      'cause NsgDenies',
      'suspicion DefaultRouteToAppliance',
      'suspicion RecentChange',
      'couldNotLook CouldNotLook',
    ]);
  });

  it('lists all that was not read, with the right that is missing or what else went wrong, each thing once', () => {
    const configuration = {
      nextHop: unread(FIREWALL_ID, 'Microsoft.Network/azureFirewalls/read', 'throttled'),
      natGateway: unread(NAT_ID, 'Microsoft.Network/natGateways/read', 'failed'),
      publicAddresses: new Map([
        ['a', unread(addressId('a'), 'Microsoft.Network/publicIPAddresses/read')],
        ['b', unread(addressId('A'), 'Microsoft.Network/publicIPAddresses/read')],
      ]),
      zone: {
        ...zone([]),
        links: unread(`${zone([]).id}/virtualNetworkLinks`, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read'),
      },
    };
    expect(found({ configuration })).toEqual([
      'couldNotLook CouldNotLook: could not look: hub-fw: Azure throttled reading it; ng-shop: reading it failed; x.privatelink.westeurope.azmk8s.io/virtualNetworkLinks: the role lacks Microsoft.Network/privateDnsZones/virtualNetworkLinks/read; a: the role lacks Microsoft.Network/publicIPAddresses/read',
    ]);
  });

  it('says once what shows in DNS and on the way out alike', () => {
    const configuration = { ...viaFirewall(), network: network({ dnsServers: ['10.0.0.10'], peerings: [hubPeering('Disconnected')] }) };
    const observation = { ...dnsTimeout, reason: 'NoEgress', egress: 'fails' } as const;
    expect(codes({ configuration, observation })).toEqual(['cause PeeringDisconnected']);
  });

  it('says that the outbound address moved as a cause where the ranges do not contain the new one', () => {
    const changes = [change(SUBNET_ID, 4, { property: 'properties.natGateway.id', before: '', after: NAT_ID })];
    expect(codes({ configuration: { ...behindNat(), cluster: ranged(['20.9.9.9/32']) }, changes })).toEqual([
      'cause OutboundChanged',
      'cause RangesExcludeOutbound',
    ]);
  });

  it('leaves a missing endpoint (404) a cause, and one that may not be read (403) none', () => {
    const id = idOf('privateEndpoints', 'kube-apiserver');
    const observation = { address: '10.1.0.7' };
    expect(found({ configuration: { cluster: privateCluster(), endpoint: absent(id) }, observation })).toEqual([
      "cause EndpointBroken: the API server's private endpoint, kube-apiserver, does not exist",
    ]);
    const denied = unread(id, 'Microsoft.Network/privateEndpoints/read');
    expect(codes({ configuration: { cluster: privateCluster(), endpoint: denied }, observation })).toEqual(['couldNotLook CouldNotLook']);
  });
});
