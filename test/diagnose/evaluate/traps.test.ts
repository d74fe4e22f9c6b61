import { describe, expect, it } from 'vitest';
import {
  API,
  addressId,
  adminRule,
  behindNat,
  blind,
  CLUSTER_ID,
  change,
  cluster,
  codes,
  ENDPOINT,
  endpoint,
  FIREWALL_ID,
  firewall,
  found,
  HUB_ID,
  hubPeering,
  idOf,
  NETWORK_ID,
  nameUnknown,
  network,
  nic,
  nsg,
  type Parts,
  PRIVATE_NAME,
  privateCluster,
  read,
  routed,
  rule,
  subnet,
  TABLE_ID,
  tlsSilent,
  toAppliance,
  unread,
  zone,
} from './world.ts';

const ranged = (authorizedRanges: readonly string[]) => cluster({ authorizedRanges });
const behindFirewall = { ...routed([toAppliance]), network: network({ peerings: [hubPeering()] }), nextHop: firewall() };
const customDns = network({ dnsServers: ['10.0.0.10'], peerings: [hubPeering()] });

const denied = { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) };
const dnsDenied = {
  network: network({ dnsServers: ['10.1.9.10'] }),
  subnetNsg: nsg('nsg-shop', rule({ protocol: '*', destinations: ['10.1.9.10'], destinationPorts: ['53'] })),
};
const alwaysDns = { access: 'AlwaysAllow', protocol: 'Any', destinationPorts: ['53'] };
const dnsTimeout = { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout', azureDns: { said: 'timeout', addresses: [] } } as const;

describe('nothing is said', () => {
  it.each<[string, Parts]>([
    ['of a load balancer whose address the ranges do not list, as AKS lets it in', { configuration: { cluster: ranged(['1.2.3.0/24']) } }],
    [
      'of a default route to an appliance that is a year old',
      { configuration: behindFirewall, changes: [change(`${TABLE_ID}/routes/def`, 525_600)] },
    ],
    [
      'of a denial of everything under a list that allows the API server',
      {
        configuration: {
          subnetNsg: nsg(
            'nsg-shop',
            rule({ name: 'deny-all', priority: 200, protocol: '*', destinations: ['*'], destinationPorts: ['*'] }),
            rule({ name: 'let', priority: 100, access: 'Allow', destinations: ['9.9.9.9/32', '20.1.1.0/24'] }),
          ),
        },
      },
    ],
    [
      'of custom DNS servers with the zone linked where they are',
      {
        configuration: { cluster: privateCluster(), network: customDns, zone: zone([HUB_ID]) },
        observation: { ...nameUnknown, resolvers: ['10.0.0.10'] },
      },
    ],
    [
      'of custom DNS servers on premises, with the zone linked somewhere',
      {
        configuration: { cluster: privateCluster(), network: network({ dnsServers: ['192.168.0.10'] }), zone: zone([HUB_ID]) },
        observation: { ...nameUnknown, resolvers: ['192.168.0.10'] },
      },
    ],
    ...[['that is not linked', zone([])] as const, ['without a record', zone([NETWORK_ID], read([]))] as const].map(
      ([what, own]): [string, Parts] => [
        `of a private DNS zone ${what}, where nodes ask for the public name`,
        {
          configuration: { cluster: privateCluster(), zone: own },
          observation: { ...nameUnknown, host: 'shop-x.hcp.westeurope.azmk8s.io' },
        },
      ],
    ),
    [
      'of a zone where the cluster has none',
      { configuration: { cluster: privateCluster({ privateDnsZone: 'none' }), zone: zone([], read([])) }, observation: nameUnknown },
    ],
    ['of a power state that Azure does not say', { configuration: { cluster: cluster({ powerState: undefined }) } }],
    [
      'of what a reachable neighbour in the same subnet is behind',
      { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) }, neighbours: { reachable: 1 } },
    ],
    [
      'of a rule of the load balancer that AKS itself wrote',
      { changes: [change(idOf('loadBalancers', 'kubernetes'), 4, { by: 'AKS itself' })] },
    ],
    ['of ranges that are in use and contain the address', { configuration: { ...behindNat(), cluster: ranged(['20.8.7.6/32']) } }],
    [
      'of ranges of a private cluster',
      {
        configuration: { ...behindNat(), cluster: privateCluster({ authorizedRanges: ['1.2.3.0/24'] }), endpoint: endpoint() },
        observation: { address: ENDPOINT },
      },
    ],
    [
      'of ranges of an integrated one, which nodes reach by a private address',
      {
        configuration: {
          ...behindNat(),
          cluster: cluster({ isIntegrated: true, authorizedRanges: ['1.2.3.0/24'] }),
          apiAddress: read('10.1.8.4'),
        },
        observation: { address: '10.1.8.4' },
      },
    ],
    [
      'of ranges of an integrated one, whatever its name leads to',
      { configuration: { ...behindNat(), cluster: cluster({ isIntegrated: true, authorizedRanges: ['1.2.3.0/24'] }) } },
    ],
    [
      'of an outbound type that is meant to go by a firewall',
      { configuration: { ...behindFirewall, cluster: cluster({ outboundType: 'userDefinedRouting' }) } },
    ],
    [
      'of the default route where a private endpoint has a route of its own',
      {
        configuration: { cluster: privateCluster(), endpoint: endpoint(), ...routed([{ ...toAppliance, type: 'None' }]) },
        observation: { address: ENDPOINT },
      },
    ],
    [
      'of the default rules, which may deny what is behind a peering',
      {
        configuration: { network: customDns, subnetNsg: nsg('nsg-shop'), nicNsg: nsg('nsg-nic') },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout', resolvers: ['10.0.0.10'] },
      },
    ],
    [
      'of what denies incoming traffic alone',
      { configuration: { subnetNsg: nsg('nsg-shop', rule({ direction: 'Inbound', destinations: ['*'] })) } },
    ],
    [
      'of rules for 168.63.129.16 that do not use its tag',
      {
        configuration: { subnetNsg: nsg('nsg-shop', rule({ protocol: '*', destinations: ['*'], destinationPorts: ['*'] })) },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout', azureDns: { said: 'timeout', addresses: [] } },
      },
    ],
    [
      'of a denial of everything, where other places are reached',
      { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: ['*'] })) }, observation: { egress: 'works' } },
    ],
    [
      'of a denial, where somebody refused the connection',
      {
        configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) },
        observation: { tcp: 'refused', reason: 'ConnectionRefused' },
      },
    ],
    [
      'of a NAT gateway without an address where a route leads to a firewall',
      { configuration: { ...behindNat({ addressIds: [] }), ...behindFirewall }, observation: blind },
    ],
    [
      "of the path where the node's certificate has expired",
      {
        configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) },
        observation: { reason: 'ClientCertificateExpired', tcp: 'ok' },
      },
    ],
    [
      'of a private DNS zone where Azure knows the name',
      {
        configuration: { cluster: privateCluster(), zone: zone([]) },
        observation: { ...nameUnknown, azureDns: { said: 'found', addresses: [ENDPOINT] } },
      },
    ],
    [
      'of the health of a cluster that its owner stopped',
      { configuration: { health: read({ state: 'Unavailable', reasonType: 'UserInitiated' }) } },
    ],
    [
      'of an address that /etc/hosts says',
      { configuration: { cluster: privateCluster(), endpoint: endpoint() }, observation: { address: '10.1.0.9', reason: 'HostsFile' } },
    ],
    [
      'of DNS servers where only the resolver of the machine is dead',
      {
        configuration: { network: customDns },
        observation: { ...nameUnknown, reason: 'ResolverDead', azureDns: { said: 'found', addresses: [API] } },
      },
    ],
  ])('%s', (_, parts) => {
    expect(found(parts)).toEqual([]);
  });

  it('but that one could not look, of a hub that may not be read', () => {
    const configuration = {
      ...routed([toAppliance]),
      network: network({ peerings: [hubPeering()] }),
      nextHop: unread(FIREWALL_ID, 'Microsoft.Network/azureFirewalls/read'),
    };
    expect(found({ configuration, observation: { egress: 'fails' } })).toEqual([
      'couldNotLook CouldNotLook: could not look: hub-fw: the role lacks Microsoft.Network/azureFirewalls/read',
    ]);
  });
});

describe('a suspicion at most', () => {
  it.each<[string, Parts, string[]]>([
    [
      'ranges of a service tag',
      { configuration: { ...behindNat(), cluster: ranged(['AzureCloud']) } },
      ['suspicion RangesExcludeOutbound'],
    ],
    [
      'ranges that contain some of the addresses',
      { configuration: { ...behindNat({ addressIds: [addressId('nat'), addressId('lb')] }), cluster: ranged(['20.8.7.6/32']) } },
      ['suspicion RangesExcludeOutbound'],
    ],
    [
      'ranges, where TCP was answered',
      { configuration: { ...behindNat(), cluster: ranged(['1.2.3.0/24']) }, observation: tlsSilent },
      ['suspicion RangesExcludeOutbound'],
    ],
    [
      'ranges, where nobody tried other places',
      { configuration: { ...behindNat(), cluster: ranged(['1.2.3.0/24']) }, observation: { egress: undefined } },
      ['suspicion RangesExcludeOutbound'],
    ],
    [
      'ranges without a firewall that leaves by a NAT gateway',
      { configuration: { ...behindFirewall, nextHop: firewall({ leaves: 'otherwise' }), cluster: ranged(['1.2.3.0/24']) } },
      ['suspicion RangesExcludeOutbound'],
    ],
    [
      'a NAT gateway without an address, where nobody tried other places',
      { configuration: behindNat({ addressIds: [] }), observation: { egress: undefined } },
      ['suspicion NatWithoutAddress'],
    ],
    [
      'the rule of one of two NSGs that may deny, where the default rules of the other may as well',
      {
        configuration: {
          network: customDns,
          nicNsg: nsg('nsg-nic'),
          subnetNsg: nsg('nsg-shop', rule({ protocol: 'Udp', destinations: ['VirtualNetwork'], destinationPorts: ['53'] })),
        },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout', resolvers: ['10.0.0.10'] },
      },
      ['suspicion DnsServerCutOff'],
    ],
    [
      'a machine that is being deallocated',
      {
        configuration: { ...behindFirewall, nextHop: firewall({ kind: 'networkInterface', machinePower: 'PowerState/deallocating' }) },
        observation: { egress: 'fails' },
      },
      ['suspicion NextHopDead'],
    ],
    [
      'a firewall without an address, where the table sends to several',
      {
        configuration: {
          ...behindFirewall,
          ...routed([toAppliance, { name: 'db', prefix: '10.7.0.0/16', type: 'VirtualAppliance', nextHop: '10.0.0.5' }]),
          nextHop: firewall({ addresses: [] }),
        },
        observation: { egress: 'fails' },
      },
      ['suspicion NextHopDead'],
    ],
    [
      'a peering that is gone, beside a gateway',
      {
        configuration: { ...behindFirewall, network: network({ peerings: [hubPeering('Disconnected')], mayLearnRoutes: true }) },
        observation: { egress: 'fails' },
      },
      ['suspicion PeeringDisconnected'],
    ],
    [
      'the NSG of an API subnet that the address is not in',
      {
        configuration: {
          cluster: privateCluster({ isIntegrated: true }),
          apiAddress: read('10.1.9.4'),
          apiSubnet: subnet({ prefixes: ['10.1.8.0/28'] }),
          apiSubnetNsg: nsg('nsg-api', rule({ direction: 'Inbound', destinations: ['*'] })),
        },
        observation: { address: '10.1.9.4' },
      },
      ['suspicion ApiSubnetBlocked'],
    ],
    [
      'the denial of a service tag',
      { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: ['AzureCloud'] })) } },
      ['suspicion NsgDenies'],
    ],
    [
      'a denial after a rule that allows a tag which nobody knows yet',
      {
        configuration: {
          subnetNsg: nsg(
            'nsg-shop',
            rule({ destinations: [API] }),
            rule({ name: 'let', access: 'Allow', priority: 100, destinations: ['AzureKubernetes'] }),
          ),
        },
      },
      ['suspicion NsgDenies'],
    ],
    [
      'a denial after a rule that may allow',
      {
        configuration: {
          subnetNsg: nsg(
            'nsg-shop',
            rule({ destinations: [API] }),
            rule({ name: 'let', access: 'Allow', priority: 100, destinations: ['AzureCloud'] }),
          ),
        },
      },
      ['suspicion NsgDenies'],
    ],
    [
      'a denial that an admin rule overrules',
      {
        configuration: {
          subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })),
          adminRules: read([
            {
              id: '/r',
              name: 'let',
              access: 'AlwaysAllow',
              direction: 'Outbound',
              priority: 1,
              protocol: 'Tcp',
              destinations: ['*'],
              destinationPorts: ['443'],
            },
          ]),
        },
      },
      ['suspicion NsgDenies'],
    ],
    ...['AzureCloud', 'AzureCloud.WestEurope', '20.0.0.0/8'].map((destination): [string, Parts, string[]] => [
      `a denial that an admin rule for ${destination} overrules or may overrule`,
      { configuration: { ...denied, adminRules: read([adminRule({ access: 'AlwaysAllow', destinations: [destination] })]) } },
      ['suspicion NsgDenies'],
    ]),
    [
      'a denial, where an admin rule has an access that nobody knows yet',
      { configuration: { ...denied, adminRules: read([adminRule({ access: '' })]) } },
      ['suspicion NsgDenies'],
    ],
    [
      'a denial that an admin rule may overrule behind another one',
      {
        configuration: {
          ...denied,
          adminRules: read([
            adminRule({ name: 'first', access: 'Allow', priority: 1 }),
            adminRule({ access: 'AlwaysAllow', destinations: [] }),
          ]),
        },
      },
      ['suspicion NsgDenies'],
    ],
    [
      'a denial of DNS that an admin rule overrules',
      {
        configuration: { ...dnsDenied, adminRules: read([adminRule({ ...alwaysDns, destinations: ['10.1.9.0/24'] })]) },
        observation: dnsTimeout,
      },
      ['suspicion DnsServerCutOff'],
    ],
    [
      "a denial of Azure's DNS, where an admin rule for anywhere may overrule it",
      {
        configuration: {
          subnetNsg: nsg('nsg-shop', rule({ protocol: '*', destinations: ['AzurePlatformDNS'], destinationPorts: ['*'] })),
          adminRules: read([adminRule(alwaysDns)]),
        },
        observation: dnsTimeout,
      },
      ['suspicion DnsServerCutOff'],
    ],
    [
      'a denial, where admin rules were not read',
      { configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })), adminRules: unread(CLUSTER_ID, 'g') } },
      ['suspicion NsgDenies', 'couldNotLook CouldNotLook'],
    ],
    [
      'a route that drops, beside a gateway',
      {
        configuration: {
          ...routed([{ ...toAppliance, type: 'None' }], { learnsRoutes: true }),
          network: network({ mayLearnRoutes: true }),
        },
        observation: { egress: 'fails' },
      },
      ['suspicion RouteDrops'],
    ],
    [
      'a next hop that nobody holds',
      {
        configuration: { ...routed([toAppliance]), nextHop: { status: 'absent', resourceId: '10.0.0.4' } },
        observation: { egress: 'fails' },
      },
      ['suspicion NextHopDead'],
    ],
    [
      'default outbound access',
      { configuration: { cluster: cluster({ outboundType: 'none', loadBalancerAddressIds: [] }) }, observation: blind },
      ['suspicion NoOutboundPath'],
    ],
    [
      'custom DNS without a link to its network',
      {
        configuration: { cluster: privateCluster(), network: customDns, zone: zone([]) },
        observation: { ...nameUnknown, resolvers: ['10.0.0.10'] },
      },
      ['suspicion ZoneNotLinked'],
    ],
    [
      'a link that is being made',
      {
        configuration: { cluster: privateCluster(), zone: { ...zone([]), links: read([{ networkId: NETWORK_ID, state: 'InProgress' }]) } },
        observation: nameUnknown,
      },
      ['suspicion ZoneNotLinked'],
    ],
    [
      'a zone, where Azure was not asked',
      { configuration: { cluster: privateCluster(), zone: zone([]) }, observation: { ...nameUnknown, azureDns: undefined } },
      ['suspicion ZoneNotLinked'],
    ],
    [
      'a name that DNS servers did not know once',
      {
        configuration: { network: customDns },
        observation: {
          ...nameUnknown,
          reason: 'ResolverDiffers',
          failures: 1,
          resolvers: ['10.0.0.10'],
          azureDns: { said: 'found', addresses: [API] },
        },
      },
      ['suspicion CustomDnsNoForward'],
    ],
    [
      'a denial of one of two DNS servers',
      {
        configuration: {
          network: network({ dnsServers: ['10.1.9.10', '10.1.9.11'] }),
          subnetNsg: nsg('nsg-shop', rule({ protocol: '*', destinations: ['10.1.9.10'], destinationPorts: ['53'] })),
        },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout' },
      },
      ['suspicion DnsServerCutOff'],
    ],
    [
      'what denies the second port of an integrated API server',
      {
        configuration: {
          cluster: privateCluster({ isIntegrated: true }),
          apiAddress: read('10.1.8.4'),
          apiSubnet: subnet({ prefixes: ['10.1.8.0/28'] }),
          apiSubnetNsg: nsg('nsg-api', rule({ direction: 'Inbound', destinations: ['*'], destinationPorts: ['4443'] })),
        },
        observation: { address: '10.1.8.4' },
      },
      ['suspicion ApiSubnetBlocked'],
    ],
    [
      'an integrated API server whose load balancer is probed in vain',
      {
        configuration: {
          cluster: privateCluster({ isIntegrated: true }),
          apiAddress: read('10.1.8.4'),
          apiSubnet: subnet({ prefixes: ['10.1.8.0/28'] }),
          apiSubnetNsg: nsg(
            'nsg-api',
            rule({ direction: 'Inbound', sources: ['AzureLoadBalancer'], destinations: ['*'], destinationPorts: ['*'] }),
          ),
        },
        observation: { address: '10.1.8.4' },
      },
      ['suspicion ApiSubnetBlocked'],
    ],
    [
      'an address that a node keeps from before',
      { configuration: { cluster: privateCluster(), endpoint: endpoint() }, observation: { address: '10.1.0.9', failures: 1 } },
      ['suspicion RecordWrong'],
    ],
  ])('is %s', (_, parts, said) => {
    expect(codes(parts)).toEqual(said);
  });
});

describe('a cause', () => {
  const elsewhere = [
    adminRule({ access: 'AlwaysAllow', destinations: ['30.0.0.0/8'] }),
    adminRule({ access: 'AlwaysAllow', destinationPorts: ['80'] }),
    adminRule({ access: 'AlwaysAllow', direction: 'Inbound' }),
    adminRule({ access: 'Allow' }),
  ];
  const cutOff = { egress: 'fails', reason: 'NoEgress' } as const;
  it.each<[string, Parts, string]>([
    ['a denial beside admin rules for elsewhere', { configuration: { ...denied, adminRules: read(elsewhere) } }, 'NsgDenies'],
    [
      'a denial of DNS beside admin rules for elsewhere',
      { configuration: { ...dnsDenied, adminRules: read(elsewhere) }, observation: dnsTimeout },
      'DnsServerCutOff',
    ],
    [
      'ranges for the load balancer alone, where nodes leave by a NAT gateway',
      { configuration: { ...behindNat(), cluster: ranged(['0.0.0.0/32']) } },
      'RangesExcludeOutbound',
    ],
    ['ranges without the firewall', { configuration: { ...behindFirewall, cluster: ranged(['1.2.3.0/24']) } }, 'RangesExcludeOutbound'],
    [
      'the NSG of the interface, where that of the subnet allows',
      { configuration: { nicNsg: nsg('nsg-nic', rule({ destinations: [API] })), subnetNsg: nsg('nsg-shop') } },
      'NsgDenies',
    ],
    [
      'the NSG of the subnet, where that of the interface allows',
      { configuration: { nicNsg: nsg('nsg-nic'), subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) } },
      'NsgDenies',
    ],
    [
      'a denial of everything, where nothing is reached',
      { configuration: { subnetNsg: nsg('nsg-shop', rule()) }, observation: cutOff },
      'NsgDenies',
    ],
    [
      'a denial of everything to blind nodes',
      {
        configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: ['0.0.0.0/0'] })) },
        observation: blind,
        changes: [change(idOf('networkSecurityGroups', 'nsg-shop'), 4)],
      },
      'NsgDenies',
    ],
    [
      'a default route that drops, to blind nodes',
      { configuration: routed([{ ...toAppliance, type: 'None' }]), observation: blind, changes: [change(TABLE_ID, 4)] },
      'RouteDrops',
    ],
    [
      'a firewall that was deallocated, to blind nodes',
      { configuration: { ...behindFirewall, nextHop: firewall({ addresses: [] }) }, observation: blind, changes: [change(FIREWALL_ID, 4)] },
      'NextHopDead',
    ],
    [
      'an appliance whose machine was deallocated',
      {
        configuration: { ...behindFirewall, nextHop: firewall({ kind: 'networkInterface', machinePower: 'PowerState/deallocated' }) },
        observation: cutOff,
      },
      'NextHopDead',
    ],
    [
      'an appliance that does not forward',
      { configuration: { ...behindFirewall, nextHop: firewall({ kind: 'networkInterface', forwards: false }) }, observation: cutOff },
      'NextHopDead',
    ],
    [
      'a peering that is gone, to blind nodes',
      {
        configuration: { ...behindFirewall, network: network({ peerings: [hubPeering('Disconnected')] }) },
        observation: blind,
        changes: [change(`${NETWORK_ID}/virtualNetworkPeerings/to-hub`, 4)],
      },
      'PeeringDisconnected',
    ],
    [
      'a peering that is gone, to the DNS servers',
      {
        configuration: { network: network({ dnsServers: ['10.0.0.10'], peerings: [hubPeering('Disconnected')] }) },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout' },
      },
      'PeeringDisconnected',
    ],
    [
      'a peering that is gone, to a firewall that answers for DNS as well',
      {
        configuration: { ...routed([toAppliance]), network: network({ dnsServers: ['10.0.0.4'], peerings: [hubPeering('Disconnected')] }) },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout' },
      },
      'PeeringDisconnected',
    ],
    [
      'a rule against AzurePlatformDNS',
      {
        configuration: { subnetNsg: nsg('nsg-shop', rule({ protocol: '*', destinations: ['AzurePlatformDNS'], destinationPorts: ['*'] })) },
        observation: { ...nameUnknown, dns: 'timeout', reason: 'DnsTimeout', azureDns: { said: 'timeout', addresses: [] } },
      },
      'DnsServerCutOff',
    ],
    [
      'a group that the nodes are in',
      {
        configuration: {
          nic: nic({ asgIds: ['/asg'] }),
          subnetNsg: nsg('nsg-shop', rule({ sources: [], sourceAsgs: ['/ASG'], destinations: [API] })),
        },
      },
      'NsgDenies',
    ],
    [
      'a private DNS zone that does not exist',
      {
        configuration: {
          cluster: privateCluster(),
          zone: { id: '/z', links: { status: 'absent', resourceId: '/z' }, record: { status: 'absent', resourceId: '/z/a' } },
        },
        observation: nameUnknown,
      },
      'ZoneNotLinked',
    ],
    ...[PRIVATE_NAME.toUpperCase(), `${PRIVATE_NAME}.`, undefined].map((host): [string, Parts, string] => [
      `a private DNS zone without a link, where nodes ask for ${host ?? 'what nobody knows'}`,
      { configuration: { cluster: privateCluster(), zone: zone([]) }, observation: { ...nameUnknown, host } },
      'ZoneNotLinked',
    ]),
    ['a cluster that is being deleted', { configuration: { cluster: cluster({ provisioningState: 'Deleting' }) } }, 'ClusterStopped'],
  ])('is %s', (_, parts, code) => {
    expect(codes(parts)).toEqual([`cause ${code}`]);
  });
});

describe('changes', () => {
  it('by AKS itself are named, but raise no rank and bring no suspicion', () => {
    const changes = [change(`${TABLE_ID}/routes/def`, 4, { by: 'AKS itself' })];
    expect(codes({ configuration: behindFirewall, changes })).toEqual([]);
    expect(
      codes({
        configuration: { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) },
        neighbours: { reachable: 3 },
        changes: [change(idOf('networkSecurityGroups', 'nsg-shop'), 4, { by: 'AKS itself' })],
      }),
    ).toEqual([]);
  });

  it.each(['tags', 'tags.costCenter', 'Tags["cost center"]'])('of %s may have brought nothing', (property) => {
    const id = idOf('networkSecurityGroups', 'nsg-shop');
    const changes = [change(id, 4, { property })];
    expect(codes({ changes })).toEqual([]);
    expect(codes({ configuration: denied, neighbours: { reachable: 9 }, changes })).toEqual([]);
    const blocking = { subnetNsg: nsg('nsg-shop', rule({ destinations: ['0.0.0.0/0'] })) };
    expect(codes({ configuration: blocking, observation: blind, changes })).toEqual(['suspicion NsgDenies']);
    const other = change(id, 9, { property: 'properties.tagsOfRules' });
    expect(codes({ configuration: blocking, observation: blind, changes: [...changes, other] })).toEqual(['cause NsgDenies']);
  });

  it('of another route of the table do not make the default route new', () => {
    expect(codes({ configuration: behindFirewall, changes: [change(`${TABLE_ID}/routes/other`, 4)] })).toEqual(['suspicion RecentChange']);
    const property = 'properties.routes["other"].properties.nextHopIpAddress';
    expect(codes({ configuration: behindFirewall, changes: [change(TABLE_ID, 4, { property })] })).toEqual(['suspicion RecentChange']);
    expect(
      codes({ configuration: behindFirewall, changes: [change(TABLE_ID, 4, { property: property.replace('other', 'def') })] }),
    ).toEqual(['suspicion DefaultRouteToAppliance']);
  });

  it.each<[string, number, number]>([
    ['60 minutes before', 60, 1],
    ['61 minutes before', 61, 0],
    ['5 minutes after, as logs are late', -5, 1],
    ['6 minutes after', -6, 0],
  ])('%s the start are suspicious or not', (_, before, count) => {
    expect(codes({ changes: [change(HUB_ID, before)] })).toHaveLength(count);
  });

  it('of several resources are one suspicion', () => {
    expect(
      found({
        changes: [
          change(HUB_ID, 9),
          change(NETWORK_ID, 4, { operation: 'Microsoft.Network/virtualNetworks/delete', by: undefined }),
          change(HUB_ID, 30),
        ],
      }),
    ).toEqual(['suspicion RecentChange: somebody deleted vnet-shop 4 minutes before the outage; 1 more resource was changed in that hour']);
  });

  it('of unreadable times, or of an outage without a start, are none', () => {
    expect(found({ changes: [change(HUB_ID, 4, { time: 'soon' })] })).toEqual([]);
  });

  it('of the first ranges shut out everybody else', () => {
    const property = 'properties.apiServerAccessProfile.authorizedIPRanges[0]';
    expect(found({ changes: [change(CLUSTER_ID, 4, { property, before: undefined, after: '1.2.3.0/24' })] })).toEqual([
      'suspicion RangesChanged: authorized ranges were set to 1.2.3.0/24 at 12:03 UTC',
    ]);
  });
});
