import type { FindingCode } from '../../model/finding.ts';

/** What each finding means, and what to do about it. */
export const explain: Readonly<Record<FindingCode, { means: string; todo: string }>> = {
  ClusterStopped: {
    means: 'The cluster is stopped, stopping or being deleted, so that its API server does not run.',
    todo: 'Start the cluster (az aks start), or exclude it from probing if it is meant to be off.',
  },
  ClusterOperation: {
    means: 'AKS is upgrading or updating the cluster, or failed to. Usually that cuts no node off.',
    todo: 'Wait for the operation to end; if it failed, read its error (az aks show) and run it again (az aks update).',
  },
  RangesExcludeOutbound: {
    means: 'The API server admits certain addresses only, and the nodes leave by an address that is not among them.',
    todo: "Add the nodes' outbound address to the authorized IP ranges (az aks update --api-server-authorized-ip-ranges).",
  },
  RangesChanged: {
    means: 'The addresses that the API server admits were narrowed just before the outage.',
    todo: 'Compare the ranges before and after, and add again what the nodes need.',
  },
  OutboundChanged: {
    means: 'What gives the nodes their outbound address was changed just before the outage.',
    todo: 'Find by which address the nodes leave now, and whether the API server and the firewalls on the way admit it.',
  },
  DefaultRouteToAppliance: {
    means: 'The route that sends everything to a virtual appliance was written just before the outage.',
    todo: 'Check that the appliance runs, passes on to the API server and gets the answers back; else put the old route back.',
  },
  RouteDrops: {
    means: "The route that the nodes' packets to the API server take drops them.",
    todo: 'Remove the route, or add one with a longer prefix that leads to the API server.',
  },
  NextHopDead: {
    means: 'A route sends to an address that no machine, firewall or load balancer which passes packets on holds.',
    todo: 'Start the appliance, switch on its IP forwarding, or point the route to the address that it has now.',
  },
  NsgDenies: {
    means: "A rule of a network security group denies the nodes' connection to the API server.",
    todo: 'Remove the rule, or allow the connection by a rule with a lower priority number.',
  },
  AdminRuleDenies: {
    means: 'A security admin rule of a virtual network manager, which comes before all network security groups, denies the connection.',
    todo: 'Ask those who run the network manager to allow it. The list of such rules may be hours old.',
  },
  NatWithoutAddress: {
    means: "The NAT gateway of the nodes' subnet has no public IP address, so that nothing leaves the subnet.",
    todo: 'Attach a public IP address or prefix to the NAT gateway.',
  },
  NoOutboundPath: {
    means: 'Neither a route, a NAT gateway, a load balancer nor an address of their own lets the nodes leave.',
    todo: 'Attach a NAT gateway to the subnet, or add the default route to the firewall that the outbound type expects.',
  },
  ZoneNotLinked: {
    means:
      'The private DNS zone of the API server is not linked to the network whose DNS the nodes ask, so that they do not know its name.',
    todo: "Link the zone to the network of the nodes, or with DNS servers of your own, to those servers' network.",
  },
  RecordWrong: {
    means: 'The name of the API server leads to no address, or to another one than that of its private endpoint.',
    todo: 'Correct the A record in the private DNS zone and in copies of it; a restart of the cluster may have moved the endpoint.',
  },
  CustomDnsNoForward: {
    means: "The network's own DNS servers do not know the name of the API server, which Azure's DNS knows.",
    todo: 'Let the DNS servers forward the zone to 168.63.129.16, or link the zone to their network.',
  },
  DnsServerCutOff: {
    means: 'A rule of a network security group denies the nodes their DNS servers.',
    todo: 'Allow UDP and TCP port 53 to the DNS servers; for those of Azure, remove the rule for the tag AzurePlatformDNS.',
  },
  EndpointBroken: {
    means: 'The private endpoint by which the nodes reach the API server is gone, or its connection is not approved.',
    todo: 'Run az aks update on the cluster, which creates the endpoint anew; find out who removed or rejected it.',
  },
  PeeringDisconnected: {
    means: 'The peering to the network of the firewall, of the DNS servers or of the API server is not connected.',
    todo: 'Delete the peering on both sides and create it again on both.',
  },
  ApiSubnetBlocked: {
    means: 'The network security group on the subnet of the API server denies what it needs.',
    todo: 'Allow TCP 443 and 4443 from the nodes, and TCP 9988 from AzureLoadBalancer, to the API subnet.',
  },
  PlatformIncident: {
    means: 'Azure itself reports a problem of AKS in the region, or of the cluster.',
    todo: 'Follow the incident in Azure Service Health; open a support request if the cluster is not named in it.',
  },
  RecentChange: {
    means: 'Something on the way was changed within the hour before the outage; it may be a coincidence.',
    todo: 'Ask who made the change what it was for, and undo it if it fits what the nodes saw.',
  },
  FirewallAnswers: {
    means:
      'An Azure Firewall is on the way, and the nodes are answered by TCP but not by TLS, as where none of its rules allows the target.',
    todo: "Look for the API server's name in the firewall's log, and allow it by an application rule (tag AzureKubernetesService) or a network rule.",
  },
  CouldNotLook: {
    means: 'Some settings that may hold the cause were not read.',
    todo: 'Grant the prober the missing rights there; if Azure throttled or failed, the next search looks again.',
  },
};
