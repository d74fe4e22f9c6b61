import { guidOf } from '../guid-of.ts';
import type { ClusterPlace } from './place-cluster.ts';
import { part, type Resource, resource } from './resource.ts';

/** What tells one rule from another. A single destination is written in the singular, as Azure does, and several in the plural. */
export type Rule = {
  name: string;
  priority: number;
  direction: 'Inbound' | 'Outbound';
  access: 'Allow' | 'Deny';
  protocol: 'Tcp' | 'Udp' | '*';
  source?: string;
  destinations: readonly string[];
  ports: readonly string[];
};

/** The NSG of the nodes' network interfaces, which AKS makes, and those of the subnets that are not of AKS's making. */
export function describeNsgs(place: ClusterPlace): Resource[] {
  const { nicNsg, subnetNsg, integrated, location } = place;
  const egress: Rule = {
    name: 'allow-egress',
    priority: 200,
    direction: 'Outbound',
    access: 'Allow',
    protocol: '*',
    destinations: ['Internet', 'VirtualNetwork'],
    ports: ['53', '123', '443', '9000'],
  };
  const toServer = (name: string, priority: number, source: string, ports: string[]): Rule => {
    return { name, priority, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', source, destinations: ['*'], ports };
  };
  return [
    nsg(nicNsg, [], location),
    ...(subnetNsg === nicNsg ? [] : [nsg(subnetNsg, [egress], location)]),
    ...(integrated === undefined
      ? []
      : [
          nsg(
            integrated.nsg,
            [
              toServer('allow-nodes', 100, 'VirtualNetwork', ['443', '4443']),
              toServer('allow-load-balancer', 110, 'AzureLoadBalancer', ['9988']),
            ],
            location,
          ),
        ]),
  ];
}

function nsg(id: string, rules: readonly Rule[], location: string): Resource {
  const properties = {
    resourceGuid: guidOf(id),
    securityRules: rules.map((rule) => describeRule(id, rule)),
    defaultSecurityRules: defaultRules.map((rule) => describeRule(id, rule, 'defaultSecurityRules')),
  };
  return resource(id, properties, { location });
}

/** A rule as a member of an NSG. */
export function describeRule(id: string, rule: Rule, kind = 'securityRules') {
  const { name, priority, direction, access, protocol, source = '*', destinations, ports } = rule;
  return part(id, kind, name, {
    protocol,
    sourcePortRange: '*',
    ...(ports.length === 1 && { destinationPortRange: ports[0] }),
    sourceAddressPrefix: source,
    ...(destinations.length === 1 && { destinationAddressPrefix: destinations[0] }),
    access,
    priority,
    direction,
    sourcePortRanges: [],
    destinationPortRanges: ports.length === 1 ? [] : ports,
    sourceAddressPrefixes: [],
    destinationAddressPrefixes: destinations.length === 1 ? [] : destinations,
  });
}

const byDefault = (
  name: string,
  priority: number,
  direction: Rule['direction'],
  access: Rule['access'],
  source: string,
  to: string,
): Rule => ({ name, priority, direction, access, protocol: '*', source, destinations: [to], ports: ['*'] });

const defaultRules: readonly Rule[] = [
  byDefault('AllowVnetInBound', 65000, 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  byDefault('AllowAzureLoadBalancerInBound', 65001, 'Inbound', 'Allow', 'AzureLoadBalancer', '*'),
  byDefault('DenyAllInBound', 65500, 'Inbound', 'Deny', '*', '*'),
  byDefault('AllowVnetOutBound', 65000, 'Outbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  byDefault('AllowInternetOutBound', 65001, 'Outbound', 'Allow', '*', 'Internet'),
  byDefault('DenyAllOutBound', 65500, 'Outbound', 'Deny', '*', '*'),
];
