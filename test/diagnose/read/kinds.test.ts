import { describe, expect, it } from 'vitest';
import { clusterKind, machineKind, nicKind, scaleSetKind } from '../../../src/diagnose/read/kinds/cluster.ts';
import { clusterHealthKind, serviceIssuesKind } from '../../../src/diagnose/read/kinds/health.ts';
import {
  firewallKind,
  loadBalancerKind,
  natGatewayKind,
  publicAddressKind,
  routeTableKind,
  subnetKind,
  virtualNetworkKind,
} from '../../../src/diagnose/read/kinds/network.ts';
import { endpointKind, recordKind, zoneLinksKind } from '../../../src/diagnose/read/kinds/private-server.ts';
import { adminRuleRow, nsgKind } from '../../../src/diagnose/read/kinds/security.ts';
import { readPrivateServer } from '../../../src/diagnose/read/read-private-server.ts';
import type { SettingsReader } from '../../../src/diagnose/read/read-settings.ts';

// The bodies have the shape of Azure's own: of the examples of its REST API, and of recordings of the Azure CLI.
describe('a cluster', () => {
  const body = (properties: object, more: object = {}) => ({
    id: '/subscriptions/s/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/c',
    location: 'westeurope',
    ...more,
    properties: { nodeResourceGroup: 'MC_rg_c_westeurope', ...properties },
  });

  it('has its ranges, its way out and the identities by which AKS works for it', () => {
    const read = clusterKind.parse(
      body(
        {
          provisioningState: 'Succeeded',
          powerState: { code: 'Running' },
          fqdn: 'c-x.hcp.westeurope.azmk8s.io',
          servicePrincipalProfile: { clientId: 'msi' },
          identityProfile: { kubeletidentity: { resourceId: '/x', clientId: 'y', objectId: 'B' } },
          apiServerAccessProfile: { authorizedIPRanges: ['1.2.3.0/24'] },
          networkProfile: { outboundType: 'userAssignedNATGateway', loadBalancerProfile: { effectiveOutboundIPs: [{ id: '/ip' }] } },
        },
        { identity: { type: 'SystemAssigned', principalId: 'A', tenantId: 't' } },
      ),
    );
    expect(read).toMatchObject({
      authorizedRanges: ['1.2.3.0/24'],
      outboundType: 'userAssignedNATGateway',
      loadBalancerAddressIds: ['/ip'],
      natAddressIds: [],
      identities: ['a', 'b'],
      isPrivate: false,
      isIntegrated: false,
      powerState: 'Running',
    });
  });

  it('that is plain and public says little, and nothing is made of that: no power state is not stopped', () => {
    expect(clusterKind.parse(body({}))).toMatchObject({ powerState: undefined, authorizedRanges: [], isPrivate: false, outboundType: '' });
  });
});

describe('the way of a node', () => {
  it('begins at the primary interface of its scale set', () => {
    const configuration = (name: string, primary: boolean, own: object) => ({
      name,
      properties: {
        primary,
        ipConfigurations: [{ name: 'ipconfig1', properties: { subnet: { id: `/subnets/${name}` }, ...own } }],
        ...(primary && { networkSecurityGroup: { id: '/nsg' } }),
      },
    });
    const networkInterfaceConfigurations = [
      configuration('second', false, {}),
      configuration('first', true, { publicIPAddressConfiguration: { name: 'pub' }, applicationSecurityGroups: [{ id: '/asg' }] }),
    ];
    const body = { id: '/vmss', properties: { virtualMachineProfile: { networkProfile: { networkInterfaceConfigurations } } } };
    expect(scaleSetKind.parse(body)).toEqual({
      scaleSetId: '/vmss',
      subnetId: '/subnets/first',
      nsgId: '/nsg',
      asgIds: ['/asg'],
      hasPublicAddress: true,
    });
    expect(() => scaleSetKind.parse({ id: '/vmss', properties: {} })).toThrow();
  });

  it('of a single machine begins at its own interface', () => {
    expect(
      machineKind.parse({
        properties: {
          networkProfile: { networkInterfaces: [{ id: '/nic' }] },
          instanceView: { statuses: [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/deallocated' }] },
        },
      }),
    ).toEqual({ nicIds: ['/nic'], power: 'PowerState/deallocated' });
    const ipConfigurations = [{ properties: { privateIPAddress: '10.0.0.4', subnet: { id: '/s' } } }];
    const nic = nicKind.parse({ id: '/nic', properties: { enableIPForwarding: true, virtualMachine: { id: '/vm' }, ipConfigurations } });
    expect(nic).toMatchObject({
      addresses: ['10.0.0.4'],
      forwards: true,
      machineId: '/vm',
      nic: { subnetId: '/s', hasPublicAddress: false },
    });
  });

  it('leads through a subnet that has one prefix or several', () => {
    const properties = {
      addressPrefix: '10.1.0.0/22',
      routeTable: { id: '/rt' },
      natGateway: null,
      privateEndpointNetworkPolicies: 'Disabled',
    };
    expect(subnetKind.parse({ id: '/s', properties })).toMatchObject({
      prefixes: ['10.1.0.0/22'],
      routeTableId: '/rt',
      natGatewayId: undefined,
    });
    expect(subnetKind.parse({ id: '/s', properties: { addressPrefixes: ['10.1.0.0/24', 'fd00::/64'] } }).prefixes).toHaveLength(2);
  });

  it('may learn routes where there is a gateway in the network, or behind a peering', () => {
    const network = (subnets: string[], useRemoteGateways: boolean) =>
      virtualNetworkKind.parse({
        id: '/v',
        properties: {
          addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
          subnets: subnets.map((name) => ({ name })),
          virtualNetworkPeerings: [
            { name: 'hub', properties: { peeringState: 'Connected', remoteVirtualNetwork: { id: '/hub' }, useRemoteGateways } },
          ],
        },
      });
    expect(network(['nodes'], false)).toMatchObject({
      mayLearnRoutes: false,
      dnsServers: [],
      peerings: [{ name: 'hub', state: 'Connected', remoteId: '/hub' }],
    });
    expect(network(['nodes', 'GatewaySubnet'], false).mayLearnRoutes).toBe(true);
    expect(network(['nodes', 'routeServerSubnet'], false).mayLearnRoutes).toBe(true);
    expect(network(['nodes'], true).mayLearnRoutes).toBe(true);
  });

  it('is a table of routes, whose gateways’ routes apply unless it says that they do not', () => {
    const routes = [
      { name: 'def', properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' } },
    ];
    expect(routeTableKind.parse({ id: '/rt', properties: { disableBgpRoutePropagation: true, routes } })).toEqual({
      id: '/rt',
      learnsRoutes: false,
      routes: [{ name: 'def', prefix: '0.0.0.0/0', type: 'VirtualAppliance', nextHop: '10.0.0.4' }],
    });
    expect(routeTableKind.parse({ id: '/rt', properties: { routes: [] } }).learnsRoutes).toBe(true);
    expect(() => routeTableKind.parse({ id: '/rt', properties: {} })).toThrow();
  });

  it('ends at a NAT gateway, a public address, a load balancer or a firewall, which has no address while it is deallocated', () => {
    expect(
      natGatewayKind.parse({ id: '/ng', properties: { publicIpAddresses: [{ id: '/a' }], publicIpPrefixes: [{ id: '/p' }] } }),
    ).toEqual({ id: '/ng', addressIds: ['/a'], prefixIds: ['/p'] });
    expect(natGatewayKind.parse({ id: '/ng', properties: {} })).toEqual({ id: '/ng', addressIds: [], prefixIds: [] });
    expect(publicAddressKind.parse({ properties: { ipAddress: '20.8.7.6' } })).toBe('20.8.7.6');
    expect(
      loadBalancerKind.parse({ id: '/lb', properties: { frontendIPConfigurations: [{ properties: { privateIPAddress: '10.1.0.7' } }] } })
        .addresses,
    ).toEqual(['10.1.0.7']);
    const ipConfigurations = [{ properties: { privateIPAddress: '10.0.0.4', publicIPAddress: { id: '/pip' } } }];
    expect(firewallKind.parse({ id: '/fw', properties: { ipConfigurations } })).toEqual({
      id: '/fw',
      addresses: ['10.0.0.4'],
      publicAddressIds: ['/pip'],
    });
    expect(firewallKind.parse({ id: '/fw', properties: { provisioningState: 'Succeeded' } }).addresses).toEqual([]);
    expect(firewallKind.parse({ id: '/fw', properties: { hubIPAddresses: { privateIPAddress: '10.9.0.4' } } }).addresses).toEqual([
      '10.9.0.4',
    ]);
  });
});

describe('a network security group', () => {
  const rule = {
    name: 'deny-443',
    properties: {
      protocol: 'Tcp',
      sourcePortRange: '*',
      destinationPortRange: '443',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: 'Internet',
      access: 'Deny',
      priority: 110,
      direction: 'Outbound',
      sourcePortRanges: [],
      destinationPortRanges: [],
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: [],
    },
  };

  it('has its own rules and the default ones, in singular and plural fields', () => {
    const { destinationAddressPrefix: _, ...plural } = rule.properties;
    const allow = {
      name: 'allow',
      properties: { ...plural, access: 'Allow', priority: 100, destinationAddressPrefixes: ['20.1.1.0/24', '20.2.0.0/16'] },
    };
    const { rules } = nsgKind.parse({ id: '/g', properties: { securityRules: [rule, allow], defaultSecurityRules: [rule] } });
    expect(rules).toHaveLength(3);
    expect(rules[0]).toMatchObject({
      name: 'deny-443',
      destinations: ['Internet'],
      destinationPorts: ['443'],
      sources: ['*'],
      destinationAsgs: [],
    });
    expect(rules[1]).toMatchObject({ destinations: ['20.1.1.0/24', '20.2.0.0/16'] });
  });

  it('is unread as a whole where one of its rules cannot be read, or a list of rules is missing', () => {
    const broken = { name: 'x', properties: { ...rule.properties, priority: undefined } };
    expect(() => nsgKind.parse({ id: '/g', properties: { securityRules: [rule, broken], defaultSecurityRules: [] } })).toThrow();
    expect(() => nsgKind.parse({ id: '/g', properties: { securityRules: [rule] } })).toThrow();
  });

  it('stands behind the rules of a network manager, of which anything may be missing', () => {
    expect(adminRuleRow.parse({ id: '/r' })).toMatchObject({ id: '/r', access: '', destinations: [] });
    const properties = {
      access: 'Deny',
      direction: 'Outbound',
      priority: 1,
      protocol: 'Tcp',
      destinations: [{ addressPrefix: '*' }],
      destinationPortRanges: ['443'],
    };
    expect(adminRuleRow.parse({ id: '/r', name: 'no', properties })).toMatchObject({
      access: 'Deny',
      destinations: ['*'],
      destinationPorts: ['443'],
    });
  });
});

describe('a private API server', () => {
  it('has an endpoint, of whose connections the worst counts', () => {
    const connection = (status: string) => ({ properties: { privateLinkServiceConnectionState: { status, description: '' } } });
    const properties = {
      subnet: { id: '/subnets/endpoints' },
      networkInterfaces: [{ id: '/nic' }],
      privateLinkServiceConnections: [connection('Approved')],
      manualPrivateLinkServiceConnections: [connection('Rejected')],
    };
    expect(endpointKind.parse({ id: '/pe', properties })).toEqual({
      id: '/pe',
      state: 'Rejected',
      nicIds: ['/nic'],
      subnetId: '/subnets/endpoints',
    });
    expect(endpointKind.parse({ id: '/pe', properties: { ...properties, subnet: null } }).subnetId).toBeUndefined();
    expect(endpointKind.parse({ id: '/pe', properties: { ...properties, manualPrivateLinkServiceConnections: [] } }).state).toBe(
      'Approved',
    );
  });

  it('is read with the subnet of its endpoint', async () => {
    const id = '/subscriptions/s/resourceGroups/mc/providers/Microsoft.Network/privateEndpoints/kube-apiserver';
    const bodies: Record<string, object> = {
      [id]: { id, properties: { subnet: { id: '/subnets/endpoints' }, networkInterfaces: [{ id: '/nic' }] } },
      '/nic': { id: '/nic', properties: { ipConfigurations: [{ properties: { privateIPAddress: '10.1.0.7', subnet: { id: '/s' } } }] } },
    };
    const reader: SettingsReader = {
      read: async (of, kind) => ({ status: 'read', value: kind.parse(bodies[of]) }),
      ask: () => Promise.reject(new Error('nothing is asked')),
      requests: () => 0,
    };
    const cluster = clusterKind.parse({
      id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c',
      location: 'westeurope',
      properties: { nodeResourceGroup: 'mc', apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone: 'none' } },
    });
    expect((await readPrivateServer(reader, cluster)).endpoint).toEqual({
      status: 'read',
      value: { id, state: '', address: '10.1.0.7', subnetId: '/subnets/endpoints' },
    });
  });

  it('has a zone with links and a record; of a list that goes on, nothing is known to be missing', () => {
    const link = {
      id: '/l',
      location: 'global',
      properties: { registrationEnabled: false, virtualNetwork: { id: '/v' }, virtualNetworkLinkState: 'Completed' },
    };
    expect(zoneLinksKind.parse({ value: [link] })).toEqual([{ networkId: '/v', state: 'Completed' }]);
    expect(() => zoneLinksKind.parse({ value: [link], nextLink: 'https://management.azure.com/x' })).toThrow();
    expect(recordKind.parse({ properties: { ttl: 300, aRecords: [{ ipv4Address: '10.1.0.7' }] } })).toEqual(['10.1.0.7']);
  });
});

describe('the health that Azure reports', () => {
  it('is the state of the cluster', () => {
    const properties = {
      availabilityState: 'Unavailable',
      title: 'Unavailable',
      reasonType: 'Unplanned',
      occuredTime: '2026-11-30T02:58:00Z',
    };
    expect(clusterHealthKind.parse({ properties })).toEqual({
      state: 'Unavailable',
      reasonType: 'Unplanned',
      title: 'Unavailable',
      since: '2026-11-30T02:58:00Z',
    });
  });

  it('is the active issues of AKS alone, with their regions in one word', () => {
    const event = (eventType: string, status: string, impactedService: string) => ({
      id: `/events/${eventType}-${status}-${impactedService}`,
      properties: {
        eventType,
        status,
        title: 'T',
        impactStartTime: '2026-11-30T02:58:00Z',
        impact: [{ impactedService, impactedRegions: [{ impactedRegion: 'West Europe' }] }],
      },
    });
    const value = [
      event('ServiceIssue', 'Active', 'Azure Kubernetes Service (AKS)'),
      event('ServiceIssue', 'Resolved', 'Azure Kubernetes Service (AKS)'),
      event('PlannedMaintenance', 'Active', 'Azure Kubernetes Service (AKS)'),
      event('ServiceIssue', 'Active', 'Storage'),
    ];
    expect(serviceIssuesKind.parse({ value })).toEqual([
      {
        id: '/events/ServiceIssue-Active-Azure Kubernetes Service (AKS)',
        title: 'T',
        since: '2026-11-30T02:58:00Z',
        regions: ['westeurope'],
      },
    ]);
  });
});
