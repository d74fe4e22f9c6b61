import { describe, expect, it } from 'vitest';
import type { Configuration, NextHopSettings, NsgRule } from '../../../src/diagnose/evaluate/configuration.ts';
import { findingsOf } from '../../../src/diagnose/evaluate/find.ts';
import { finding, findingCodes } from '../../../src/model/finding.ts';
import { type ReasonCode, reasons } from '../../../src/model/reasons.ts';
import {
  API,
  absent,
  addressId,
  adminRule,
  behindNat,
  blind,
  caseOf,
  change,
  cluster,
  codes,
  endpoint,
  firewall,
  found,
  hubPeering,
  nameUnknown,
  network,
  nic,
  nsg,
  privateCluster,
  read,
  routed,
  rule,
  subnet,
  toAppliance,
  unread,
  zone,
} from './world.ts';

const causes = (parts: Parameters<typeof codes>[0]) => codes(parts).filter((line) => line.startsWith('cause'));
const odd = (over: Partial<NsgRule>) => ({ subnetNsg: nsg('nsg-shop', rule({ destinations: [API], ...over })) });

describe('words that Azure may add', () => {
  it.each<[string, Partial<Configuration>, string[]]>([
    ['an access', odd({ access: 'Audit' }), []],
    ['a direction', odd({ direction: 'Both' }), ['suspicion NsgDenies']],
    ['a protocol', odd({ protocol: 'Quic' }), ['suspicion NsgDenies']],
    ['a service tag', odd({ destinations: ['BrandNewService'] }), ['suspicion NsgDenies']],
    ['a text as destination', odd({ destinations: ['20.1.1.1-20.1.1.9'] }), ['suspicion NsgDenies']],
    ['a text as port', odd({ destinationPorts: ['https'] }), ['suspicion NsgDenies']],
    ['a type of next hop', routed([{ ...toAppliance, type: 'Teleport' }]), []],
    ['a type of next hop, to an address', { ...routed([{ ...toAppliance, type: 'Teleport' }]), nextHop: firewall({ addresses: [] }) }, []],
    ['several next hops', routed([{ name: 'def', prefix: '0.0.0.0/0', type: 'VirtualApplianceEcmp' }]), []],
    [
      'an appliance without an address',
      { ...routed([{ name: 'def', prefix: '0.0.0.0/0', type: 'VirtualAppliance' }]), nextHop: firewall({ addresses: [] }) },
      [],
    ],
    ['a state of a cluster', { cluster: cluster({ provisioningState: 'Pondering' }) }, ['suspicion ClusterOperation']],
    ['a state of a cluster that does not say what', { cluster: cluster({ provisioningState: 'Limbo', powerState: 'Dozing' }) }, []],
    ['an outbound type', { cluster: cluster({ outboundType: 'teleport' }) }, []],
    ['a state of health', { health: read({ state: 'Sleepy', reasonType: 'Unplanned' }) }, []],
    ['an access of an admin rule', { adminRules: read([adminRule({ access: 'Audit' })]) }, []],
    [
      'a state of a peering',
      { ...routed([toAppliance]), network: network({ peerings: [hubPeering('Weakening')] }), nextHop: firewall() },
      [],
    ],
    ['a policy of a subnet', { subnet: subnet({ endpointPolicies: 'Sometimes' }) }, []],
    [
      'a kind of next hop',
      { ...routed([toAppliance]), nextHop: firewall({ kind: 'portal' as NextHopSettings['kind'], addresses: ['10.0.0.4'] }) },
      [],
    ],
  ])('are no cause: %s', (_, configuration, said) => {
    expect(codes({ configuration, observation: { egress: undefined } })).toEqual(said);
  });

  it('are a suspicion as the state of a private endpoint, and nothing where Azure says none', () => {
    const observation = { address: '10.1.0.7' };
    expect(found({ configuration: { cluster: privateCluster(), endpoint: endpoint({ state: 'Musing' }) }, observation })).toEqual([
      "suspicion EndpointBroken: the API server's private endpoint, kube-apiserver, is Musing",
    ]);
    expect(codes({ configuration: { cluster: privateCluster(), endpoint: endpoint({ state: '' }) }, observation })).toEqual([]);
  });

  it('are no cause as what the node saw', () => {
    const configuration = odd({});
    expect(codes({ configuration, observation: { tcp: 'bewildered' } })).toEqual(['suspicion NsgDenies']);
    const parts = { cluster: privateCluster(), zone: zone([]) };
    expect(codes({ configuration: parts, observation: { ...nameUnknown, azureDns: { said: 'perhaps', addresses: [] } } })).toEqual([
      'suspicion ZoneNotLinked',
    ]);
  });
});

describe('settings that are missing', () => {
  const pieces = [
    'nic',
    'subnet',
    'network',
    'nicNsg',
    'subnetNsg',
    'routeTable',
    'natGateway',
    'nextHop',
    'endpoint',
    'apiAddress',
    'apiSubnet',
    'apiSubnetNsg',
    'adminRules',
    'health',
    'issues',
  ] as const;
  const observations = [
    {},
    blind,
    nameUnknown,
    { address: undefined },
    { address: 'nonsense', host: undefined },
    { reason: 'TlsTimedOut' as const, tcp: 'ok' },
  ];
  const clusters = [
    cluster(),
    privateCluster(),
    privateCluster({ isIntegrated: true }),
    cluster({ authorizedRanges: ['1.2.3.0/24'], outboundType: '' }),
  ];

  it('are no cause, and no crash, whatever else was read', () => {
    for (const observation of observations) {
      for (const which of clusters) {
        const none = Object.fromEntries(pieces.map((piece) => [piece, undefined]));
        expect(causes({ configuration: { ...none, cluster: which }, observation })).toEqual([]);
        for (const why of ['denied', 'throttled', 'failed'] as const) {
          const hidden = Object.fromEntries(pieces.map((piece) => [piece, unread(`/p/${piece}`, `a/${piece}`, why)]));
          expect(codes({ configuration: { ...hidden, cluster: which }, observation })).toEqual(['couldNotLook CouldNotLook']);
        }
      }
    }
  });

  it('that Azure says there are none of (404) are no cause, but for the private endpoint', () => {
    for (const observation of observations) {
      for (const which of clusters) {
        const gone = Object.fromEntries(pieces.map((piece) => [piece, absent(`/p/${piece}`)]));
        expect(
          causes({ configuration: { ...gone, cluster: which }, observation }).filter((line) => line !== 'cause EndpointBroken'),
        ).toEqual([]);
      }
    }
  });

  it('of the cluster itself leave what could not be looked at', () => {
    expect(codes({ configuration: { cluster: unread('/c', 'Microsoft.ContainerService/managedClusters/read') } })).toEqual([
      'couldNotLook CouldNotLook',
    ]);
    expect(codes({ configuration: { cluster: absent('/c') } })).toEqual([]);
  });

  it('of addresses that a NAT gateway leaves by are a doubt, and said', () => {
    const publicAddresses = new Map([
      [addressId('nat').toLowerCase(), unread(addressId('nat'), 'Microsoft.Network/publicIPAddresses/read', 'throttled')],
    ]);
    const configuration = { ...behindNat(), cluster: cluster({ authorizedRanges: ['1.2.3.0/24'] }), publicAddresses };
    expect(found({ configuration })).toEqual(['couldNotLook CouldNotLook: could not look: nat: Azure throttled reading it']);
  });
});

describe('much of everything', () => {
  it('is read: an NSG of 1,000 rules, a table of 400 routes, 2,000 ranges', () => {
    const rules = Array.from({ length: 1000 }, (_, index) =>
      rule({
        name: `r${index}`,
        priority: 100 + index,
        access: 'Allow',
        destinations: Array.from({ length: 10 }, (__, of) => `30.${index % 250}.${of}.0/24`),
      }),
    );
    const routes = Array.from({ length: 400 }, (_, index) => ({
      name: `r${index}`,
      prefix: `40.${index % 250}.${index > 249 ? 1 : 0}.0/24`,
      type: 'Internet',
    }));
    const authorizedRanges = Array.from({ length: 2000 }, (_, index) => `50.${index % 250}.${Math.floor(index / 250)}.0/24`);
    const configuration = {
      ...routed(routes),
      ...behindNat(),
      subnet: subnet({ ...(behindNat().subnet as { value: object }).value, routeTableId: '/rt' }),
      cluster: cluster({ authorizedRanges }),
      subnetNsg: nsg('nsg-shop', ...rules, rule({ priority: 4000, destinations: [API] })),
    };
    const [first, second] = findingsOf(caseOf({ configuration }));
    expect([first?.code, second?.code]).toEqual(['NsgDenies', 'RangesExcludeOutbound']);
    expect(second!.sentence.length).toBeLessThan(300);
  });
});

describe('IPv6', () => {
  const dual = {
    subnet: subnet({ prefixes: ['10.1.0.0/22', 'fd00:1::/64'] }),
    network: network({ prefixes: ['10.1.0.0/16', 'fd00:1::/48'] }),
  };
  const observation = { address: '2603:1020::1' };

  it('is judged by rules and routes of its own', () => {
    expect(
      found({ configuration: { ...dual, subnetNsg: nsg('nsg-shop', rule({ destinations: ['2603:1020::/32'] })) }, observation }),
    ).toEqual(['cause NsgDenies: NSG nsg-shop, rule deny-443 (priority 110), denies outbound TCP 443 to 2603:1020::1']);
    expect(codes({ configuration: { ...dual, subnetNsg: nsg('nsg-shop', rule({ destinations: ['0.0.0.0/0'] })) }, observation })).toEqual(
      [],
    );
    const v6 = routed([{ name: 'six', prefix: '::/0', type: 'None' }]);
    expect(codes({ configuration: { ...dual, ...v6 }, observation: { ...observation, egress: 'fails' } })).toEqual(['cause RouteDrops']);
  });

  it('leaves by addresses that nobody reads, so that ranges say nothing of it', () => {
    expect(
      codes({ configuration: { ...dual, ...behindNat(), cluster: cluster({ authorizedRanges: ['1.2.3.0/24'] }) }, observation }),
    ).toEqual([]);
    expect(
      codes({ configuration: { ...dual, ...behindNat(), cluster: cluster({ authorizedRanges: ['2603::/16', '20.8.7.6/32'] }) } }),
    ).toEqual([]);
  });
});

describe('whatever the reason', () => {
  it.each(Object.keys(reasons) as ReasonCode[])('%s brings findings that parse, of known codes', (reason) => {
    const configuration = {
      ...routed([toAppliance]),
      nextHop: firewall({ addresses: [] }),
      cluster: cluster({ powerState: 'Stopped' }),
      subnetNsg: nsg('nsg-shop', rule()),
      nic: nic(),
    };
    const said = findingsOf(caseOf({ configuration, observation: { reason }, changes: [change('/x', 4)] }));
    expect(said.map((each) => finding.parse(each).code).every((code) => findingCodes.includes(code))).toBe(true);
    expect(said[0]?.code).toBe('ClusterStopped');
  });
});
