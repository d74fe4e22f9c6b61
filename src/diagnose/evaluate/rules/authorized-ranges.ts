import { isPublic } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { ClusterSettings } from '../configuration.ts';
import { evidenceOf, isSameId, settingOf } from '../names.ts';
import { allAgree, layersOf, looksDropped, targetOf } from '../observed.ts';
import { type Outbound, outboundOf } from '../outbound.ts';
import { rangesContain } from '../ranges.ts';

/** The ranges that nodes must be in: of a public API server alone, as nodes reach others by a private address. */
function rangedCluster({ configuration }: Case): ClusterSettings | undefined {
  const cluster = settingOf(configuration.cluster);
  return cluster !== undefined && !cluster.isPrivate && !cluster.isIntegrated && cluster.authorizedRanges.length > 0 ? cluster : undefined;
}

const listOf = (texts: readonly string[]) =>
  texts.length <= 5 ? texts.join(', ') : `${texts.slice(0, 5).join(', ')} and ${texts.length - 5} more`;

/** How the outbound addresses of nodes lie to the ranges: all outside, some, or in doubt; undefined where nothing may be said. */
function outsideOf(ranges: readonly string[], { by, addresses, isCertain }: Outbound): 'all' | 'some' | 'doubt' | undefined {
  // AKS lets the cluster's own load balancer in, and does not list it.
  if ((by !== 'natGateway' && by !== 'firewall') || addresses.length === 0) return undefined;
  const contained = addresses.map((address) => rangesContain(ranges, address));
  if (contained.every((each) => each === 'no')) return isCertain ? 'all' : 'doubt';
  if (contained.includes('maybe')) return 'doubt';
  return contained.includes('no') ? 'some' : undefined;
}

/** Finding 3: the API server admits certain addresses alone, and the nodes leave by another one. */
export function outsideRanges(each: Case): Candidate | undefined {
  const { configuration, observation } = each;
  const cluster = rangedCluster(each);
  const target = targetOf(each);
  if (cluster === undefined || target === undefined || !isPublic(target)) return undefined;
  const outbound = outboundOf(target, configuration);
  const outside = outsideOf(cluster.authorizedRanges, outbound);
  if (outside === undefined) return undefined;
  const own = outbound.addresses.filter((address) => rangesContain(cluster.authorizedRanges, address) !== 'yes');
  const verb = outside === 'doubt' ? 'may not contain' : 'do not contain';
  const what = own.length === 1 ? "the nodes' outbound address" : 'outbound addresses of the nodes:';
  const isTcp = layersOf(observation).includes('tcp');
  return {
    code: 'RangesExcludeOutbound',
    sentence: `authorized ranges ${listOf(cluster.authorizedRanges)} ${verb} ${what} ${listOf(own)} (${outbound.label})`,
    resourceId: cluster.id,
    evidence: [
      evidenceOf(cluster.id, 'authorizedIPRanges', cluster.authorizedRanges),
      evidenceOf(outbound.resourceId ?? cluster.id, 'outbound addresses', outbound.addresses),
    ],
    proof: outside === 'all' ? 'settings' : 'none',
    // Once TCP was answered, it may have been a firewall's answer; and nothing follows from ranges where nothing at all is reached.
    facts: isTcp
      ? allAgree(
          looksDropped(each),
          observation.egress === 'works' ? 'agrees' : observation.egress === undefined ? 'unknown' : 'contradicts',
        )
      : 'unknown',
    needs: [
      configuration.cluster,
      configuration.nic,
      configuration.subnet,
      configuration.network,
      configuration.routeTable,
      configuration.natGateway,
      ...(outbound.by === 'firewall' ? [configuration.nextHop] : []),
    ],
  };
}

/** Finding 3 as a rule. */
export const rangesExcludeOutbound: Rule = {
  layers: ['tcp', 'tls'],
  find(each) {
    const found = outsideRanges(each);
    return found === undefined ? [] : [found];
  },
};

/** Whether a text names a resource that the nodes leave by. */
export const isWayOut = ({ configuration }: Case, id: string): boolean => {
  const cluster = settingOf(configuration.cluster);
  const gateway = settingOf(configuration.natGateway);
  const ids = [
    settingOf(configuration.subnet)?.natGatewayId,
    ...(gateway === undefined ? [] : [gateway.id, ...gateway.addressIds, ...gateway.prefixIds]),
    ...(cluster === undefined ? [] : [...cluster.loadBalancerAddressIds, ...cluster.natAddressIds]),
  ];
  return ids.some((own) => isSameId(own, id));
};
