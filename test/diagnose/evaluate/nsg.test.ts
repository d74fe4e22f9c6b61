import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Configuration, NsgRule } from '../../../src/diagnose/evaluate/configuration.ts';
import { outboundFlow } from '../../../src/diagnose/evaluate/flow.ts';
import { ANYWHERE, AZURE_DNS } from '../../../src/diagnose/evaluate/membership.ts';
import { togetherOf, verdictOf } from '../../../src/diagnose/evaluate/nsg.ts';
import { placeOf } from '../../../src/diagnose/evaluate/place.ts';
import { anyRules } from './generate-configuration.ts';
import { nsgsDo, type Space } from './naive.ts';
import { API, caseOf, defaultRules, hubPeering, network, nic, routed, rule, subnet, toAppliance, unread } from './world.ts';

const ASG = '/asg/web';
const verdict = (
  rules: readonly NsgRule[],
  to: string = API,
  configuration: Partial<Configuration> = {},
  port = 443,
  protocol: 'tcp' | 'udp' = 'tcp',
) => {
  const place = placeOf(caseOf({ configuration }).configuration);
  const said = verdictOf({ id: '/nsg', rules: [...rules, ...defaultRules] }, outboundFlow(place, to, port, protocol));
  return said.rule === undefined ? said.verdict : `${said.verdict} by ${said.rule.name}`;
};

describe('one NSG', () => {
  it.each<[string, NsgRule[], string]>([
    ['nothing but the default rules', [], 'allows by AllowInternetOutBound'],
    ['a rule for the Internet', [rule()], 'denies by deny-443'],
    ['a rule for the address', [rule({ destinations: ['20.1.1.1'] })], 'denies by deny-443'],
    ['a rule for a CIDR in a list', [rule({ destinations: ['9.9.9.0/24', '20.1.0.0/16'] })], 'denies by deny-443'],
    ['a rule for another CIDR', [rule({ destinations: ['20.2.0.0/16'] })], 'allows by AllowInternetOutBound'],
    ['a rule for what comes in', [rule({ direction: 'Inbound' })], 'allows by AllowInternetOutBound'],
    ['a rule for UDP', [rule({ protocol: 'Udp' })], 'allows by AllowInternetOutBound'],
    ['a rule for any protocol', [rule({ protocol: '*' })], 'denies by deny-443'],
    [
      'a rule in capitals',
      [rule({ protocol: 'TCP', access: 'DENY', direction: 'OUTBOUND', destinations: ['INTERNET'] })],
      'denies by deny-443',
    ],
    ['a range of ports', [rule({ destinationPorts: ['80', '440-450'] })], 'denies by deny-443'],
    ['ports beside it', [rule({ destinationPorts: ['444', '1-442'] })], 'allows by AllowInternetOutBound'],
    ['a rule for some source ports', [rule({ sourcePorts: ['1024-2000'] })], 'maybe by deny-443'],
    ['a rule for the lower source ports', [rule({ sourcePorts: ['0-2000'] })], 'maybe by deny-443'],
    ['a rule for all source ports', [rule({ sourcePorts: ['0-65535'] })], 'denies by deny-443'],
    ['a rule for the subnet', [rule({ sources: ['10.1.0.0/16'] })], 'denies by deny-443'],
    ['a rule for half of the subnet', [rule({ sources: ['10.1.0.0/23'] })], 'maybe by deny-443'],
    ['a rule for another subnet', [rule({ sources: ['10.1.4.0/22'] })], 'allows by AllowInternetOutBound'],
    ['a rule for VirtualNetwork as source', [rule({ sources: ['VirtualNetwork'] })], 'denies by deny-443'],
    ['a rule for AzureCloud', [rule({ destinations: ['AzureCloud'] })], 'maybe by deny-443'],
    ['a rule for AzureCloud in a region', [rule({ destinations: ['AzureCloud.WestEurope'] })], 'maybe by deny-443'],
    ['a rule for Storage', [rule({ destinations: ['Storage.WestEurope'] })], 'allows by AllowInternetOutBound'],
    ...['Sql', 'AzureMonitor', 'azurefrontdoor.frontend', 'AzureFrontDoor.Backend.WestEurope', 'AzureKeyVault.NorthEurope'].map(
      (tag): [string, NsgRule[], string] => [`a rule for ${tag}`, [rule({ destinations: [tag] })], 'allows by AllowInternetOutBound'],
    ),
    ...['AzureKubernetes', 'AzureKubernetesService.WestEurope', 'StorageOfTomorrow', 'Storage.West.Europe'].map(
      (tag): [string, NsgRule[], string] => [`a rule for ${tag}, which nobody knows`, [rule({ destinations: [tag] })], 'maybe by deny-443'],
    ),
    [
      'a denial after a permission for a tag that nobody knows',
      [rule(), rule({ name: 'let', access: 'Allow', priority: 100, destinations: ['AzureKubernetes'] })],
      'maybe by deny-443',
    ],
    ['a rule from a tag that nobody knows', [rule({ sources: ['MyNodes'] })], 'maybe by deny-443'],
    [
      'a rule from the Internet',
      [rule({ sources: ['Internet', 'AzureCloud', 'AzureLoadBalancer', 'Sql'] })],
      'allows by AllowInternetOutBound',
    ],
    ['a rule for AzureLoadBalancer', [rule({ destinations: ['AzureLoadBalancer'] })], 'allows by AllowInternetOutBound'],
    ['a rule for VirtualNetwork, to a public address', [rule({ destinations: ['VirtualNetwork'] })], 'allows by AllowInternetOutBound'],
    ['a rule for a group of unknown members', [rule({ sources: [], sourceAsgs: [ASG] })], 'maybe by deny-443'],
    [
      'a rule for a group as destination, whose members are private',
      [rule({ destinations: [], destinationAsgs: [ASG] })],
      'allows by AllowInternetOutBound',
    ],
    [
      'an allowing rule before a denying one',
      [rule({ priority: 200 }), rule({ name: 'let', access: 'Allow', priority: 100 })],
      'allows by let',
    ],
    [
      'a denying rule before an allowing one',
      [rule({ name: 'let', access: 'Allow', priority: 200 }), rule({ priority: 100 })],
      'denies by deny-443',
    ],
    [
      'one that may allow before it',
      [rule(), rule({ name: 'let', access: 'Allow', priority: 100, destinations: ['AzureCloud'] })],
      'maybe by deny-443',
    ],
    [
      'one that may allow after it',
      [rule(), rule({ name: 'let', access: 'Allow', priority: 120, destinations: ['AzureCloud'] })],
      'denies by deny-443',
    ],
    ['an unknown access', [rule({ access: 'Audit' })], 'maybe by AllowInternetOutBound'],
    ['an unknown direction', [rule({ direction: 'Sideways' })], 'maybe by deny-443'],
    ['an unknown protocol', [rule({ protocol: 'Quic' })], 'maybe by deny-443'],
    ['an unknown destination', [rule({ destinations: ['10.0.0.0-10.0.0.9'] })], 'maybe by deny-443'],
    ['no destination', [rule({ destinations: [] })], 'maybe by deny-443'],
    ['unreadable ports', [rule({ destinationPorts: ['https'] })], 'maybe by deny-443'],
    ['no priority', [rule({ priority: Number.NaN })], 'maybe by deny-443'],
  ])('of %s', (_, rules, said) => {
    expect(verdict(rules)).toBe(said);
  });

  it.each<[string, string, Partial<Configuration>, string]>([
    ['in the network', '10.1.8.4', {}, 'denies by vnet'],
    ['of a peered network', '10.0.0.4', { network: network({ peerings: [hubPeering()] }) }, 'maybe by vnet'],
    ['on premises', '192.168.7.7', {}, 'maybe by vnet'],
    ['public, where a route of the subnet holds it', API, routed([toAppliance]), 'maybe by vnet'],
    ['public, where a gateway may', API, { network: network({ mayLearnRoutes: true }) }, 'maybe by vnet'],
    ['public, where the network was not read', API, { network: unread('/v', 'a') }, 'maybe by vnet'],
    ['public, and nothing of these', API, {}, 'allows by AllowInternetOutBound'],
    ['public, and used in the network itself', '20.1.1.1', { network: network({ prefixes: ['20.1.0.0/16'] }) }, 'denies by vnet'],
  ])('takes for the network what is %s', (_, to, configuration, said) => {
    expect(verdict([rule({ name: 'vnet', destinations: ['VirtualNetwork'] })], to, configuration)).toBe(said);
  });

  it('knows that nodes are in a group of their own interface, in any letter case', () => {
    const rules = [rule({ sources: [], sourceAsgs: [ASG.toUpperCase()] })];
    expect(verdict(rules, API, { nic: nic({ asgIds: [ASG] }) })).toBe('denies by deny-443');
  });

  it("lets no rule but one for AzurePlatformDNS filter Azure's DNS", () => {
    const everything = rule({ name: 'all', protocol: '*', destinations: ['*'], destinationPorts: ['*'] });
    expect(
      verdict([everything, rule({ destinations: ['Internet', 'AzureCloud', '168.63.129.16'], protocol: '*' })], AZURE_DNS, {}, 53, 'udp'),
    ).toBe('allows');
    expect(
      verdict(
        [rule({ name: 'dns', protocol: 'Udp', destinations: ['AzurePlatformDNS'], destinationPorts: ['53'] })],
        AZURE_DNS,
        {},
        53,
        'udp',
      ),
    ).toBe('denies by dns');
  });

  it.each<[string, string]>([
    ['*', 'denies by deny-443'],
    ['Internet', 'denies by deny-443'],
    ['0.0.0.0/0', 'denies by deny-443'],
    ['AzureCloud', 'maybe by deny-443'],
    ['Storage', 'maybe by deny-443'],
    ['20.0.0.0/8', 'maybe by deny-443'],
    ['10.0.0.0/8', 'allows by AllowInternetOutBound'],
    ['::/0', 'allows by AllowInternetOutBound'],
    ['AzurePlatformDNS', 'allows by AllowInternetOutBound'],
  ])('takes a rule for %s, to an address that nobody knows, so: %s', (destination, said) => {
    expect(verdict([rule({ destinations: [destination] })], ANYWHERE)).toBe(said);
  });

  it('tells IPv6 from IPv4', () => {
    const dual = {
      subnet: subnet({ prefixes: ['10.1.0.0/22', 'fd00:1::/64'] }),
      network: network({ prefixes: ['10.1.0.0/16', 'fd00:1::/48'] }),
    };
    const to = '2603:1020::1';
    expect(verdict([rule({ destinations: ['0.0.0.0/0'] })], to, dual)).toBe('allows by AllowInternetOutBound');
    expect(verdict([rule({ destinations: ['::/0'], sources: ['fd00:1::/64'] })], to, dual)).toBe('denies by deny-443');
    expect(verdict([rule({ destinations: ['::/0'], sources: ['10.1.0.0/22'] })], to, dual)).toBe('allows by AllowInternetOutBound');
  });

  it('must hold all prefixes of a subnet to hold its nodes', () => {
    const two = { subnet: subnet({ prefixes: ['10.1.0.0/22', '10.9.0.0/22'] }) };
    expect(verdict([rule({ sources: ['10.1.0.0/16'] })], API, two)).toBe('maybe by deny-443');
    expect(verdict([rule({ sources: ['10.0.0.0/8'] })], API, two)).toBe('denies by deny-443');
  });

  it('reads 1,000 rules', () => {
    const rules = Array.from({ length: 1000 }, (_, index) =>
      rule({
        name: `r${index}`,
        priority: 100 + index,
        access: 'Allow',
        destinations: Array.from({ length: 5 }, (__, of) => `30.${index % 250}.${of}.0/24`),
      }),
    );
    expect(verdict([...rules, rule({ priority: 4000 })])).toBe('denies by deny-443');
  });
});

describe('the NSGs of the interface and of the subnet', () => {
  const [allows, denies, maybe] = (['allows', 'denies', 'maybe'] as const).map((each, index) => ({ verdict: each, nsgId: String(index) }));
  it('both must allow: a denial decides, then a doubt; of two, the first is named', () => {
    expect(togetherOf([])).toEqual({ verdict: 'allows' });
    expect(togetherOf([allows!, denies!])).toBe(denies);
    expect(togetherOf([maybe!, denies!])).toBe(denies);
    expect(togetherOf([maybe!, allows!])).toBe(maybe);
    expect(togetherOf([allows!, allows!])).toBe(allows);
    expect(togetherOf([denies!, { ...denies!, nsgId: 'other' }])).toBe(denies);
  });
});

const anyTarget = fc.constantFrom(API, '20.1.7.7', '30.3.3.3', '10.1.8.4', '10.0.0.4', '192.168.1.1');
// Every address of the nodes: the first and the last of their subnet stand for all, as the rules name whole subnets or none of it.
const froms = ['10.1.0.4', '10.1.3.250'];
const space: Space = { own: ['10.1.0.0/16'], maybe: ['10.0.0.0/16'] };
const configuration = { network: network({ peerings: [hubPeering()] }) };

describe('whatever the rules, an NSG', () => {
  it('denies or allows only what one that tries every world denies or allows', () => {
    const seen = { allows: 0, denies: 0, maybe: 0 };
    fc.assert(
      fc.property(anyRules, anyTarget, fc.constantFrom(80, 443), (rules, to, port) => {
        const said = verdict(rules, to, configuration, port).split(' ')[0] as keyof typeof seen;
        const naive = nsgsDo([[...rules, ...defaultRules]], froms, { to, port, protocol: 'TCP' }, space);
        seen[said] += 1;
        if (said !== 'maybe') expect(said).toBe(naive);
        if (naive === 'open') expect(said).toBe('maybe');
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.allows, seen.denies, seen.maybe)).toBeGreaterThan(50);
  });

  it('says as much as the other one where nothing is open', () => {
    const closed = anyRules.map((rules) =>
      rules.filter(({ sourceAsgs, destinations }) => sourceAsgs.length === 0 && !destinations.includes('AzureCloud')),
    );
    fc.assert(
      fc.property(closed, fc.constantFrom(API, '30.3.3.3', '10.1.8.4'), (rules, to) => {
        const naive = nsgsDo([[...rules, ...defaultRules]], froms, { to, port: 443, protocol: 'TCP' }, space);
        expect(verdict(rules, to, configuration).split(' ')[0]).toBe(naive);
      }),
      { numRuns: 1000 },
    );
  });

  it('says the same in whatever order they come', () => {
    const shuffled = anyRules.chain((rules) => fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })));
    fc.assert(
      fc.property(shuffled, anyTarget, ([rules, other], to) => {
        expect(verdict(other, to, configuration)).toBe(verdict(rules, to, configuration));
      }),
      { numRuns: 1000 },
    );
  });
});
