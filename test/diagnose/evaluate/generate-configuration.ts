import fc from 'fast-check';
import type { Case, Observation } from '../../../src/diagnose/evaluate/case.ts';
import type {
  ClusterSettings,
  NatGatewaySettings,
  NextHopSettings,
  NsgRule,
  Peering,
  Read,
  Route,
} from '../../../src/diagnose/evaluate/configuration.ts';
import { worksElsewhere } from './naive.ts';
import {
  absent,
  addressId,
  behindNat,
  blind,
  caseOf,
  cluster,
  firewall,
  hubPeering,
  NAT_ID,
  network,
  nsg,
  routed,
  subnet,
  TABLE_ID,
  toAppliance,
} from './world.ts';

const places = fc.constantFrom(
  '*',
  'Internet',
  'VirtualNetwork',
  'AzureCloud',
  'Storage',
  '20.1.1.1',
  '20.1.0.0/16',
  '20.0.0.0/8',
  '10.0.0.0/16',
  '10.1.0.0/16',
  '0.0.0.0/0',
);
const anyRule: fc.Arbitrary<NsgRule> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 3 }),
  priority: fc.integer({ min: 100, max: 4096 }),
  direction: fc.constantFrom('Outbound', 'Outbound', 'Outbound', 'Inbound'),
  access: fc.constantFrom('Allow', 'Deny'),
  protocol: fc.constantFrom('Tcp', 'Tcp', '*', 'Udp'),
  sources: fc.constantFrom(['*'], ['10.1.0.0/16'], ['10.1.0.0/22', '9.9.9.9'], ['VirtualNetwork'], ['10.9.0.0/16']),
  destinations: fc.array(places, { minLength: 1, maxLength: 3 }),
  sourcePorts: fc.constant(['*']),
  destinationPorts: fc.constantFrom(['443'], ['*'], ['80', '400-500'], ['80'], ['444-500']),
  sourceAsgs: fc.constantFrom([], [], [], ['/asg/a']),
  destinationAsgs: fc.constant([]),
});
/** Rules of one NSG, no two of one priority. */
export const anyRules = fc.uniqueArray(anyRule, { maxLength: 8, selector: ({ priority }) => priority });

const prefixes = fc.constantFrom(
  '0.0.0.0/0',
  '20.0.0.0/8',
  '20.1.0.0/16',
  '20.1.1.0/24',
  '20.1.1.1/32',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.8.0/24',
  '128.0.0.0/1',
);
const kinds = fc.constantFrom(
  { type: 'None' },
  { type: 'Internet' },
  { type: 'VnetLocal' },
  { type: 'VirtualAppliance', nextHop: '10.0.0.4' },
  { type: 'VirtualAppliance', nextHop: '10.0.0.5' },
);
/** Route tables, no two routes of one prefix. */
export const tables = fc.uniqueArray(
  fc.tuple(prefixes, kinds).map(([prefix, kind]): Route => ({ name: prefix, prefix, ...kind })),
  { maxLength: 6, selector: ({ prefix }) => prefix },
);

/** Mostly the first, as each piece that is wrong hides what the others do. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, ...others.map((each) => ({ weight: 1, arbitrary: fc.constant(each) })));

const hops: fc.Arbitrary<Read<NextHopSettings> | undefined> = mostly<Read<NextHopSettings> | undefined>(
  firewall(),
  firewall({ addresses: [] }),
  firewall({ addresses: ['10.0.0.5'] }),
  firewall({ kind: 'networkInterface', forwards: true, machinePower: 'PowerState/running' }),
  firewall({ kind: 'networkInterface', forwards: false }),
  firewall({ kind: 'networkInterface', machinePower: 'PowerState/deallocated' }),
  absent('10.0.0.4'),
  undefined,
);
const nats = mostly<Partial<NatGatewaySettings> | undefined>(
  undefined,
  {},
  { addressIds: [] },
  { addressIds: [addressId('nat'), addressId('fw')] },
);
const ranges = mostly<readonly string[]>([], ['1.2.3.0/24'], ['20.8.7.0/24', '1.2.3.4/32'], ['0.0.0.0/32'], ['AzureCloud']);
const outbound = mostly<Partial<ClusterSettings>>({}, { outboundType: 'none', loadBalancerAddressIds: [] });
const peerings = mostly<readonly Peering[]>(
  [hubPeering()],
  [],
  [hubPeering('Disconnected')],
  [hubPeering('Initiated'), { ...hubPeering(), name: 'again' }],
);
const observed: fc.Arbitrary<Partial<Observation>> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('20.1.1.1', '20.1.7.7', '30.3.3.3').map((address) => ({ address })) },
  { weight: 1, arbitrary: fc.constant(blind) },
);

/** Outages of a public cluster whose settings were all read, of which some, several or none explain it. What the nodes saw of other places is true. */
export const anyCase: fc.Arbitrary<Case> = fc
  .record({
    observation: observed,
    power: mostly('Running', 'Running', 'Running', 'Running', 'Stopped'),
    nicRules: mostly<NsgRule[] | undefined>(undefined).chain((none) =>
      fc.oneof({ weight: 2, arbitrary: fc.constant(none) }, { weight: 1, arbitrary: anyRules }),
    ),
    subnetRules: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: anyRules }),
    routes: fc.oneof(fc.constant<Route[] | undefined>(undefined), fc.constant<Route[]>([toAppliance]), tables),
    nat: nats,
    nextHop: hops,
    authorizedRanges: ranges,
    outbound,
    peerings,
    defaultOutboundAccess: fc.constantFrom(true, false),
  })
  .map(
    ({
      observation,
      power,
      nicRules,
      subnetRules,
      routes,
      nat,
      nextHop,
      authorizedRanges,
      outbound: out,
      peerings: peers,
      defaultOutboundAccess,
    }) => {
      const each = caseOf({
        observation,
        configuration: {
          cluster: cluster({ powerState: power, authorizedRanges, ...out }),
          network: network({ peerings: peers }),
          ...(nat !== undefined && { natGateway: behindNat(nat).natGateway }),
          ...(routes !== undefined && { routeTable: routed(routes).routeTable }),
          subnet: subnet({
            defaultOutboundAccess,
            ...(nat !== undefined && { natGatewayId: NAT_ID }),
            ...(routes !== undefined && { routeTableId: TABLE_ID }),
          }),
          ...(nicRules !== undefined && { nicNsg: nsg('nsg-nic', ...nicRules) }),
          ...(subnetRules !== undefined && { subnetNsg: nsg('nsg-shop', ...subnetRules) }),
          ...(nextHop !== undefined && { nextHop }),
        },
      });
      return each.observation.blind
        ? each
        : { ...each, observation: { ...each.observation, egress: worksElsewhere(each) ? 'works' : 'fails' } };
    },
  );
