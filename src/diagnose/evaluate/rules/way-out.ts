import { isPublic } from '../addresses.ts';
import type { Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { Read } from '../configuration.ts';
import { ANYWHERE } from '../membership.ts';
import { evidenceOf, nameOf, settingOf } from '../names.ts';
import { type Agreement, allAgree, looksCutOff, looksDropped, targetOf } from '../observed.ts';
import { type Outbound, outboundOf } from '../outbound.ts';
import { placeOf } from '../place.ts';
import { changeOfAny } from '../recent.ts';
import { isOneWayForAll } from '../route.ts';

/** The way out of nodes that need one: those that lost everything, or have a public API server. */
function wayOutOf(each: Case): Outbound | undefined {
  const target = targetOf(each);
  return target !== undefined && (target === ANYWHERE || isPublic(target)) ? outboundOf(target, each.configuration) : undefined;
}

/** Other places may still be reached where the table sends some of them another way. */
const factsOf = (each: Case): Agreement =>
  allAgree(looksDropped(each), each.observation.blind || isOneWayForAll(each.configuration) ? looksCutOff(each) : 'agrees');
const needsOf = ({
  configuration: { cluster, nic, subnet, network, routeTable, natGateway, outboundBalancer },
}: Case): (Read<unknown> | undefined)[] => [cluster, nic, subnet, network, routeTable, natGateway, outboundBalancer];

/** Finding 11: the subnet's NAT gateway, which comes before all other ways out, has no address. */
export const natWithoutAddress: Rule = {
  layers: ['blind', 'tcp'],
  find(each) {
    const outbound = wayOutOf(each);
    const gateway = settingOf(each.configuration.natGateway);
    if (outbound?.by !== 'natGateway' || gateway === undefined || gateway.addressIds.length + gateway.prefixIds.length > 0) return [];
    return [
      {
        code: 'NatWithoutAddress',
        sentence: `NAT gateway ${nameOf(gateway.id)} has no public IP address`,
        resourceId: gateway.id,
        evidence: [evidenceOf(gateway.id, 'publicIpAddresses', 'none'), evidenceOf(gateway.id, 'publicIpPrefixes', 'none')],
        proof: 'settings',
        facts: factsOf(each),
        needs: needsOf(each),
      },
    ];
  },
};

/** Finding 12: nothing gives the nodes an address by which to leave; older subnets may still have Azure's default. */
export const noOutboundPath: Rule = {
  layers: ['blind', 'tcp'],
  find(each) {
    const outbound = wayOutOf(each);
    const cluster = settingOf(each.configuration.cluster);
    const { subnet } = placeOf(each.configuration);
    if (cluster === undefined || subnet === undefined || (outbound?.by !== 'none' && outbound?.by !== 'default')) return [];
    const isSure = outbound.by === 'none';
    const balancer = settingOf(each.configuration.outboundBalancer);
    const what = isSure ? 'nothing gives' : 'nothing but, perhaps, default outbound access gives';
    return [
      {
        code: 'NoOutboundPath',
        sentence: `${what} the nodes of subnet ${nameOf(subnet.id)} an outbound address (outbound type ${cluster.outboundType})`,
        resourceId: subnet.id,
        evidence: [
          evidenceOf(subnet.id, 'natGateway', 'none'),
          ...(balancer === undefined ? [] : [evidenceOf(balancer.id, 'outboundRules', 'none')]),
          evidenceOf(subnet.id, 'defaultOutboundAccess', String(subnet.defaultOutboundAccess ?? 'not said')),
          evidenceOf(cluster.id, 'outboundType', cluster.outboundType),
        ],
        proof: isSure ? 'settings' : 'none',
        facts: factsOf(each),
        needs: needsOf(each),
        change: changeOfAny(each, [balancer?.id, subnet.id, cluster.id]),
      },
    ];
  },
};
