import { serverAddressOf } from '../../addresses.ts';
import { change, put } from '../change-resources.ts';
import { describeRule, type Rule } from '../describe-nsg.ts';
import { type Resource, type Resources, resource } from '../resource.ts';
import type { NetworkFault } from './network-fault.ts';

/** Faults of the rules of NSGs and network managers. */
export const ruleFaults = {
  'nsg-denies': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { subnetNsg, cluster }) =>
      withRule(resources, subnetNsg, {
        ...{ name: 'deny-443', priority: 110, direction: 'Outbound', access: 'Deny', protocol: 'Tcp' },
        ...{ destinations: [`${serverAddressOf(cluster)}/32`], ports: ['443'] },
      }),
  },
  'recent-change': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { subnetNsg }) =>
      withRule(resources, subnetNsg, {
        ...{ name: 'allow-monitoring', priority: 300, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
        ...{ source: 'VirtualNetwork', destinations: ['*'], ports: ['9100'] },
      }),
  },
  'dns-server-cut-off': {
    only: 'clusters whose VNet has a DNS server of its own',
    appliesTo: ({ cluster }) => cluster.spec.network.customDns !== undefined,
    change: (resources, { subnetNsg, cluster }) =>
      withRule(resources, subnetNsg, {
        ...{ name: 'deny-dns', priority: 105, direction: 'Outbound', access: 'Deny', protocol: '*' },
        ...{ destinations: [`${cluster.spec.network.customDns}/32`], ports: ['53'] },
      }),
  },
  'api-subnet-blocked': {
    only: 'clusters with API Server VNet Integration',
    appliesTo: ({ integrated }) => integrated !== undefined,
    change: (resources, { integrated }) =>
      withRule(resources, integrated!.nsg, {
        ...{ name: 'deny-nodes', priority: 90, direction: 'Inbound', access: 'Deny', protocol: 'Tcp' },
        ...{ source: '10.224.0.0/16', destinations: ['*'], ports: ['443', '4443'] },
      }),
  },
  'admin-rule-denies': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { vnet, cluster }) => put(resources, ...adminRule(vnet, cluster.subscriptionId, `${serverAddressOf(cluster)}/32`)),
  },
} satisfies Record<string, NetworkFault>;

function withRule(resources: Resources, nsg: string, rule: Rule): Resources {
  return change(resources, nsg, ({ securityRules }) => ({
    securityRules: [...(securityRules as object[]), describeRule(nsg, rule)],
  }));
}

/** What Resource Graph has of a rule that a network manager applies to a VNet: the VNet names configurations, and the rules are beside it. */
function adminRule(vnet: string, subscriptionId: string, destination: string): Resource[] {
  const manager = `/subscriptions/${subscriptionId}/resourceGroups/rg-network-manager/providers/Microsoft.Network/networkManagers/avnm`;
  const configuration = `${manager}/securityAdminConfigurations/baseline`;
  return [
    resource(`${vnet}/providers/Microsoft.Network/effectiveSecurityAdminRules/default`, {
      // As Azure has it, with capitals; it has had them without, too.
      EffectiveSecurityAdminConfigurations: [{ Id: `${configuration}/snapshots/7` }],
    }),
    resource(`${configuration}/ruleCollections/egress/rules/deny-api-server/snapshots/7`, {
      protocol: 'Tcp',
      sources: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
      destinations: [{ addressPrefix: destination, addressPrefixType: 'IPPrefix' }],
      sourcePortRanges: ['0-65535'],
      destinationPortRanges: ['443'],
      access: 'Deny',
      priority: 10,
      direction: 'Outbound',
    }),
  ];
}
