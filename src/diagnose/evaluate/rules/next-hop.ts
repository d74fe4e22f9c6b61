import { holdsAddress } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { NextHopSettings } from '../configuration.ts';
import { evidenceOf, nameOf, settingOf, wordOf } from '../names.ts';
import { fellSilent } from '../observed.ts';
import { changeOfAny } from '../recent.ts';
import { evidenceOfRoute, factsOfRoute, routeNeeds, routeToHop } from './routes.ts';

const kindNames = { firewall: 'firewall', networkInterface: 'network interface', loadBalancer: 'load balancer' } as const;

/** What is wrong with the holder of an address that a route sends to, and whether nothing gets through it so. */
function faultOf(
  hop: string,
  { kind, addresses, forwards, machinePower }: NextHopSettings,
): { says: string; setting: string; value: string; isDead: boolean } | undefined {
  if (!holdsAddress(addresses, hop)) {
    // A firewall that was deallocated has none. What has others may never have held this one, or another may have taken it over.
    const isDead = kind === 'firewall' && addresses.length === 0;
    return { says: `no longer holds ${hop}`, setting: 'private addresses', value: addresses.join(', ') || 'none', isDead };
  }
  if (kind !== 'networkInterface') return undefined;
  const power = wordOf(machinePower).replace('powerstate/', '');
  if (['deallocated', 'stopped', 'deallocating', 'stopping'].includes(power)) {
    return { says: `belongs to a machine that is ${power}`, setting: 'power state', value: machinePower!, isDead: !power.endsWith('ing') };
  }
  return forwards === false
    ? { says: 'does not forward (IP forwarding is off)', setting: 'enableIPForwarding', value: 'false', isDead: true }
    : undefined;
}

/** Finding 8: the address that a route sends to belongs to nothing that passes packets on. */
export const nextHopDead: Rule = {
  layers: ['blind', 'tcp'],
  find(each): Candidate[] {
    const { nextHop } = each.configuration;
    const way = routeToHop(each);
    if (way === undefined || nextHop === undefined || nextHop.status === 'unread') return [];
    const { route, tableId, sent } = way;
    const common = {
      code: 'NextHopDead',
      facts: factsOfRoute(each, route),
      needs: [...routeNeeds(each.configuration), nextHop],
      // Either the address died, or the route was turned to one that was dead.
      change: changeOfAny(each, [tableId, settingOf(nextHop)?.id]),
    } as const;
    const where = `${route.nextHop}, where ${nameOf(tableId)} sends ${sent}`;
    if (nextHop.status === 'absent') {
      const sentence = `nothing that could be searched holds ${where}`;
      return [{ ...common, sentence, resourceId: tableId, evidence: [evidenceOfRoute(tableId, route)], proof: 'none' }];
    }
    const { id, kind } = nextHop.value;
    const fault = faultOf(route.nextHop, nextHop.value);
    if (fault === undefined) return [];
    // Of several addresses that the table sends to, nobody knows which one a firewall without any held.
    const hops = settingOf(each.configuration.routeTable)?.routes.flatMap((one) => one.nextHop ?? []);
    const isItsHop = holdsAddress(nextHop.value.addresses, route.nextHop) || new Set(hops).size === 1;
    const holder = `${kindNames[kind]} ${nameOf(id)}`;
    const sentence = fault.says.includes(route.nextHop)
      ? `${holder} ${fault.says}, where ${nameOf(tableId)} sends ${sent}`
      : `${holder} ${fault.says} and holds ${where}`;
    return [
      {
        ...common,
        sentence,
        resourceId: id,
        evidence: [evidenceOfRoute(tableId, route), evidenceOf(id, fault.setting, fault.value)],
        proof: fault.isDead && route.isCertain && isItsHop ? 'settings' : 'none',
      },
    ];
  },
};

/** Finding 23: a firewall on the way may have answered TCP itself, as it does where no rule of it allows the target. */
export const firewallAnswers: Rule = {
  layers: ['tls'],
  find(each): Candidate[] {
    const way = routeToHop(each);
    const owner = settingOf(each.configuration.nextHop);
    if (
      way === undefined ||
      owner?.kind !== 'firewall' ||
      !holdsAddress(owner.addresses, way.route.nextHop) ||
      !fellSilent(each.observation)
    )
      return [];
    const host = each.observation.host ?? each.observation.address ?? 'the API server';
    return [
      {
        code: 'FirewallAnswers',
        sentence: `Azure Firewall ${nameOf(owner.id)}, on the path, answers TCP itself when no rule allows the target; check its rule for ${host}`,
        resourceId: owner.id,
        evidence: [evidenceOfRoute(way.tableId, way.route), evidenceOf(owner.id, 'private addresses', owner.addresses)],
        proof: 'none',
        facts: 'unknown',
        needs: [...routeNeeds(each.configuration), each.configuration.nextHop],
      },
    ];
  },
};
