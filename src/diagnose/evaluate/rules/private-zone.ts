import { holdsAddress } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { NetworkSettings, ZoneLink } from '../configuration.ts';
import { AZURE_DNS } from '../membership.ts';
import { evidenceOf, isSameId, nameOf, settingOf, wordOf } from '../names.ts';
import { type Agreement, didServerAnswer, serversOf } from '../observed.ts';
import { endpointCluster } from './private-endpoint.ts';

/** Whether the nodes ask Azure's DNS and nobody else, by the settings and by what they say themselves. */
const asksAzure = (each: Case) => {
  const servers = settingOf(each.configuration.network)?.dnsServers;
  return servers !== undefined && [...servers, ...serversOf(each)].every((server) => server === AZURE_DNS);
};

/** Whether what Azure's DNS said to the nodes fits that it does not know the name. */
function looksUnknown({ observation: { azureDns } }: Case): Agreement {
  if (azureDns?.said === 'found') return 'contradicts';
  return azureDns?.said === 'unknown' ? 'agrees' : 'unknown';
}

const bareName = (host: string | undefined) => wordOf(host).replace(/\.$/, '');

/** The zone that the nodes' name of a private API server is in; undefined where it comes from none, as with `none` or the public name. */
function zoneOf({ configuration, observation: { host } }: Case) {
  const cluster = endpointCluster({ configuration });
  if (cluster === undefined || wordOf(cluster.privateDnsZone) === 'none') return undefined;
  return host === undefined || bareName(host) === bareName(cluster.privateFqdn) ? configuration.zone : undefined;
}

/** The link by which the DNS servers of the nodes know a zone; `elsewhere`: it has links, and may be known where servers are that nobody can find. */
function linkOf(links: readonly ZoneLink[], network: NetworkSettings): ZoneLink | 'elsewhere' | undefined {
  const linked = (id: string) => links.find(({ networkId }) => isSameId(networkId, id));
  const homes = network.dnsServers.map(
    (server) => network.peerings.find(({ remotePrefixes }) => holdsAddress(remotePrefixes, server))?.remoteId,
  );
  const own = linked(network.id);
  if (own !== undefined) return own;
  const found = homes.map((id) => (id === undefined ? undefined : linked(id))).find((link) => link !== undefined);
  if (found !== undefined) return found;
  const isLost = network.dnsServers.some(
    (server, index) => homes[index] === undefined && !holdsAddress(network.prefixes, server) && server !== AZURE_DNS,
  );
  return isLost && links.length > 0 ? 'elsewhere' : undefined;
}

/** Finding 13: the private DNS zone is not linked to the network whose DNS the nodes ask. */
export const zoneNotLinked: Rule = {
  layers: ['dns'],
  find(each): Candidate[] {
    const { cluster, network: read } = each.configuration;
    const zone = zoneOf(each);
    const network = settingOf(read);
    if (zone === undefined || network === undefined || zone.links.status === 'unread') return [];
    const links = zone.links.status === 'read' ? zone.links.value : undefined;
    const link = links && linkOf(links, network);
    if (link === 'elsewhere' || wordOf(link?.state) === 'completed' || (link !== undefined && wordOf(link.state) === '')) return [];
    const name = `private DNS zone ${nameOf(zone.id)}`;
    const says =
      links === undefined
        ? 'does not exist'
        : link === undefined
          ? `has no link to network ${nameOf(network.id)}`
          : `has a link to network ${nameOf(link.networkId)} that is ${link.state}`;
    return [
      {
        code: 'ZoneNotLinked',
        sentence: `${name} ${says}`,
        resourceId: zone.id,
        evidence: [
          evidenceOf(zone.id, 'virtualNetworkLinks', links?.map(({ networkId, state }) => `${networkId} (${state})`).join(', ') || 'none'),
          evidenceOf(network.id, 'dnsServers', network.dnsServers.length === 0 ? "none (Azure's)" : network.dnsServers),
        ],
        // Servers of one's own may know the name from elsewhere.
        proof: link === undefined && asksAzure(each) ? 'settings' : 'none',
        facts: looksUnknown(each),
        needs: [cluster, read, zone.links],
      },
    ];
  },
};

/** Finding 14, its half that shows as a name that is not found: the zone has no record of the API server. */
export const recordMissing: Rule = {
  layers: ['dns'],
  find(each): Candidate[] {
    const { cluster, network } = each.configuration;
    const zone = zoneOf(each);
    if (zone === undefined || zone.record.status === 'unread' || (zone.record.status === 'read' && zone.record.value.length > 0)) return [];
    // What a zone that does not exist lacks is said of the zone.
    if (zone.links.status === 'absent') return [];
    return [
      {
        code: 'RecordWrong',
        sentence: `private DNS zone ${nameOf(zone.id)} has no A record of the API server`,
        resourceId: zone.id,
        evidence: [evidenceOf(zone.id, 'A record', 'none')],
        proof: asksAzure(each) ? 'settings' : 'none',
        facts: looksUnknown(each),
        needs: [cluster, network, zone.record],
      },
    ];
  },
};

/** Finding 15: the network's own DNS servers do not know the name, which Azure's knows. */
export const customDnsNoForward: Rule = {
  layers: ['dns'],
  find(each): Candidate[] {
    const { configuration, observation } = each;
    const network = settingOf(configuration.network);
    const servers = network?.dnsServers.filter((server) => server !== AZURE_DNS) ?? [];
    if (network === undefined || servers.length === 0 || observation.dns !== 'failed' || observation.azureDns?.said !== 'found') return [];
    // The nodes must ask these servers, and not others that they still have from before.
    const asksThem = serversOf(each).every((server) => servers.includes(server));
    const isPlural = servers.length > 1;
    return [
      {
        code: 'CustomDnsNoForward',
        sentence: `DNS ${isPlural ? 'servers' : 'server'} ${servers.join(', ')} ${isPlural ? 'do' : 'does'} not know ${observation.host ?? "the API server's name"}; Azure's does`,
        resourceId: network.id,
        evidence: [evidenceOf(network.id, 'dnsServers', servers)],
        proof: asksThem && observation.failures >= 2 ? 'node' : 'none',
        facts: didServerAnswer(observation),
        needs: [configuration.network],
      },
    ];
  },
};
