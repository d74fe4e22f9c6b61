import type { FindingCode } from '../../../src/model/finding.ts';
import { agentFaults } from './agent.ts';
import type { Fault, FaultScope } from './fault.ts';
import { answerFaults } from './server-answer.ts';
import { connectionFaults } from './server-connection.ts';

const effects = { ...connectionFaults, ...answerFaults, ...agentFaults };

/** The fault that nodes feel when something is wrong with their network. */
export type Effect = keyof typeof effects;

/** A fault of Azure's configuration. It is named after what the prober should find, and breaks the path of the nodes in an existing way. */
type NetworkEntry = Fault<'network'> & { finding: FindingCode; effect: Effect };

/** The verdict, the reason and the needs of a fault are those of its effect. */
function breaking(effect: Effect, finding: FindingCode, sentence: string, scopes: readonly FaultScope[] = ['cluster']): NetworkEntry {
  const { verdict, reason, needsNamespaces } = effects[effect];
  return {
    layer: 'network',
    scopes,
    verdict,
    ...(reason && { reason }),
    ...(needsNamespaces && { needsNamespaces }),
    finding,
    effect,
    sentence,
  };
}

const orHub = ['cluster', 'hub'] as const;
const orNode = ['node', 'cluster'] as const;

/** Faults of networks and of what else Azure has around a cluster; each shows in Azure Resource Manager and in its change logs. */
export const networkFaults = {
  'cluster-operation': breaking('refused', 'ClusterOperation', 'AKS upgrades the cluster, and its API server restarts.'),
  'ranges-exclude-outbound': breaking(
    'black-hole',
    'RangesExcludeOutbound',
    'The authorized ranges of the API server no longer hold the address by which the nodes leave: NAT gateway or firewall.',
  ),
  'ranges-changed': breaking(
    'black-hole',
    'RangesChanged',
    'The authorized ranges of the API server were changed; they still hold the nodes’.',
  ),
  'outbound-changed': breaking('black-hole', 'OutboundChanged', 'The nodes leave by another public address than before.'),
  'default-route-to-appliance': breaking(
    'black-hole',
    'DefaultRouteToAppliance',
    'The default route leads to another appliance, which drops what goes to the API server.',
    orHub,
  ),
  'route-drops': breaking('black-hole', 'RouteDrops', 'A route drops what goes to the API server: next hop None.'),
  'next-hop-dead': breaking(
    'agent-silent',
    'NextHopDead',
    'Nothing forwards at the address of the default route: on a hub its firewall is deallocated, on a cluster the route leads to a dead machine.',
    orHub,
  ),
  'nsg-denies': breaking(
    'black-hole',
    'NsgDenies',
    'A rule of the subnet’s NSG denies the API server; on a node only that one feels it.',
    orNode,
  ),
  'admin-rule-denies': breaking('black-hole', 'AdminRuleDenies', 'A rule of a network manager denies the API server to the VNet.'),
  'nat-without-address': breaking('agent-silent', 'NatWithoutAddress', 'The NAT gateway of the subnet has lost its public addresses.'),
  'no-outbound-path': breaking('agent-silent', 'NoOutboundPath', 'Nothing gives the nodes a public address any longer.'),
  'zone-not-linked': breaking(
    'name-not-found',
    'ZoneNotLinked',
    'The private DNS zone has lost its links, so that nobody resolves the name of the API server.',
    orHub,
  ),
  'record-wrong': breaking(
    'stale-address',
    'RecordWrong',
    'The private DNS zone has an address for the API server at which nothing is any longer.',
  ),
  'custom-dns-no-forward': breaking(
    'resolver-differs',
    'CustomDnsNoForward',
    'The VNet was given a DNS server that does not know the name of the API server.',
  ),
  'dns-server-cut-off': breaking('resolver-silent', 'DnsServerCutOff', 'A rule of the subnet’s NSG denies DNS to the VNet’s own server.'),
  'endpoint-broken': breaking('black-hole', 'EndpointBroken', 'The connection of the API server’s private endpoint was rejected.'),
  'peering-disconnected': breaking(
    'resolver-silent',
    'PeeringDisconnected',
    'The peering with the hub, where the VNet’s DNS server is, is disconnected.',
    orHub,
  ),
  'api-subnet-blocked': breaking('black-hole', 'ApiSubnetBlocked', 'The NSG of the API server’s subnet denies the nodes.'),
  'platform-incident': breaking('black-hole', 'PlatformIncident', 'Azure reports an incident of AKS in the region.'),
  'recent-change': breaking(
    'black-hole',
    'RecentChange',
    'Somebody changed a rule of the NSG that does not explain why the nodes are cut off.',
  ),
  'firewall-answers': breaking(
    'silent',
    'FirewallAnswers',
    'The hub’s firewall has lost the rule for AKS: it accepts connections and passes nothing on.',
    orHub,
  ),
  'could-not-look': breaking(
    'black-hole',
    'CouldNotLook',
    'The prober has lost the right to read NSGs and route tables of the cluster, whose nodes are cut off.',
  ),
} satisfies Record<string, NetworkEntry>;

/** The id of a fault of Azure's configuration. */
export type NetworkFaultId = keyof typeof networkFaults;
