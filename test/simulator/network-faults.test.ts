import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NetworkFaultId, networkFaults } from '../../local/simulator/faults/network.ts';
import { findingCodes } from '../../src/model/finding.ts';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport, stdoutOf } from '../../src/probe/parse.ts';
import { composeScript } from '../../src/probe/script.ts';
import { central, type Kind, networkFleet, spokes } from './network-fleet.ts';
import { changesQuery, type Json, query, read, readActivity, readAround } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

/** On which kind of cluster a fault is tried, where it must show, and what the change logs must tell of it. */
type Trial = {
  kind: Kind;
  /** What the fault changes, as Azure Resource Manager shows it, and what it is changed to. */
  look: (around: Json) => unknown;
  expected: unknown;
  /** The operation that the activity log names. */
  operation: string;
  /** The property that Resource Graph names, `deleted` for a resource that is gone, `none` for what it does not keep. */
  graph: string;
};

const network = 'Microsoft.Network';
const lastRule = (nsg: Json) => nsg.properties.securityRules.at(-1)?.properties;
const serverRanges = ({ cluster }: Json) => cluster.properties.apiServerAccessProfile?.authorizedIPRanges;
const below = (around: Json, path: string) => read(simulator, `${around.nodeGroup}/providers/${network}/${path}`);
const zoneOf = ({ cluster }: Json) => `privateDnsZones/${cluster.properties.privateFQDN.split('.').slice(1).join('.')}`;
const defaultRoute = ({ routeTable }: Json) => routeTable.properties.routes[0].properties.nextHopIpAddress;

const trials: Record<NetworkFaultId, Trial> = {
  'cluster-operation': {
    kind: 'plain',
    look: ({ cluster }) => cluster.properties.provisioningState,
    expected: 'Upgrading',
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.provisioningState',
  },
  'ranges-exclude-outbound': {
    kind: 'nat',
    look: serverRanges,
    expected: ['192.0.2.0/24'],
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.apiServerAccessProfile.authorizedIPRanges[0]',
  },
  'ranges-changed': {
    kind: 'plain',
    look: serverRanges,
    expected: ['0.0.0.0/32'],
    operation: 'Microsoft.ContainerService/managedClusters/write',
    graph: 'properties.apiServerAccessProfile.authorizedIPRanges[0]',
  },
  'outbound-changed': {
    kind: 'nat',
    look: async ({ natGateway }) => (await read(simulator, natGateway.properties.publicIpAddresses[0].id)).properties.ipAddress,
    expected: '198.19.255.7',
    operation: `${network}/natGateways/write`,
    graph: 'properties.publicIpAddresses[0].id',
  },
  'default-route-to-appliance': {
    kind: 'routed',
    look: defaultRoute,
    expected: '10.0.0.68',
    operation: `${network}/routeTables/routes/write`,
    graph: 'properties.routes["def"].properties.nextHopIpAddress',
  },
  'route-drops': {
    kind: 'plain',
    look: ({ routeTable }) => routeTable?.properties.routes.at(-1).properties,
    expected: { provisioningState: 'Succeeded', addressPrefix: '198.51.100.4/32', nextHopType: 'None' },
    operation: `${network}/routeTables/write`,
    graph: 'properties.subnets["aks-subnet"].properties.routeTable.id',
  },
  'next-hop-dead': {
    kind: 'routed',
    look: defaultRoute,
    expected: '10.0.0.69',
    operation: `${network}/routeTables/routes/write`,
    graph: 'properties.routes["def"].properties.nextHopIpAddress',
  },
  'nsg-denies': {
    kind: 'plain',
    look: ({ subnetNsg }) => lastRule(subnetNsg),
    expected: expect.objectContaining({
      access: 'Deny',
      direction: 'Outbound',
      priority: 110,
      destinationAddressPrefix: '198.51.100.4/32',
    }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-443"].properties.access',
  },
  'admin-rule-denies': {
    kind: 'plain',
    look: async () => {
      const type = 'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots';
      const { body } = await query(simulator, [spokes], `networkresources | where type =~ '${type}'`);
      return body.data[0]?.properties.access;
    },
    expected: 'Deny',
    operation: `${network}/networkManagers/commit/action`,
    graph: 'none',
  },
  'nat-without-address': {
    kind: 'nat',
    look: ({ natGateway }) => ['publicIpAddresses', 'publicIpPrefixes'].filter((name) => name in natGateway.properties),
    expected: [],
    operation: `${network}/natGateways/write`,
    graph: 'properties.publicIpAddresses[0].id',
  },
  'no-outbound-path': {
    kind: 'plain',
    look: async (around) => [
      around.cluster.properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs,
      (await below(around, 'loadBalancers/kubernetes')).properties.outboundRules,
      around.subnet.properties.defaultOutboundAccess,
    ],
    expected: [[], [], false],
    operation: `${network}/loadBalancers/write`,
    graph: 'properties.subnets["aks-subnet"].properties.defaultOutboundAccess',
  },
  'zone-not-linked': {
    kind: 'private',
    look: async (around) => (await below(around, `${zoneOf(around)}/virtualNetworkLinks`)).value,
    expected: [],
    operation: `${network}/privateDnsZones/virtualNetworkLinks/delete`,
    graph: 'deleted',
  },
  'record-wrong': {
    kind: 'private',
    look: async (around) =>
      (await below(around, `${zoneOf(around)}/A/${around.cluster.properties.privateFQDN.split('.')[0]}`)).properties.aRecords,
    expected: [{ ipv4Address: '10.240.0.9' }],
    operation: `${network}/privateDnsZones/A/write`,
    graph: 'none',
  },
  'custom-dns-no-forward': {
    kind: 'private',
    look: ({ vnet }) => vnet.properties.dhcpOptions?.dnsServers,
    expected: ['10.224.0.53'],
    operation: `${network}/virtualNetworks/write`,
    graph: 'properties.dhcpOptions.dnsServers[0]',
  },
  'dns-server-cut-off': {
    kind: 'asking',
    look: ({ subnetNsg }) => lastRule(subnetNsg),
    expected: expect.objectContaining({ access: 'Deny', destinationAddressPrefix: '10.0.0.132/32', destinationPortRange: '53' }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-dns"].properties.access',
  },
  'endpoint-broken': {
    kind: 'private',
    look: async (around) => {
      const { privateLinkServiceConnections } = (await below(around, 'privateEndpoints/kube-apiserver')).properties;
      return privateLinkServiceConnections[0].properties.privateLinkServiceConnectionState.status;
    },
    expected: 'Rejected',
    operation: `${network}/privateEndpoints/write`,
    graph: 'properties.privateLinkServiceConnections["kube-apiserver"].properties.privateLinkServiceConnectionState.status',
  },
  'peering-disconnected': {
    kind: 'asking',
    look: ({ vnet }) => vnet.properties.virtualNetworkPeerings[0].properties.peeringState,
    expected: 'Disconnected',
    operation: `${network}/virtualNetworks/virtualNetworkPeerings/write`,
    graph: 'properties.virtualNetworkPeerings["to-vnet-hub"].properties.peeringState',
  },
  'api-subnet-blocked': {
    kind: 'integrated',
    look: async ({ cluster }) => {
      const subnet = await read(simulator, cluster.properties.apiServerAccessProfile.subnetId);
      return lastRule(await read(simulator, subnet.properties.networkSecurityGroup.id));
    },
    expected: expect.objectContaining({ access: 'Deny', direction: 'Inbound', priority: 90, destinationPortRanges: ['443', '4443'] }),
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["deny-nodes"].properties.access',
  },
  'platform-incident': {
    kind: 'plain',
    look: async ({ cluster }) => {
      const health = await read(simulator, `${cluster.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`);
      const events = await read(simulator, `/subscriptions/${spokes}/providers/Microsoft.ResourceHealth/events`);
      const impacts = events.value.flatMap(({ properties }: Json) => properties.impact);
      const regions = impacts.find(({ impactedService }: Json) => impactedService.includes('AKS'))?.impactedRegions;
      return [health.properties.availabilityState, health.properties.reasonType, regions?.[0].impactedRegion];
    },
    expected: ['Unavailable', 'Unplanned', 'West Europe'],
    operation: 'Microsoft.Resourcehealth/healthevent/Activated/action',
    graph: 'none',
  },
  'recent-change': {
    kind: 'plain',
    look: ({ subnetNsg }) => subnetNsg.properties.securityRules.map(({ name }: Json) => name),
    expected: ['allow-monitoring'],
    operation: `${network}/networkSecurityGroups/securityRules/write`,
    graph: 'properties.securityRules["allow-monitoring"].properties.access',
  },
  'firewall-answers': {
    kind: 'routed',
    look: async () => (await read(simulator, firewall)).properties.applicationRuleCollections,
    expected: [],
    operation: `${network}/azureFirewalls/write`,
    graph: 'properties.applicationRuleCollections["aks-egress"].name',
  },
  'could-not-look': {
    kind: 'routed',
    // Nothing around the cluster can be read as before: 403 is all there is.
    look: () => 'the rights',
    expected: 'the rights',
    operation: 'Microsoft.Authorization/roleAssignments/delete',
    graph: 'none',
  },
};

const ids = Object.keys(trials) as NetworkFaultId[];
const nonce = '0123456789abcdef';
let simulator: Conversation;
beforeAll(async () => {
  simulator = await converse(networkFleet(Object.fromEntries(ids.map((id) => [id, trials[id].kind]))), { changeLagSeconds: 0 });
});
afterAll(() => simulator.end());

const firewall = `/subscriptions/${central}/resourceGroups/rg-hub/providers/${network}/azureFirewalls/afw-hub`;

async function startProbe(id: NetworkFaultId) {
  const nodeGroup = `/subscriptions/${spokes}/resourceGroups/MC_rg-${id}_${id}_westeurope`;
  const sets = await read(simulator, `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`);
  const instance = `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${sets.value[0].name}/virtualMachines/0`;
  return simulator.start(instance, composeScript(nonce, ['https://mcr.microsoft.com/v2/']));
}

async function probe(id: NetworkFaultId) {
  const { body } = await simulator.finish(await startProbe(id));
  const report = parseReport(stdoutOf(body.value), nonce);
  return { verdict: report && classifyReport(report), facts: report?.facts };
}

test('every finding that a configuration can lead to has a fault of its name', () => {
  const inKebabCase = (code: string) => code.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const wanted = findingCodes.filter((code) => code !== 'ClusterStopped').map((code) => [inKebabCase(code), code]);
  expect(Object.entries(networkFaults).map(([id, { finding }]) => [id, finding])).toEqual(wanted);
});

describe.skipIf(process.platform !== 'linux')('each fault changes the configuration, the path of the node and the change logs', () => {
  test.concurrent.for(ids)('%s', { timeout: 240_000 }, async (id, { expect: hope, skip }) => {
    if (simulator.simulator.unavailableFaults.has(id)) return skip();
    const { look, expected, operation, graph } = trials[id];
    const before = await readAround(simulator, spokes, id);
    if (id !== 'could-not-look') hope(await look(before)).not.toEqual(expected);
    hope((await simulator.setFault(id, id)).status).toBe(200);

    if (id === 'could-not-look') await hope(readAround(simulator, spokes, id)).rejects.toThrow('AuthorizationFailed');
    else hope(await look(await readAround(simulator, spokes, id))).toEqual(expected);

    const isHere = ({ resourceId }: Json) => resourceId.includes(`rg-${id}`) || resourceId.includes(`rg-Net-${id}`);
    const events = [
      ...(await readActivity(simulator, spokes)),
      ...(id === 'firewall-answers' ? await readActivity(simulator, central) : []),
    ];
    const isElsewhere = ['admin-rule-denies', 'could-not-look', 'firewall-answers'].includes(id);
    const own = events.filter((event) => isElsewhere || isHere(event));
    hope(own.map(({ operationName }) => operationName.value)).toContain(operation);

    const targets = [before.cluster, before.vnet, before.nicNsg, before.subnetNsg, before.routeTable, before.natGateway];
    const found = targets.flatMap((target: Json) => (target === undefined ? [] : [target.id]));
    const firewalls = id === 'firewall-answers' ? [firewall] : [];
    const asked = changesQuery([...found, ...firewalls], before.nodeGroup);
    const { body } = await query(simulator, [spokes, central], asked);
    const named = body.data.flatMap((row: Json) => (row.kind === 'Delete' ? ['deleted'] : Object.keys(row.changes ?? {})));
    if (graph === 'none') hope(named).toEqual([]);
    else hope(named).toContain(graph);

    const { effect, verdict, reason } = networkFaults[id];
    if (effect === 'agent-silent') {
      const { headers } = await startProbe(id);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      hope((await simulator.arm('GET', String(headers.location))).status).toBe(202);
      await simulator.clearFault(id);
      await simulator.finish({ headers } as never);
    } else {
      const wanted = `${verdict}/${reason}`;
      const given = ({ verdict: said }: typeof seen) => `${said?.verdict}/${said?.reason}`;
      let seen = await probe(id);
      // Each stage of the script has but seconds, and the machine may stand still for as long.
      for (let left = 2; left > 0 && given(seen) !== wanted; left--) seen = await probe(id);
      hope(given(seen), JSON.stringify([...(seen.facts ?? [])])).toBe(wanted);
      await simulator.clearFault(id);
    }
    hope(await readAround(simulator, spokes, id)).toEqual(before);
    hope((await probe(id)).verdict?.verdict).toBe('reachable');
  });
});
