import type { Change } from '../../../model/finding.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { Configuration, Read } from '../configuration.ts';
import { ANYWHERE, type Target } from '../membership.ts';
import { clockOf, evidenceOf, isSameId, nameOf, settingOf, wordOf } from '../names.ts';
import { type Agreement, allAgree, looksCutOff, looksDropped, targetOf } from '../observed.ts';
import { changeToName, mayHaveBrought, whenOf } from '../recent.ts';
import { type EffectiveRoute, effectiveRoute, isOneWayForAll, textOf } from '../route.ts';

/** What a route rests on. */
export const routeNeeds = ({ subnet, network, routeTable, endpoint }: Configuration): (Read<unknown> | undefined)[] => [
  subnet,
  network,
  routeTable,
  endpoint,
];

/** Whether what the nodes saw fits that a route leads nowhere: one for everything leads to no other place either. */
export function factsOfRoute(each: Case, route: EffectiveRoute): Agreement {
  if (targetOf(each) === ANYWHERE) return allAgree(looksDropped(each), looksCutOff(each));
  const isForAll = route.prefix.length === 0 && isOneWayForAll(each.configuration);
  return isForAll && each.observation.egress === 'works' ? 'contradicts' : looksDropped(each);
}

/** The evidence of a route. */
export const evidenceOfRoute = (id: string, { name, prefix, type, nextHop }: EffectiveRoute) =>
  evidenceOf(id, `route ${name}`, [textOf(prefix), type, ...(nextHop === undefined ? [] : [nextHop])].join(' '));

/** What a route sends, as people say it. */
const sentBy = ({ prefix }: EffectiveRoute) => (prefix.length === 0 ? 'everything' : textOf(prefix));

const ofTarget = (target: Target) =>
  target === ANYWHERE ? 'what is sent to any public address' : `what is sent to the API server's address ${target}`;

/** Finding 7: the route to the API server drops. */
export const routeDrops: Rule = {
  layers: ['blind', 'tcp'],
  find(each): Candidate[] {
    const { configuration } = each;
    const target = targetOf(each);
    if (target === undefined) return [];
    const route = effectiveRoute(target, configuration);
    const table = settingOf(configuration.routeTable);
    const network = settingOf(configuration.network);
    const id = route.source === 'table' ? table?.id : network?.id;
    if (route.type !== 'none' || id === undefined) return [];
    const who =
      route.source === 'table'
        ? `route ${route.name} of ${nameOf(id)}`
        : `network ${nameOf(id)} has no route there, so that Azure's own for ${textOf(route.prefix)}`;
    return [
      {
        code: 'RouteDrops',
        sentence: `${who} ${route.isCertain ? 'drops' : 'may drop'} ${ofTarget(target)}`,
        resourceId: id,
        evidence: [evidenceOfRoute(id, route)],
        proof: route.source === 'table' && route.isCertain ? 'settings' : 'none',
        facts: factsOfRoute(each, route),
        needs: routeNeeds(configuration),
      },
    ];
  },
};

/** Whether a change is one of a route, or may be: those of the whole table do not always name it. */
const isOfRoute = (tableId: string, name: string) => (change: Change) => {
  if (isSameId(change.resourceId, `${tableId}/routes/${name}`)) return true;
  if (!isSameId(change.resourceId, tableId)) return false;
  const property = wordOf(change.property);
  return property === '' || (property.includes('routes') && (!property.includes('[') || property.includes(wordOf(name))));
};

/** Finding 6: everything was sent to an appliance just before. Where it has been so for long, that is how the network was designed. */
export const defaultRouteToAppliance: Rule = {
  layers: ['blind', 'tcp', 'tls'],
  find(each): Candidate[] {
    const { configuration } = each;
    const target = targetOf(each);
    const table = settingOf(configuration.routeTable);
    if (target === undefined || table === undefined) return [];
    const route = effectiveRoute(target, configuration);
    if (route.source !== 'table' || !route.type.startsWith('virtualappliance') || route.prefix.length > 0) return [];
    const change = changeToName(each, isOfRoute(table.id, route.name));
    if (change === undefined || !mayHaveBrought(change, each)) return [];
    const hop = route.nextHop === undefined ? 'a virtual appliance' : `${route.nextHop} (virtual appliance)`;
    return [
      {
        code: 'DefaultRouteToAppliance',
        sentence: `${nameOf(table.id)} sends ${textOf(route.prefix)} to ${hop} since ${clockOf(change.time)}, written by ${change.by ?? 'somebody'} ${whenOf(change, each)}`,
        resourceId: table.id,
        evidence: [evidenceOfRoute(table.id, route)],
        proof: 'none',
        facts: 'unknown',
        needs: routeNeeds(configuration),
        change,
      },
    ];
  },
};

/** The route to the API server where it leads to an address that somebody holds or held, with its table. */
export function routeToHop(each: Case): { route: EffectiveRoute & { nextHop: string }; tableId: string; sent: string } | undefined {
  const target = targetOf(each);
  const tableId = settingOf(each.configuration.routeTable)?.id;
  if (target === undefined || tableId === undefined) return undefined;
  const route = effectiveRoute(target, each.configuration);
  if (route.type !== 'virtualappliance' || route.nextHop === undefined) return undefined;
  return { route: { ...route, nextHop: route.nextHop }, tableId, sent: sentBy(route) };
}
