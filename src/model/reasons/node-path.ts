import { advice, onNode, reimage, showCluster, showSubnet } from './commands.ts';
import { FIREWALL, NETWORK_POLICY } from './common-remedies.ts';
import { CONNECTION, EGRESS, NAME_LOOKUP } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons between a node and its API server: the node's own files, egress, name resolution, connections. */
export const nodePathReasons = {
  KubeconfigMissing: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    'The node has no kubeconfig: it has not joined its cluster, or lost its files.',
    [
      onNode(
        'Read the log of how the node joined; reimage the node if it never did.',
        'tail -n 100 /var/log/azure/cluster-provision.log',
        'Get-Content C:\\AzureData\\CustomDataSetupScript.log -Tail 100',
      ),
    ],
    [CONNECTION],
  ),
  KubeconfigBroken: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    "The node's kubeconfig cannot be used; the message says what is wrong with it.",
    [
      reimage(
        'Look at /var/lib/kubelet/kubeconfig on the node. If it is damaged, drain the node and reimage it, which makes it anew; it loses what is on its disk.',
      ),
    ],
    [CONNECTION],
  ),
  WrongApiServer: reason(
    'kubeconfig',
    failed('platform', 'lasting'),
    "The node's kubeconfig names another API server than Azure's own name of the cluster.",
    [
      showCluster('Compare the server in /var/lib/kubelet/kubeconfig of the node with the names of the cluster.', "'[fqdn, privateFqdn]'"),
      reimage('Drain the node and reimage it, so that it joins its cluster anew; it loses what is on its disk.'),
    ],
    [CONNECTION],
  ),
  NameNotFound: reason(
    'dns',
    failed('node path', 'lasting'),
    "The name of the API server could not be resolved by the node's resolver.",
    [
      showCluster(
        'Private cluster: link the private DNS zone to the virtual network of the node, and to that of the resolver.',
        "'[privateFqdn, apiServerAccessProfile.privateDnsZone]'",
      ),
      advice('Custom DNS: forward to 168.63.129.16.'),
    ],
    [NAME_LOOKUP],
  ),
  DnsTimeout: reason(
    'dns',
    failed('node path', 'passing'),
    "The node's resolver did not answer.",
    [
      onNode(
        'Check that the DNS servers of the virtual network are up and reachable on port 53.',
        'resolvectl status; resolvectl query {host}',
        'Get-DnsClientServerAddress',
      ),
    ],
    [NAME_LOOKUP],
  ),
  DnsSlow: reason(
    'dns',
    { ...failed('node path', 'passing'), isUnproven: true },
    "The node's resolver knows the name of the API server, but takes seconds for it, which kubectl does not wait for.",
    [
      advice('Look at the load and the forwarders of the DNS servers of the virtual network.'),
      advice('Custom DNS: forward to 168.63.129.16.'),
    ],
    [NAME_LOOKUP],
  ),
  DnsServerFailure: reason(
    'dns',
    failed('node path', 'passing'),
    'The DNS server of the node failed to look the name of the API server up (SERVFAIL): that does not mean that the name is unknown.',
    [
      advice('Custom DNS: check that it reaches the servers that it forwards to, 168.63.129.16 for the zones of Azure.'),
      advice('Azure DNS: look at Azure Service Health.'),
    ],
    [NAME_LOOKUP],
  ),
  DnsRefused: reason(
    'dns',
    failed('node path', 'lasting'),
    'The DNS server of the node refuses to answer it (REFUSED).',
    [advice('Custom DNS: allow queries, and recursion, from the node subnet.')],
    [NAME_LOOKUP],
  ),
  ResolverDead: reason(
    'dns',
    failed('platform', 'lasting'),
    'Nothing listens at the address of the DNS server that the node asks; 127.0.0.53 is its own systemd-resolved.',
    [
      onNode(
        'If it is 127.0.0.53, see why it ended, and restart it.',
        'journalctl -u systemd-resolved -n 50 --no-pager; systemctl restart systemd-resolved',
      ),
      advice('Else check that DNS server.'),
    ],
    [NAME_LOOKUP],
  ),
  HostsFile: reason(
    'dns',
    failed('platform', 'lasting'),
    "The node's /etc/hosts gives the API server's name an address that does not answer, and DNS another one.",
    [
      onNode(
        'Remove the entry from /etc/hosts of the node, and find out what writes it.',
        'cat /etc/hosts',
        'Get-Content C:\\Windows\\System32\\drivers\\etc\\hosts',
      ),
    ],
    [NAME_LOOKUP],
  ),
  NoNameServer: reason(
    'dns',
    failed('node path', 'lasting'),
    'The node has no DNS server: it has probably lost its DHCP lease.',
    [
      onNode(
        'Renew the lease, and look at the DNS servers after it.',
        'networkctl renew eth0; sleep 5; resolvectl status',
        'ipconfig /renew; Get-DnsClientServerAddress',
      ),
      onNode('If it comes back, look for what stopped the network daemon of the node.', 'journalctl -u systemd-networkd -n 100 --no-pager'),
    ],
    [NAME_LOOKUP],
  ),
  ResolverDiffers: reason(
    'dns',
    failed('node path', 'lasting'),
    "Azure's own resolver (168.63.129.16) knows the name of the API server, and the node's does not.",
    [
      advice('Custom DNS servers: forward the zone to 168.63.129.16.'),
      advice('Private cluster in a hub and spoke: link the private DNS zone to the virtual network of the resolver.'),
    ],
    [NAME_LOOKUP],
  ),
  ProxyUnreachable: reason(
    'egress',
    failed('node path', 'lasting'),
    "The proxy that the node's kubelet uses for its API server cannot be reached.",
    [
      showCluster('Check that the proxy runs and is reachable from the node subnet: the message names it.', 'httpProxyConfig'),
      advice('Exempt the API server from it: add its name to noProxy of the cluster.'),
    ],
    [EGRESS],
  ),
  ProxyRefused: reason(
    'egress',
    failed('node path', 'lasting'),
    "The proxy that the node's kubelet uses does not let it through to its API server.",
    [
      advice('Allow the name of the API server, port 443, in the proxy.'),
      advice('Exempt the API server from it: add its name to noProxy of the cluster.'),
    ],
    [EGRESS],
  ),
  ProxyDiffers: reason(
    'egress',
    { ...failed('node path', 'lasting'), isUnproven: true },
    'The way through the proxy to the API server fails; without the proxy the API server answers.',
    [
      showCluster('Check what the proxy does to connections to the API server: the message names it.', 'httpProxyConfig'),
      advice('Exempt the API server from it: add its name to noProxy of the cluster.'),
    ],
    [EGRESS],
  ),
  NoEgress: reason(
    'egress',
    failed('node path', 'lasting'),
    'The node reaches neither its API server nor any other address outside.',
    [
      showCluster('Check outboundType, the NAT gateway or load balancer, and the default route of the node subnet.', 'networkProfile'),
      showSubnet('Check NSG rules on the node subnet.'),
    ],
    [EGRESS],
  ),
  ConnectionRefused: reason(
    'tcp',
    failed('cluster', 'passing'),
    'The address of the API server refused the connection.',
    [
      showCluster('Check that the cluster runs.', "'[powerState.code, provisioningState]'"),
      onNode(
        'Check that the name still points to the API server: stop and start may change its address.',
        'getent ahosts {host}',
        'Resolve-DnsName {host}',
      ),
    ],
    [CONNECTION],
  ),
  ConnectionTimedOut: reason(
    'tcp',
    failed('node path', 'lasting'),
    'No answer to the TCP connection: packets are dropped on the way.',
    [
      showCluster("Authorized IP ranges: add the node's outbound address.", 'apiServerAccessProfile.authorizedIpRanges'),
      FIREWALL,
      NETWORK_POLICY,
    ],
    [CONNECTION, EGRESS],
  ),
  AddressDead: reason(
    'tcp',
    { ...failed('node path', 'lasting'), isUnproven: true },
    "The API server's name has several addresses, and one of them does not answer.",
    [
      onNode(
        'Find out what that address is; remove it from DNS, or repair what stands behind it.',
        'getent ahosts {host}',
        'Resolve-DnsName {host}',
      ),
    ],
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
    [
      onNode(
        'Find out what holds them.',
        "ss -Htanp | awk '{print $5, $6}' | sort | uniq -c | sort -n | tail",
        'Get-NetTCPConnection | Group-Object OwningProcess | Sort-Object Count | Select-Object -Last 10 Count, Name',
      ),
      advice('Restart or repair that workload.'),
    ],
    [CONNECTION],
  ),
  PacketLoss: reason(
    'tcp',
    failed('node path', 'passing'),
    'Packets between the node and its API server are lost: small requests get through only in part, or late.',
    [advice('Look for an overloaded firewall or NAT device on the way, and for SNAT port exhaustion of the load balancer.')],
    [CONNECTION, EGRESS],
  ),
  PacketsTooLarge: reason(
    'tcp',
    failed('node path', 'lasting'),
    'Small packets reach the API server and large ones vanish: the MTU of the path is smaller than that of the node.',
    [
      advice(
        'Find the device on the way with the smaller MTU (VPN, ExpressRoute, network appliance), or let it answer with ICMP "fragmentation needed".',
      ),
      advice('Else lower the MTU of the nodes, or the TCP maximum segment size at that device.'),
    ],
    [CONNECTION, EGRESS],
  ),
  SlowPath: reason(
    'tcp',
    failed('node path', 'passing'),
    'The way to the API server is so slow that a handshake takes longer than kubectl waits.',
    [advice('Look for a proxy or network appliance on the way that holds packets back.')],
    [CONNECTION],
  ),
  NoRoute: reason(
    'tcp',
    failed('node path', 'lasting'),
    'The node has no route to the address of the API server.',
    [showSubnet('Check the route table (UDR) of the node subnet and virtual network peering.')],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
