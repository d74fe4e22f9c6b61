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
    "The node's kubeconfig cannot be used; the message says what is wrong with it.",
    ['Look at /var/lib/kubelet/kubeconfig on the node; reimage the node if it is damaged: az vmss reimage --instance-ids <id>.'],
    [CONNECTION],
  ),
  WrongApiServer: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    "The node's kubeconfig names another API server than Azure's own name of the cluster.",
    [
      'Compare the server in /var/lib/kubelet/kubeconfig with az aks show --query "{fqdn:fqdn,privateFqdn:privateFqdn}".',
      'Reimage the node, so that it joins its cluster anew: az vmss reimage --instance-ids <id>.',
    ],
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
  DnsSlow: reason(
    'dns',
    { ...failed('node path', 'passing'), isUnproven: true },
    "The node's resolver knows the name of the API server, but takes seconds for it, which kubectl does not wait for.",
    ['Look at the load and the forwarders of the DNS servers of the virtual network.', 'Custom DNS: forward to 168.63.129.16.'],
    [NAME_LOOKUP],
  ),
  DnsServerFailure: reason(
    'dns',
    failed('node path', 'passing'),
    'The DNS server of the node failed to look the name of the API server up (SERVFAIL): that does not mean that the name is unknown.',
    [
      'Custom DNS: check that it reaches the servers that it forwards to, 168.63.129.16 for the zones of Azure.',
      'Azure DNS: look at Azure Service Health.',
    ],
    [NAME_LOOKUP],
  ),
  DnsRefused: reason(
    'dns',
    failed('node path', 'lasting'),
    'The DNS server of the node refuses to answer it (REFUSED).',
    ['Custom DNS: allow queries, and recursion, from the node subnet.'],
    [NAME_LOOKUP],
  ),
  ResolverDead: reason(
    'dns',
    failed('platform', 'lasting'),
    'Nothing listens at the address of the DNS server that the node asks; 127.0.0.53 is its own systemd-resolved.',
    [
      'If it is 127.0.0.53, restart it: systemctl restart systemd-resolved; journalctl -u systemd-resolved says why it ended.',
      'Else check that DNS server.',
    ],
    [NAME_LOOKUP],
  ),
  HostsFile: reason(
    'dns',
    failed('platform', 'lasting'),
    "The node's /etc/hosts gives the API server's name an address that does not answer, and DNS another one.",
    ['Remove the entry from /etc/hosts of the node, and find out what writes it.'],
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
  ProxyUnreachable: reason(
    'egress',
    failed('node path', 'lasting'),
    "The proxy that the node's kubelet uses for its API server cannot be reached.",
    [
      'Check that the proxy runs and is reachable from the node subnet: the message names it (az aks show --query httpProxyConfig).',
      'Exempt the API server from it: add its name to noProxy of the cluster.',
    ],
    [EGRESS],
  ),
  ProxyRefused: reason(
    'egress',
    failed('node path', 'lasting'),
    "The proxy that the node's kubelet uses does not let it through to its API server.",
    ['Allow the name of the API server, port 443, in the proxy.', 'Exempt the API server from it: add its name to noProxy of the cluster.'],
    [EGRESS],
  ),
  ProxyDiffers: reason(
    'egress',
    { ...failed('node path', 'lasting'), isUnproven: true },
    'The way through the proxy to the API server fails; without the proxy the API server answers.',
    [
      'Check what the proxy does to connections to the API server: the message names it (az aks show --query httpProxyConfig).',
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
  AddressDead: reason(
    'tcp',
    { ...failed('node path', 'lasting'), isUnproven: true },
    "The API server's name has several addresses, and one of them does not answer.",
    ['Find out what that address is; remove it from DNS, or repair what stands behind it.'],
    [CONNECTION],
  ),
  ConnectionProhibited: reason(
    'tcp',
    failed('node path', 'lasting'),
    'A firewall or router on the way answered that the connection to the API server is prohibited.',
    [FIREWALL, NETWORK_POLICY],
    [CONNECTION, EGRESS],
  ),
  LocalPortsExhausted: reason(
    'tcp',
    failed('platform', 'passing'),
    'The node has no local port left for a connection to the API server.',
    ['Find out what holds them: ss -tan | sort -k5 | uniq -c -f4 | sort -n | tail.', 'Restart or repair that workload.'],
    [CONNECTION],
  ),
  PacketLoss: reason(
    'tcp',
    failed('node path', 'passing'),
    'Packets between the node and its API server are lost: small requests get through only in part, or late.',
    ['Look for an overloaded firewall or NAT device on the way, and for SNAT port exhaustion of the load balancer.'],
    [CONNECTION, EGRESS],
  ),
  PacketsTooLarge: reason(
    'tcp',
    failed('node path', 'lasting'),
    'Small packets reach the API server and large ones vanish: the MTU of the path is smaller than that of the node.',
    [
      'Find the device on the way with the smaller MTU (VPN, ExpressRoute, network appliance), or let it answer with ICMP "fragmentation needed".',
      'Else lower the MTU of the nodes, or the TCP maximum segment size at that device.',
    ],
    [CONNECTION, EGRESS],
  ),
  SlowPath: reason(
    'tcp',
    failed('node path', 'passing'),
    'The way to the API server is so slow that a handshake takes longer than kubectl waits.',
    ['Look for a proxy or network appliance on the way that holds packets back.'],
    [CONNECTION],
  ),
  NoRoute: reason(
    'tcp',
    failed('node path', 'lasting'),
    'The node has no route to the address of the API server.',
    ['Check the route table (UDR) of the node subnet and virtual network peering.'],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
