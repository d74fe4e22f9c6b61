import { describe, expect, it } from 'vitest';
import type { NsgRule } from '../../../src/diagnose/evaluate/configuration.ts';
import { findingsOf } from '../../../src/diagnose/evaluate/find.ts';
import { adminRule, caseOf, codes, NETWORK_ID, nsg, type Parts, privateCluster, read, rule, subnet, unread } from './world.ts';

const frontend = '10.1.8.4';
const inbound = (over: Partial<NsgRule> = {}) =>
  rule({ name: 'deny-in', direction: 'Inbound', destinations: ['*'], destinationPorts: ['443', '4443'], ...over });
const blocked = (rules: readonly NsgRule[], configuration: Parts['configuration'] = {}): Parts => ({
  configuration: {
    cluster: privateCluster({ isIntegrated: true }),
    apiAddress: read(frontend),
    apiSubnet: subnet({ prefixes: ['10.1.8.0/28'] }),
    apiSubnetNsg: nsg('nsg-api', ...rules),
    ...configuration,
  },
  observation: { address: frontend, host: frontend },
});
const always = (over: Parameters<typeof adminRule>[0] = {}) => ({
  adminRules: read([adminRule({ access: 'AlwaysAllow', direction: 'Inbound', destinations: ['10.1.8.0/28'], ...over })]),
});

describe('the NSG of the subnet of an integrated API server', () => {
  it.each<[string, readonly NsgRule[]]>([
    ['both ports from the nodes', [inbound()]],
    [
      'both ports by two rules',
      [inbound({ destinationPorts: ['443'] }), inbound({ name: 'b', priority: 120, destinationPorts: ['4443'] })],
    ],
    ['both ports of its subnet', [inbound({ destinations: ['10.1.8.0/24'] })]],
    ['both ports of the network', [inbound({ destinations: ['VirtualNetwork'] })]],
  ])('is a cause where it denies %s', (_, rules) => {
    expect(codes(blocked(rules))).toEqual(['cause ApiSubnetBlocked']);
  });

  it('shows each rule that denies', () => {
    const rules = [inbound({ destinationPorts: ['443'] }), inbound({ name: 'other', priority: 120, destinationPorts: ['4443'] })];
    const [first] = findingsOf(caseOf(blocked(rules)));
    expect(first?.evidence.map(({ setting }) => setting)).toEqual(['rule deny-in (priority 110)', 'rule other (priority 120)']);
    expect(first?.sentence).toMatch(/rule deny-in .* denies inbound TCP 443 from the nodes$/);
  });

  it.each<[string, readonly NsgRule[]]>([
    ['443 alone, as the load balancer may send to 4443', [inbound({ destinationPorts: ['443'] })]],
    ['4443 alone', [inbound({ destinationPorts: ['4443'] })]],
    ['the address of the load balancer alone, which it never sees', [inbound({ destinations: [frontend] })]],
    ['a part of the subnet', [inbound({ destinations: ['10.1.8.0/29'] })]],
    ['one port, and perhaps the other', [inbound({ destinationPorts: ['443'] }), inbound({ name: 'b', destinationPorts: ['x'] })]],
  ])('is a suspicion where it denies %s', (_, rules) => {
    expect(codes(blocked(rules))).toEqual(['suspicion ApiSubnetBlocked']);
  });

  it('says nothing of what it denies elsewhere in the network', () => {
    expect(codes(blocked([inbound({ destinations: ['10.1.9.0/24'] })]))).toEqual([]);
  });

  it.each([
    {},
    { protocol: 'Any' },
    { destinationPorts: ['4443'] },
    { destinations: ['*'] },
    { destinations: ['10.1.8.5'] },
    { destinations: [] },
  ])('is a suspicion where an admin rule may always allow it: %j', (over) => {
    expect(codes(blocked([inbound()], always(over)))).toEqual(['suspicion ApiSubnetBlocked']);
  });

  it.each([{ direction: 'Outbound' }, { destinationPorts: ['80'] }, { destinations: ['10.1.0.0/22'] }, { access: 'Allow' }])(
    'is a cause beside an admin rule that is not one for it: %j',
    (over) => {
      expect(codes(blocked([inbound()], always(over)))).toEqual(['cause ApiSubnetBlocked']);
    },
  );

  it('is a suspicion where admin rules were not read', () => {
    const adminRules = unread(NETWORK_ID, 'Microsoft.ResourceGraph/resources/read');
    expect(codes(blocked([inbound()], { adminRules }))).toEqual(['suspicion ApiSubnetBlocked', 'couldNotLook CouldNotLook']);
  });
});
