import type { FindingCode } from '../../model/finding.ts';
import { advice, onCluster, showCluster, withCommand } from '../../model/reasons/commands.ts';
import type { RemedyTemplate } from '../../model/reasons/remedy.ts';

const OWNER = '--subscription {ownerSubscription} --resource-group {ownerGroup}';
const SHOW_OWNER = 'az resource show --ids {ownerId}';
const SHOW_ROUTE =
  'az network route-table route show --subscription {tableSubscription} --resource-group {tableGroup} --route-table-name {table} --name {route}';
const RANGES = 'apiServerAccessProfile.authorizedIpRanges';

/** A remedy about a rule of a network security group: the rule itself, or where it is a default one all rules in their order. */
const onRule = (say: string): RemedyTemplate =>
  withCommand(
    say,
    `az network nsg rule show ${OWNER} --nsg-name {owner} --name {rule}`,
    `az network nsg rule list ${OWNER} --nsg-name {owner} --include-default --output table`,
  );

/** What each finding means, and what to do about it. */
export const explain: Readonly<Record<FindingCode, { means: string; todo: RemedyTemplate }>> = {
  ClusterStopped: {
    means: 'The cluster is stopped, stopping or being deleted, so that its API server does not run.',
    todo: onCluster('Start the cluster, or exclude it from probing if it is meant to be off.', 'start'),
  },
  ClusterOperation: {
    means: 'AKS is upgrading or updating the cluster, or failed to. Usually that cuts no node off.',
    todo: showCluster(
      'Wait for the operation to end; if it failed, read its error in the activity log, and run it again.',
      "'[provisioningState, powerState.code, currentKubernetesVersion]'",
    ),
  },
  RangesExcludeOutbound: {
    means: 'The API server admits certain addresses only, and the nodes leave by an address that is not among them.',
    todo: withCommand(
      "Add the nodes' outbound address to the authorized IP ranges. The command sets the whole list: those of now and the outbound addresses.",
      'az aks update --subscription {ownerSubscription} --resource-group {ownerGroup} --name {owner} --api-server-authorized-ip-ranges {ranges}',
    ),
  },
  RangesChanged: {
    means: 'The addresses that the API server admits were narrowed just before the outage.',
    todo: showCluster('Compare the ranges before and after with those of now, and add again what the nodes need.', RANGES),
  },
  OutboundChanged: {
    means: 'What gives the nodes their outbound address was changed just before the outage.',
    todo: showCluster(
      'Find by which address the nodes leave now, and whether the API server and the firewalls on the way admit it.',
      'networkProfile',
    ),
  },
  DefaultRouteToAppliance: {
    means: 'The route that sends everything to a virtual appliance was written just before the outage.',
    todo: withCommand(
      'Check that the appliance runs, passes on to the API server and gets the answers back; else put the old route back.',
      `az network route-table route list ${OWNER} --route-table-name {owner} --output table`,
    ),
  },
  RouteDrops: {
    means: "The route that the nodes' packets to the API server take drops them.",
    todo: withCommand('Remove the route, or add one with a longer prefix that leads to the API server.', SHOW_ROUTE),
  },
  NextHopDead: {
    means: 'A route sends to an address that no machine, firewall or load balancer which passes packets on holds.',
    todo: withCommand(
      'Start the appliance, switch on its IP forwarding, or point the route to the address that it has now.',
      SHOW_ROUTE,
      SHOW_OWNER,
    ),
  },
  NsgDenies: {
    means: "A rule of a network security group denies the nodes' connection to the API server.",
    todo: onRule('Remove the rule, or allow the connection by a rule with a lower priority number.'),
  },
  AdminRuleDenies: {
    means: 'A security admin rule of a virtual network manager, which comes before all network security groups, denies the connection.',
    todo: withCommand('Ask those who run the network manager to allow it. The list of such rules may be hours old.', SHOW_OWNER),
  },
  NatWithoutAddress: {
    means: "The NAT gateway of the nodes' subnet has no public IP address, so that nothing leaves the subnet.",
    todo: withCommand(
      'Attach a public IP address or prefix to the NAT gateway.',
      `az network nat gateway show ${OWNER} --name {owner} --query '[publicIpAddresses, publicIpPrefixes]'`,
    ),
  },
  NoOutboundPath: {
    means: 'Neither a route, a NAT gateway, a load balancer nor an address of their own lets the nodes leave.',
    todo: withCommand(
      'Attach a NAT gateway to the subnet, or add the default route to the firewall that the outbound type expects.',
      "az network vnet subnet show --ids {ownerId} --query '[natGateway.id, routeTable.id, defaultOutboundAccess]'",
    ),
  },
  ZoneNotLinked: {
    means:
      'The private DNS zone of the API server is not linked to the network whose DNS the nodes ask, so that they do not know its name.',
    todo: withCommand(
      "Link the zone to the network of the nodes, or with DNS servers of your own, to those servers' network.",
      `az network private-dns link vnet create ${OWNER} --zone-name {owner} --name aks-nodes --virtual-network {networkId} --registration-enabled false`,
      `az network private-dns link vnet list ${OWNER} --zone-name {owner} --output table`,
    ),
  },
  RecordWrong: {
    means: 'The name of the API server leads to no address, or to another one than that of its private endpoint.',
    todo: withCommand(
      'Correct the A record in the private DNS zone and in copies of it; a restart of the cluster may have moved the endpoint.',
      `az network private-dns record-set a list ${OWNER} --zone-name {zone}`,
      SHOW_OWNER,
    ),
  },
  CustomDnsNoForward: {
    means: "The network's own DNS servers do not know the name of the API server, which Azure's DNS knows.",
    todo: withCommand(
      'Let the DNS servers forward the zone to 168.63.129.16, or link the zone to their network.',
      `az network vnet show ${OWNER} --name {owner} --query dhcpOptions.dnsServers`,
    ),
  },
  DnsServerCutOff: {
    means: 'A rule of a network security group denies the nodes their DNS servers.',
    todo: onRule('Allow UDP and TCP port 53 to the DNS servers; for those of Azure, remove the rule for the tag AzurePlatformDNS.'),
  },
  EndpointBroken: {
    means: 'The private endpoint by which the nodes reach the API server is gone, or its connection is not approved.',
    todo: onCluster(
      'Bring the cluster back to its own settings, which creates the endpoint anew; find out who removed or rejected it.',
      'update',
    ),
  },
  PeeringDisconnected: {
    means: 'The peering to the network of the firewall, of the DNS servers or of the API server is not connected.',
    todo: withCommand(
      'Delete the peering on both sides and create it again on both.',
      `az network vnet peering show ${OWNER} --vnet-name {ownerParent} --name {owner}`,
    ),
  },
  ApiSubnetBlocked: {
    means: 'The network security group on the subnet of the API server denies what it needs.',
    todo: onRule('Allow TCP 443 and 4443 from the nodes, and TCP 9988 from AzureLoadBalancer, to the API subnet.'),
  },
  PlatformIncident: {
    means: 'Azure itself reports a problem of AKS in the region, or of the cluster.',
    todo: advice('Follow the incident in Azure Service Health; open a support request if the cluster is not named in it.'),
  },
  RecentChange: {
    means: 'Something on the way was changed within the hour before the outage; it may be a coincidence.',
    todo: withCommand(
      'Ask who made the change what it was for, and undo it if it fits what the nodes saw.',
      'az monitor activity-log list --resource-id {ownerId} --offset 1d --output table',
    ),
  },
  FirewallAnswers: {
    means:
      'An Azure Firewall is on the way, and the nodes are answered by TCP but not by TLS, as where none of its rules allows the target.',
    todo: withCommand(
      "Look for the API server's name in the firewall's log, and allow it by an application rule (tag AzureKubernetesService) or a network rule.",
      SHOW_OWNER,
    ),
  },
  CouldNotLook: {
    means: 'Some settings that may hold the cause were not read.',
    todo: advice('Grant the prober the missing rights there; if Azure throttled or failed, the next search looks again.'),
  },
};
