import { CONNECTION, EGRESS, FIREWALL, NAME_LOOKUP, NETWORK_POLICY } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons between a node and its API server: the node's own files, egress, name resolution, connections. */
export const nodePathReasons = {
  KubeconfigMissing: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    'The node has no kubeconfig: it has not joined its cluster, or lost its files.',
    ['Read /var/log/azure/cluster-provision.log; reimage the node if it never joined.'],
    [CONNECTION],
  ),
  KubeconfigBroken: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    "The node's kubeconfig names no https server.",
    ['Reimage the node: az vmss reimage --instance-ids <id>.'],
    [CONNECTION],
  ),
  NameNotFound: reason(
    'dns',
    failed('node path', 'lasting'),
    "The name of the API server could not be resolved by the node's resolver.",
    [
      "Private cluster: link the private DNS zone to the node's (and the resolver's) virtual network.",
      'Custom DNS: forward to 168.63.129.16.',
    ],
    [NAME_LOOKUP],
  ),
  DnsTimeout: reason(
    'dns',
    failed('node path', 'passing'),
    "The node's resolver did not answer.",
    ['Check that the DNS servers of the virtual network are up and reachable on port 53.'],
    [NAME_LOOKUP],
  ),
  ResolverDiffers: reason(
    'dns',
    failed('node path', 'lasting'),
    "Azure's own resolver (168.63.129.16) knows the name of the API server, and the node's does not.",
    [
      'Custom DNS servers: forward the zone to 168.63.129.16.',
      'Private cluster in a hub and spoke: link the private DNS zone to the virtual network of the resolver.',
    ],
    [NAME_LOOKUP],
  ),
  NoEgress: reason(
    'egress',
    failed('node path', 'lasting'),
    'The node reaches neither its API server nor any other address outside.',
    [
      'Check outboundType, the NAT gateway or load balancer, and the default route of the node subnet.',
      'Check NSG rules on the node subnet.',
    ],
    [EGRESS],
  ),
  ConnectionRefused: reason(
    'tcp',
    failed('cluster', 'passing'),
    'The address of the API server refused the connection.',
    [
      'Check that the cluster runs: az aks show --query powerState.',
      'Check that the name still points to the API server (stop and start may change its address).',
    ],
    [CONNECTION],
  ),
  ConnectionTimedOut: reason(
    'tcp',
    failed('node path', 'lasting'),
    'No answer to the TCP connection: packets are dropped on the way.',
    [
      "Authorized IP ranges: add the node's outbound address (az aks show --query apiServerAccessProfile.authorizedIpRanges).",
      FIREWALL,
      NETWORK_POLICY,
    ],
    [CONNECTION, EGRESS],
  ),
  NoRoute: reason(
    'tcp',
    failed('node path', 'lasting'),
    'The node has no route to the address of the API server.',
    ['Check the route table (UDR) of the node subnet and virtual network peering.'],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
