import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../src/diagnose/evaluate/configuration.ts';
import { outboundOf } from '../../../src/diagnose/evaluate/outbound.ts';
import { rangesContain } from '../../../src/diagnose/evaluate/ranges.ts';
import {
  API,
  absent,
  addressId,
  behindNat,
  caseOf,
  cluster,
  firewall,
  NAT_ID,
  network,
  nic,
  routed,
  subnet,
  TABLE_ID,
  toAppliance,
  unread,
} from './world.ts';

const said = (configuration: Partial<Configuration>, target = API) => {
  const { by, addresses, isCertain } = outboundOf(target, caseOf({ configuration }).configuration);
  return `${isCertain ? '' : 'perhaps '}${[by, ...addresses].join(' ')}`;
};
const withoutBalancer = cluster({ outboundType: 'none', loadBalancerAddressIds: [] });
const own = nic({ hasPublicAddress: true });

describe('nodes leave by', () => {
  it.each<[string, Partial<Configuration>, string]>([
    ['the load balancer', {}, 'loadBalancer 20.9.9.9'],
    ['addresses of their own, before the load balancer', { nic: own }, 'perhaps nodeAddress'],
    ['the NAT gateway, before those', { ...behindNat(), nic: own }, 'natGateway 20.8.7.6'],
    ['a NAT gateway without an address, even so', behindNat({ addressIds: [] }), 'natGateway'],
    [
      'the firewall that a route sends to, before the NAT gateway',
      { ...behindNat(), ...routed([toAppliance]), nextHop: firewall() },
      'firewall 20.5.5.5',
    ],
    [
      'another NAT gateway, where the firewall has one',
      { ...routed([toAppliance]), nextHop: firewall({ leaves: 'otherwise' }) },
      'perhaps firewall 20.5.5.5',
    ],
    [
      'an appliance of unknown addresses',
      { ...routed([toAppliance]), nextHop: firewall({ kind: 'networkInterface' }) },
      'perhaps appliance',
    ],
    ['an appliance that nobody found', routed([toAppliance]), 'perhaps appliance'],
    [
      'a route back to the internet, to the load balancer',
      routed([toAppliance, { name: 'api', prefix: '20.1.1.1/32', type: 'Internet' }]),
      'loadBalancer 20.9.9.9',
    ],
    [
      'nothing that is known, through a gateway',
      routed([{ name: 'def', prefix: '0.0.0.0/0', type: 'VirtualNetworkGateway' }]),
      'perhaps unknown',
    ],
    ['nothing that is known, where routes may be learned', { network: network({ mayLearnRoutes: true }) }, 'perhaps unknown'],
    ['nothing that is known, where the NAT gateway was not read', { ...behindNat(), natGateway: unread(NAT_ID, 'a') }, 'perhaps unknown'],
    ['nothing that is known, where the NAT gateway is said to be gone', { ...behindNat(), natGateway: absent(NAT_ID) }, 'perhaps unknown'],
    [
      'nothing that is known, where the table was not read',
      { subnet: subnet({ routeTableId: TABLE_ID }), routeTable: unread(TABLE_ID, 'a') },
      'perhaps unknown',
    ],
    ['nothing that is known, where the interface was not read', { nic: unread('/nic', 'a') }, 'perhaps unknown'],
    ['nothing that is known, where the cluster was not read', { cluster: unread('/c', 'a') }, 'perhaps unknown'],
    [
      'some of the addresses, where one was not read',
      behindNat({ addressIds: [addressId('nat'), addressId('new')] }),
      'perhaps natGateway 20.8.7.6',
    ],
    ['the default of older subnets', { cluster: withoutBalancer }, 'perhaps default'],
    ['nothing', { cluster: withoutBalancer, subnet: subnet({ defaultOutboundAccess: false }) }, 'none'],
  ])('%s', (_, configuration, result) => {
    expect(said(configuration)).toBe(result);
  });

  it('nothing that is known to an IPv6 address', () => {
    expect(said({}, '2603:1020::1')).toBe('perhaps unknown');
  });
});

describe('authorized ranges', () => {
  it.each<[string[], string, string]>([
    [['1.2.3.0/24', '20.8.7.6/32'], '20.8.7.6', 'yes'],
    [['20.8.7.6'], '20.8.7.6', 'yes'],
    [['20.8.0.0/16'], '20.8.7.0/30', 'yes'],
    [['20.8.7.2/32'], '20.8.7.0/30', 'maybe'],
    [['1.2.3.0/24'], '20.8.7.6', 'no'],
    [['0.0.0.0/32'], '20.8.7.6', 'no'],
    [['0.0.0.0/0'], '20.8.7.6', 'yes'],
    [['AzureCloud'], '20.8.7.6', 'maybe'],
    [['AzureCloud', '20.8.7.6/32'], '20.8.7.6', 'yes'],
    [['2603:1020::/32'], '20.8.7.6', 'no'],
    [['2603:1020::/32'], '2603:1020::9', 'yes'],
    [['1.2.3.0/24'], 'nonsense', 'maybe'],
  ])('%j contain %s: %s', (ranges, address, answer) => {
    expect(rangesContain(ranges, address)).toBe(answer);
  });
});
