import { contains, holdsAddress, parsePrefix } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { Peering } from '../configuration.ts';
import { ANYWHERE, AZURE_DNS } from '../membership.ts';
import { evidenceOf, nameOf, settingOf, wordOf } from '../names.ts';
import { type Agreement, layersOf, looksDropped, serversOf, targetOf } from '../observed.ts';
import { placeOf } from '../place.ts';
import { factsOfRoute, routeNeeds, routeToHop } from './routes.ts';

/** A peering that does not lead to an address any more, and whether nothing else leads there. */
interface Broken {
  peering: Peering;
  address: string;
  isOnly: boolean;
}

const isBroken = ({ state }: Peering) => ['disconnected', 'initiated'].includes(wordOf(state));

/** Finds the peering by which an address would be reached, where it is not connected. */
function brokenTo(address: string, { configuration }: Case): Broken | undefined {
  const { network, table } = placeOf(configuration);
  if (network === undefined || holdsAddress(network.prefixes, address)) return undefined;
  const leading = network.peerings.filter(({ remotePrefixes }) => holdsAddress(remotePrefixes, address));
  const peering = leading.find(isBroken);
  if (peering === undefined || leading.some(({ state }) => wordOf(state) === 'connected')) return undefined;
  const routes = table.is === 'known' ? table.value.routes : [];
  // A route to where the same peering led, or to nowhere, is no other path.
  const leadsElsewhere = routes.some(({ prefix, type, nextHop }) => {
    const parsed = parsePrefix(prefix);
    if (parsed !== undefined && !contains(parsed, address)) return false;
    return wordOf(type) !== 'none' && !(nextHop !== undefined && holdsAddress(peering.remotePrefixes, nextHop));
  });
  const isOnly = leading.every(isBroken) && !network.mayLearnRoutes && table.is !== 'unknown' && !leadsElsewhere;
  return { peering, address, isOnly };
}

function candidateOf(each: Case, what: string, { peering, address, isOnly }: Broken, facts: Agreement): Candidate {
  const id = `${settingOf(each.configuration.network)!.id}/virtualNetworkPeerings/${peering.name}`;
  return {
    code: 'PeeringDisconnected',
    sentence: `peering ${peering.name} to ${nameOf(peering.remoteId)} is ${peering.state}; ${what} ${address} is behind it`,
    resourceId: id,
    evidence: [evidenceOf(id, 'peeringState', peering.state), evidenceOf(id, 'remoteAddressSpace', peering.remotePrefixes)],
    proof: isOnly ? 'settings' : 'none',
    facts,
    needs: routeNeeds(each.configuration),
  };
}

/** Of the DNS servers: none is reached if all are behind such peerings. */
function ofServers(each: Case): Candidate[] {
  const servers = serversOf(each).filter((server) => server !== AZURE_DNS);
  const broken = servers.map((server) => brokenTo(server, each)).filter((one) => one !== undefined);
  const isOnly = broken.length === serversOf(each).length && broken.every((one) => one.isOnly);
  const facts = each.observation.dns === 'timeout' ? 'agrees' : 'unknown';
  return broken.slice(0, 1).map((one) => candidateOf(each, 'DNS server', { ...one, isOnly }, facts));
}

/** Of the way to the API server: the address that the route sends to, or where none does, its own. */
function ofWay(each: Case): Candidate[] {
  const way = routeToHop(each);
  const target = targetOf(each);
  if (way !== undefined) {
    const broken = brokenTo(way.route.nextHop, each);
    if (broken === undefined) return [];
    return [candidateOf(each, 'next hop', { ...broken, isOnly: broken.isOnly && way.route.isCertain }, factsOfRoute(each, way.route))];
  }
  const broken = target === undefined || target === ANYWHERE ? undefined : brokenTo(target, each);
  return broken === undefined ? [] : [candidateOf(each, "the API server's address", broken, looksDropped(each))];
}

/** Finding 18: the peering to the network of the next hop, of the DNS servers or of the API server is not connected. */
export const peeringDisconnected: Rule = {
  layers: ['blind', 'dns', 'tcp'],
  find(each) {
    const layers = layersOf(each.observation);
    return [...(layers.includes('dns') ? ofServers(each) : []), ...(layers.includes('blind') || layers.includes('tcp') ? ofWay(each) : [])];
  },
};
