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
  NoNameServer: reason(
    'dns',
    failed('node path', 'lasting'),
    'The node has no DNS server: it has probably lost its DHCP lease.',
    [
      'Renew the lease: networkctl renew eth0, or systemctl restart systemd-networkd; then look at resolvectl status.',
      'If it comes back, look for what stopped the network daemon of the node: journalctl -u systemd-networkd.',
    ],
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
  ProxyFailed: reason(
    'egress',
    failed('node path', 'lasting'),
    'The proxy between the node and its API server fails; without it the API server answers.',
    [
      'Check that the proxy runs and lets the nodes through: the message names it (az aks show --query httpProxyConfig).',
      'Exempt the API server from it: add its name to noProxy of the cluster.',
    ],
    [EGRESS],
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
