import type { Diagnosis } from '../history/diagnosis.ts';
import type { Change, Finding } from '../model/finding.ts';
import { reasons } from '../model/reasons.ts';
import { isSameOrPart, joinChanges } from './changes/join-changes.ts';
import { type ChangeLogs, readChangeLogs } from './changes/read-changes.ts';
import type { Case, Neighbours, Observation } from './evaluate/case.ts';
import type { ClusterSettings, Configuration, Read, Unread } from './evaluate/configuration.ts';
import { unreadIn } from './evaluate/could-not-look.ts';
import { findingsOf } from './evaluate/find.ts';
import { settingOf } from './evaluate/names.ts';
import { routeToHop } from './evaluate/rules/routes.ts';
import { clusterKind } from './read/kinds/cluster.ts';
import { readAdminRules } from './read/read-admin-rules.ts';
import { readHealth } from './read/read-health.ts';
import { readNextHop } from './read/read-next-hop.ts';
import { nodeGroupId, type PathSettings, readAddresses, readPath } from './read/read-path.ts';
import { readPrivateServer } from './read/read-private-server.ts';
import type { SettingsReader } from './read/read-settings.ts';

/** What a search is for. */
export interface Sought {
  /** The id of the cluster in tables and routes, and the one that Azure gives it. */
  cluster: string;
  clusterId: string;
  /** The resource id of a failing node; without it nothing of its network is read. */
  nodeId?: string;
  observation: Observation;
  neighbours: Neighbours;
  start: string;
  now: Date;
}

export interface SearchResult {
  /** All that it rests on. */
  found: Case;
  findings: Finding[];
  changes: readonly Change[];
  /** Where the nodes' packets go first, which other clusters may share. */
  path: NonNullable<Diagnosis['path']>;
  /** What could not be read, once each. */
  unread: Unread[];
  /** Whether the caller may read nothing but what probing needs too. */
  mayNotLook: boolean;
}

/** Of a firewall. */
const MOST_ADDRESSES = 4;
/** What is kept of the changes, the newest ones. */
const MOST_CHANGES = 20;

/** Stages at which the network cannot be to blame: the API server has answered. */
const ANSWERED = ['auth', 'http', 'served', 'kubeconfig', 'none'];

/** Whether the network may be to blame. What was blind may have lost it. */
const isAboutNetwork = ({ reason, blind }: Observation) => blind || !ANSWERED.includes(reasons[reason].stage);

/** The id of a resource that held an address until it changed, as Resource Graph saw it. */
function formerOwner(address: string, { detected }: ChangeLogs): string | undefined {
  const held = (before: string | undefined) => before === address || before?.includes(`"${address}"`);
  return detected.find(({ properties }) => properties.some(({ before }) => held(before)))?.resourceId;
}

/** Reads what holds the address that the nodes' packets are sent to, and the addresses by which a firewall passes them on. */
async function readHop(
  reader: SettingsReader,
  each: Case,
  logs: ChangeLogs,
): Promise<Partial<Configuration> & Pick<Configuration, 'publicAddresses'>> {
  const { publicAddresses } = each.configuration;
  const address = routeToHop(each)?.route.nextHop;
  if (address === undefined) return { publicAddresses };
  const network = settingOf(each.configuration.network);
  // Without it nobody knows which of many equal addresses is meant.
  if (network === undefined) return { publicAddresses };
  const networks = [network.id, ...network.peerings.map(({ remoteId }) => remoteId)];
  const hop = await readNextHop(reader, address, networks, formerOwner(address, logs));
  const own = (settingOf(hop.nextHop)?.publicAddressIds ?? []).slice(0, MOST_ADDRESSES);
  return { ...hop, publicAddresses: new Map([...publicAddresses, ...(await readAddresses(reader, own))]) };
}

/** Whether a change is one of a peering that is not of the nodes' own network, such as one of the hub with another spoke. */
const isForeignPeering = ({ resourceId, operation, property = '' }: Change, own: string | undefined) =>
  [resourceId, operation, property].some((text) => /virtualNetworkPeerings/i.test(text)) &&
  (own === undefined || !isSameOrPart(own, resourceId));

/** The ids of everything that lies on the way, the cluster first. */
function idsOnTheWay({ cluster, nic, network, subnet, ...more }: Configuration): string[] {
  const { nicNsg, subnetNsg, routeTable, natGateway, nextHop, endpoint, apiSubnet, apiSubnetNsg, zone } = more;
  const read = [cluster, subnet, network, nicNsg, subnetNsg, routeTable, natGateway, nextHop, endpoint, apiSubnet, apiSubnetNsg];
  const ids = read.flatMap((each: Read<{ id: string }> | undefined) => {
    if (each === undefined) return [];
    return each.status === 'read' ? [each.value.id] : [each.resourceId];
  });
  const remote = (settingOf(network)?.peerings ?? []).map(({ remoteId }) => remoteId);
  return [...ids, settingOf(nic)?.scaleSetId ?? '', zone?.id ?? '', ...remote, ...more.publicAddresses.keys()].filter((id) =>
    id.startsWith('/'),
  );
}

async function readNetwork(
  reader: SettingsReader,
  { nodeId, observation }: Sought,
  cluster: ClusterSettings | undefined,
): Promise<Partial<Configuration> & Pick<Configuration, 'publicAddresses'>> {
  const nothing = { publicAddresses: new Map() };
  if (!isAboutNetwork(observation)) return nothing;
  const isPublic = cluster !== undefined && !cluster.isPrivate && !cluster.isIntegrated;
  const [path, server] = await Promise.all([
    nodeId === undefined ? undefined : readPath(reader, nodeId, cluster, isPublic || observation.blind),
    cluster === undefined ? undefined : readPrivateServer(reader, cluster),
  ]);
  const network = path && settingOf(path.network);
  const adminRules = network && (await readAdminRules(reader, network.id));
  return {
    ...(path satisfies PathSettings | undefined),
    ...server,
    publicAddresses: path?.publicAddresses ?? nothing.publicAddresses,
    adminRules,
  };
}

/**
 * Searches Azure's configuration and change logs for what cut nodes off. What it may not or cannot read limits what it finds; it never throws for that.
 *
 * @param showNames - whether those who changed something are named.
 */
export async function search(reader: SettingsReader, sought: Sought, showNames: boolean): Promise<SearchResult> {
  const { cluster: name, clusterId, observation, neighbours, start, now } = sought;
  const cluster = await reader.read(clusterId, clusterKind);
  const known = settingOf(cluster);
  const [health, network] = await Promise.all([readHealth(reader, clusterId, known?.region), readNetwork(reader, sought, known)]);
  const read: Configuration = { cluster, ...health, ...network };
  const logs = await readChangeLogs(reader, clusterId, idsOnTheWay(read), start, now);
  const before: Case = { cluster: name, start, now, configuration: read, observation, neighbours, changes: [], unread: logs.unread };
  const configuration: Configuration = { ...read, ...(await readHop(reader, before, logs)) };
  const ids = idsOnTheWay(configuration);
  const nodeGroup = known && nodeGroupId(known);
  const ownNetwork = settingOf(configuration.network)?.id;
  const isRelevant = (id: string) => (nodeGroup !== undefined && isSameOrPart(nodeGroup, id)) || ids.some((each) => isSameOrPart(each, id));
  const joined = joinChanges(logs.logged, logs.detected, isRelevant, known?.identities ?? [], showNames);
  const changes = joined.filter((each) => !isForeignPeering(each, ownNetwork)).slice(0, MOST_CHANGES);
  const found: Case = { ...before, configuration, changes };
  const isDenied = (read: Read<unknown> | undefined) => read?.status === 'unread' && read.why === 'denied';
  const mayNotLook = [health.health, health.issues].every(isDenied) && logs.unread.filter(isDenied).length === logs.reads;
  const hop = routeToHop(found)?.route.nextHop;
  // The address, and what holds it.
  const nextHops = [hop ?? '', settingOf(configuration.nextHop)?.id ?? ''].filter((text) => text !== '');
  const path = { nextHops, dnsServers: settingOf(configuration.network)?.dnsServers ?? [] };
  return { found, findings: findingsOf(found), changes, path, unread: unreadIn(found), mayNotLook };
}
