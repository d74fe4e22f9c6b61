import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Configuration, Route } from '../../../src/diagnose/evaluate/configuration.ts';
import { ANYWHERE } from '../../../src/diagnose/evaluate/membership.ts';
import { effectiveRoute, textOf } from '../../../src/diagnose/evaluate/route.ts';
import { tables } from './generate-configuration.ts';
import { routeTo } from './naive.ts';
import {
  API,
  absent,
  caseOf,
  ENDPOINT,
  endpoint,
  hubPeering,
  NETWORK_ID,
  network,
  routed,
  SUBNET_ID,
  subnet,
  TABLE_ID,
  toAppliance,
  unread,
} from './world.ts';

const routeOf = (configuration: Partial<Configuration>, target = API) => {
  const { source, prefix, type, nextHop, isCertain } = effectiveRoute(target, caseOf({ configuration }).configuration);
  return `${isCertain ? '' : 'perhaps '}${source} ${textOf(prefix)} ${type}${nextHop === undefined ? '' : ` ${nextHop}`}`;
};
const route = (prefix: string, type = 'None', nextHop?: string): Route => ({ name: prefix, prefix, type, nextHop });

describe('the effective route', () => {
  it.each<[string, Partial<Configuration>, string]>([
    ['without a table', {}, 'system 0.0.0.0/0 internet'],
    ['of a table with a default route', routed([toAppliance]), 'table 0.0.0.0/0 virtualappliance 10.0.0.4'],
    ['of the longest prefix', routed([toAppliance, route('20.0.0.0/8'), route('20.1.1.0/24', 'Internet')]), 'table 20.1.1.0/24 internet'],
    [
      'of the longest prefix, listed first',
      routed([route('20.1.1.0/24', 'Internet'), route('20.0.0.0/8'), toAppliance]),
      'table 20.1.1.0/24 internet',
    ],
    ['beside routes to elsewhere', routed([route('20.2.0.0/16')]), 'system 0.0.0.0/0 internet'],
    ['beside one of another family', routed([route('::/0')]), 'system 0.0.0.0/0 internet'],
    ['beside a service tag', routed([toAppliance, route('AzureCloud', 'Internet')]), 'perhaps table 0.0.0.0/0 virtualappliance 10.0.0.4'],
    ['beside a service tag that leads the same way', routed([route('0.0.0.0/0'), route('AzureCloud')]), 'table 0.0.0.0/0 none'],
    ['of an address, beside a service tag', routed([route('20.1.1.1/32'), route('AzureCloud', 'Internet')]), 'table 20.1.1.1/32 none'],
    ['beside a text that is no prefix', routed([toAppliance, route('10.0.0.0/99')]), 'perhaps table 0.0.0.0/0 virtualappliance 10.0.0.4'],
    ['of an unknown type', routed([route('0.0.0.0/0', 'Teleport')]), 'perhaps table 0.0.0.0/0 teleport'],
    ['of several appliances', routed([route('0.0.0.0/0', 'VirtualApplianceEcmp')]), 'perhaps table 0.0.0.0/0 virtualapplianceecmp'],
    [
      'of a table that was not read',
      { subnet: subnet({ routeTableId: TABLE_ID }), routeTable: unread(TABLE_ID, 'a') },
      'perhaps system 0.0.0.0/0 internet',
    ],
    ['of a table that nobody tried to read', { subnet: subnet({ routeTableId: TABLE_ID }) }, 'perhaps system 0.0.0.0/0 internet'],
    [
      'of a table that is said to be gone',
      { subnet: subnet({ routeTableId: TABLE_ID }), routeTable: absent(TABLE_ID) },
      'perhaps system 0.0.0.0/0 internet',
    ],
    ['in a subnet that was not read', { subnet: unread('/s', 'a') }, 'perhaps system 0.0.0.0/0 internet'],
    ['in a network that was not read', { network: unread('/n', 'a') }, 'perhaps system 0.0.0.0/0 internet'],
    ['with a gateway, and no table that shuts it out', { network: network({ mayLearnRoutes: true }) }, 'perhaps system 0.0.0.0/0 internet'],
    [
      'with a gateway that the table lets in',
      { ...routed([route('0.0.0.0/0')], { learnsRoutes: true }), network: network({ mayLearnRoutes: true }) },
      'perhaps table 0.0.0.0/0 none',
    ],
    [
      'with a gateway that the table shuts out',
      { ...routed([route('0.0.0.0/0')]), network: network({ mayLearnRoutes: true }) },
      'table 0.0.0.0/0 none',
    ],
    [
      'of one address, which no learned route beats',
      { ...routed([route('20.1.1.1/32')], { learnsRoutes: true }), network: network({ mayLearnRoutes: true }) },
      'table 20.1.1.1/32 none',
    ],
  ])('%s', (_, configuration, said) => {
    expect(routeOf(configuration)).toBe(said);
  });

  it.each<[string, string, Partial<Configuration>, string]>([
    ['in the network, before the default route', '10.1.8.4', routed([toAppliance]), 'system 10.1.0.0/16 vnetlocal'],
    ['in the network, after a route of the same length', '10.1.8.4', routed([route('10.1.0.0/16')]), 'table 10.1.0.0/16 none'],
    ['in a peered network', '10.0.0.4', { network: network({ peerings: [hubPeering()] }) }, 'system 10.0.0.0/16 vnetlocal'],
    [
      'in a network whose peering is gone',
      '10.0.0.4',
      { network: network({ peerings: [hubPeering('Disconnected')] }) },
      'perhaps system 10.0.0.0/8 none',
    ],
    ['private, and nowhere', '192.168.1.1', {}, 'perhaps system 192.168.0.0/16 none'],
    ['shared, and nowhere', '100.64.1.1', {}, 'perhaps system 100.64.0.0/10 none'],
    ['IPv6', '2603:1020::1', routed([toAppliance]), 'system ::/0 internet'],
    ['IPv6 with a route', '2603:1020::1', routed([route('::/0', 'VirtualAppliance', 'fd00::4')]), 'table ::/0 virtualappliance fd00::4'],
    ['no address', 'nonsense', {}, 'perhaps system 0.0.0.0/0 unknown'],
  ])('to what is %s', (_, target, configuration, said) => {
    expect(routeOf(configuration, target)).toBe(said);
  });

  it('to a private endpoint is its own, before all but one for its address', () => {
    const parts = { endpoint: endpoint(), network: network({ prefixes: ['10.1.0.0/16'] }) };
    expect(routeOf({ ...parts, ...routed([route('10.1.0.0/24')]) }, ENDPOINT)).toBe('system 10.1.0.7/32 vnetlocal');
    expect(routeOf({ ...parts, ...routed([route('10.1.0.7/32')]) }, ENDPOINT)).toBe('table 10.1.0.7/32 none');
  });

  it.each(['Enabled', 'RouteTableEnabled'])('to a private endpoint gives way to the table where its subnet says %s', (endpointPolicies) => {
    const parts = { ...routed([route('10.1.0.0/24')]), subnet: subnet({ routeTableId: TABLE_ID, endpointPolicies }), endpoint: endpoint() };
    expect(routeOf(parts, ENDPOINT)).toBe('table 10.1.0.0/24 none');
    // The default route is shorter than the network's own.
    expect(routeOf({ ...parts, ...routed([route('0.0.0.0/0')]), subnet: parts.subnet }, ENDPOINT)).toBe('system 10.1.0.0/16 vnetlocal');
  });

  it.each<[string, string | undefined]>([
    ['another subnet than the nodes', `${NETWORK_ID}/subnets/endpoints`],
    ['a subnet that is not known', undefined],
  ])('to a private endpoint in %s is in doubt, whatever the subnet of the nodes says', (_, subnetId) => {
    for (const endpointPolicies of ['Enabled', 'Disabled']) {
      const parts = { ...routed([route('10.1.0.0/24')]), subnet: subnet({ routeTableId: TABLE_ID, endpointPolicies }) };
      expect(routeOf({ ...parts, endpoint: endpoint({ subnetId }) }, ENDPOINT)).toBe('perhaps system 10.1.0.7/32 vnetlocal');
    }
  });

  it('knows the subnet of a private endpoint in any letter case', () => {
    const parts = { endpoint: endpoint({ subnetId: SUBNET_ID.toUpperCase() }), ...routed([route('10.1.0.0/24')]) };
    expect(routeOf(parts, ENDPOINT)).toBe('system 10.1.0.7/32 vnetlocal');
  });

  it('is in doubt where an endpoint was not read that may have one of its own', () => {
    const parts = routed([route('10.1.0.0/24')]);
    expect(routeOf({ ...parts, endpoint: unread('/e', 'a') }, ENDPOINT)).toBe('perhaps table 10.1.0.0/24 none');
    expect(routeOf({ ...parts, endpoint: endpoint({ address: undefined }) }, ENDPOINT)).toBe('perhaps table 10.1.0.0/24 none');
  });

  it.each<[string, Partial<Configuration>, string]>([
    ['the default route', routed([route('0.0.0.0/0')]), 'table 0.0.0.0/0 none'],
    ['no route of some addresses', routed([route('20.0.0.0/8')]), 'perhaps system 0.0.0.0/0 internet'],
    [
      'the default route, in doubt beside one of some addresses',
      routed([route('0.0.0.0/0'), route('20.0.0.0/8', 'Internet')]),
      'perhaps table 0.0.0.0/0 none',
    ],
    [
      'the default route, beside one of private addresses',
      routed([route('0.0.0.0/0'), route('10.0.0.0/8', 'VirtualAppliance', '10.0.0.4')]),
      'table 0.0.0.0/0 none',
    ],
  ])('to any public address is %s', (_, configuration, said) => {
    expect(routeOf(configuration, ANYWHERE)).toBe(said);
  });
});

describe('whatever the table, the effective route', () => {
  it('is that of scanning all prefixes bit by bit, and certain but for private addresses that nothing leads to', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(API, '20.1.9.9', '30.3.3.3', '200.1.1.1', '10.1.8.4', '10.200.0.1'), (routes, target) => {
        const said = effectiveRoute(target, caseOf({ configuration: routed(routes) }).configuration);
        const naive = routeTo(target, routes, ['10.1.0.0/16']);
        expect({ type: said.type, nextHop: said.nextHop, length: said.prefix.length }).toEqual({
          ...naive,
          type: naive.type.toLowerCase(),
        });
        expect(said.isCertain).toBe(!(said.source === 'system' && said.type === 'none'));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same in whatever order the routes come', () => {
    const shuffled = tables.chain((routes) => fc.tuple(fc.constant(routes), fc.shuffledSubarray(routes, { minLength: routes.length })));
    fc.assert(
      fc.property(shuffled, fc.constantFrom(API, ANYWHERE, '10.1.8.4'), ([routes, other], target) => {
        expect(routeOf(routed(other), target)).toBe(routeOf(routed(routes), target));
      }),
      { numRuns: 500 },
    );
  });
});
