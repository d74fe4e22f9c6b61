import { guidOf } from '../guid-of.ts';
import { publicAddress } from './describe-outbound.ts';
import { peering } from './describe-vnet.ts';
import type { ClusterPlace } from './place-cluster.ts';
import type { HubPlace } from './place-hub.ts';
import { nameIn, part, type Resource, resource } from './resource.ts';

/** A hub: its VNet with the peerings of all clusters behind it, its firewall, and the appliances beside that. */
export function describeHub(place: HubPlace, spokes: readonly ClusterPlace[]): Resource[] {
  const { hub, vnet, range, firewall, publicAddress: addressId, appliance, oldAppliance } = place;
  const { location } = hub.spec;
  const subnet = (name: string, last: number) =>
    resource(`${vnet}/subnets/${name}`, {
      addressPrefix: `${appliance.address.split('.').slice(0, 3).join('.')}.${last}/26`,
      serviceEndpoints: [],
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    });
  const peerings = spokes.map((spoke) => peering(vnet, `to-${nameIn(spoke.vnet)}-${spoke.cluster.suffix}`, spoke.vnet, ['10.224.0.0/12']));
  return [
    resource(
      vnet,
      {
        resourceGuid: guidOf(vnet),
        addressSpace: { addressPrefixes: [range] },
        virtualNetworkPeerings: peerings,
        enableDdosProtection: false,
      },
      { location },
    ),
    subnet('AzureFirewallSubnet', 0),
    subnet('snet-nva', 64),
    describeFirewall(place),
    publicAddress(addressId, hub.spec.firewall.publicAddress, location, {
      ipConfiguration: { id: `${firewall}/azureFirewallIpConfigurations/ipconfig` },
    }),
    ...[appliance, oldAppliance].flatMap((each) => describeAppliance(each, `${vnet}/subnets/snet-nva`, location)),
  ];
}

function describeFirewall({ hub, vnet, firewall, publicAddress: addressId }: HubPlace): Resource {
  const rule = { name: 'aks', protocols: [{ protocolType: 'Https', port: 443 }], fqdnTags: ['AzureKubernetesService'] };
  const properties = {
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    threatIntelMode: 'Alert',
    additionalProperties: {},
    ipConfigurations: [
      part(firewall, 'azureFirewallIpConfigurations', 'ipconfig', {
        privateIPAddress: hub.spec.firewall.privateAddress,
        privateIPAllocationMethod: 'Dynamic',
        subnet: { id: `${vnet}/subnets/AzureFirewallSubnet` },
        publicIPAddress: { id: addressId },
      }),
    ],
    networkRuleCollections: [],
    applicationRuleCollections: [
      part(firewall, 'applicationRuleCollections', 'aks-egress', {
        priority: 100,
        action: { type: 'Allow' },
        rules: [{ ...rule, sourceAddresses: ['10.224.0.0/12'], targetFqdns: [], sourceIpGroups: [] }],
      }),
    ],
    natRuleCollections: [],
  };
  return resource(firewall, properties, { location: hub.spec.location });
}

function describeAppliance({ machine, nic, address, power }: HubPlace['appliance'], subnet: string, location: string): Resource[] {
  const configuration = part(nic, 'ipConfigurations', 'ipconfig1', {
    privateIPAddress: address,
    privateIPAllocationMethod: 'Static',
    subnet: { id: subnet },
    primary: true,
    privateIPAddressVersion: 'IPv4',
  });
  const view = {
    statuses: [
      { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' },
      { code: `PowerState/${power}`, level: 'Info', displayStatus: `VM ${power}` },
    ],
  };
  const ofNic = {
    resourceGuid: guidOf(nic),
    ipConfigurations: [configuration],
    dnsSettings: { dnsServers: [], appliedDnsServers: [] },
    enableAcceleratedNetworking: true,
    enableIPForwarding: true,
    primary: true,
    virtualMachine: { id: machine },
    nicType: 'Standard',
  };
  const networkProfile = { networkInterfaces: [{ id: nic }] };
  return [
    resource(nic, ofNic, { location }),
    resource(machine, { vmId: guidOf(machine), networkProfile, instanceView: view }, { location }),
  ];
}
