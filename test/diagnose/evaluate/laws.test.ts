import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../src/diagnose/evaluate/case.ts';
import type { Configuration } from '../../../src/diagnose/evaluate/configuration.ts';
import { findingsOf, isStillBlocking } from '../../../src/diagnose/evaluate/find.ts';
import { finding } from '../../../src/model/finding.ts';
import { anyCase } from './generate-configuration.ts';
import { blockersOf, isPrefixOf } from './naive.ts';
import { CLUSTER_ID, change, HUB_ID, idOf, linesOf, NAT_ID, NETWORK_ID, SUBNET_ID, TABLE_ID, unread } from './world.ts';

const causesOf = (each: Case): string[] =>
  findingsOf(each)
    .filter(({ kind }) => kind === 'cause')
    .map(({ code }) => code);

/** Whether something in a case is open, so that less may be said than would be true in all worlds. */
function leavesOpen({ configuration }: Case): boolean {
  const { nicNsg, subnetNsg, routeTable } = configuration;
  const rules = [nicNsg, subnetNsg]
    .flatMap((nsg) => (nsg?.status === 'read' ? nsg.value.rules : []))
    .filter(({ priority }) => priority < 65_000);
  const routes = routeTable?.status === 'read' ? routeTable.value.routes : [];
  const isOpen = (text: string) => ['AzureCloud', 'VirtualNetwork', 'Storage'].includes(text);
  const hops = new Set(routes.map(({ nextHop }) => nextHop).filter((hop) => hop !== undefined));
  // A route for the next hop itself may be another way there.
  const isRouted = routes.some(
    ({ prefix, type, nextHop }) => type !== 'None' && nextHop === undefined && [...hops].some((hop) => isPrefixOf(prefix, hop)),
  );
  return isRouted || rules.some(({ destinations, sourceAsgs }) => destinations.some(isOpen) || sourceAsgs.length > 0) || hops.size > 1;
}

describe('of generated outages', () => {
  it('no cause is said that a plain evaluator of its own denies', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyCase, (each) => {
        const blockers = blockersOf(each);
        for (const code of causesOf(each)) {
          seen.set(code, (seen.get(code) ?? 0) + 1);
          expect(blockers).toContain(code);
        }
      }),
      { numRuns: 800 },
    );
    expect([...seen.keys()].sort()).toEqual(
      [
        'ClusterStopped',
        'NatWithoutAddress',
        'NextHopDead',
        'NoOutboundPath',
        'NsgDenies',
        'PeeringDisconnected',
        'RangesExcludeOutbound',
        'RouteDrops',
      ].sort(),
    );
  });

  it('the cause is said where exactly one thing stops the nodes and nothing is left open', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyCase, (each) => {
        const [only, ...others] = blockersOf(each);
        fc.pre(only !== undefined && others.length === 0 && !leavesOpen(each) && !each.observation.blind);
        // Ranges are blamed only where other places are reached, as they stop nothing else.
        fc.pre(only !== 'RangesExcludeOutbound' || each.observation.egress === 'works');
        seen.set(only!, (seen.get(only!) ?? 0) + 1);
        expect(causesOf(each)).toContain(only);
      }),
      { numRuns: 150 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(6);
  });

  it('all is said in words that parse, at most three of them, causes first', () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        const said = findingsOf(each);
        expect(said.map((one) => finding.parse(one))).toEqual(said);
        expect(said.length).toBeLessThanOrEqual(3);
        expect(said.map(({ kind }) => kind)).toEqual(said.map(({ kind }) => kind).toSorted());
        expect(new Set(said.map(({ code, resourceId }) => `${code} ${resourceId}`)).size).toBe(said.length);
      }),
      { numRuns: 200 },
    );
  });

  it('a piece that was not read makes no cause, and is itself said', () => {
    const pieces = [
      'cluster',
      'nic',
      'subnet',
      'network',
      'nicNsg',
      'subnetNsg',
      'routeTable',
      'natGateway',
      'nextHop',
      'adminRules',
      'endpoint',
    ] as const;
    fc.assert(
      fc.property(anyCase, fc.subarray([...pieces], { minLength: 1 }), (each, hidden) => {
        const masked = Object.fromEntries(hidden.map((piece) => [piece, unread(`/p/${piece}`, `read ${piece}`)])) as Partial<Configuration>;
        const other = { ...each, configuration: { ...each.configuration, ...masked } };
        const before = causesOf(each);
        expect(causesOf(other).filter((code) => !before.includes(code))).toEqual([]);
        expect(findingsOf(other).at(-1)?.code).toBe('CouldNotLook');
      }),
      { numRuns: 200 },
    );
  });

  it('a cause that rests on a piece is none without it', () => {
    const restsOn = {
      NsgDenies: ['nic', 'subnet', 'network', 'adminRules'],
      RouteDrops: ['subnet', 'network', 'routeTable'],
      NextHopDead: ['subnet', 'network', 'routeTable', 'nextHop'],
      PeeringDisconnected: ['subnet', 'network', 'routeTable'],
      NatWithoutAddress: ['cluster', 'subnet', 'network', 'routeTable', 'natGateway'],
      NoOutboundPath: ['cluster', 'nic', 'subnet', 'network', 'routeTable'],
      RangesExcludeOutbound: ['cluster', 'subnet', 'network', 'routeTable'],
      ClusterStopped: ['cluster'],
    } as const satisfies Record<string, readonly (keyof Configuration)[]>;
    fc.assert(
      fc.property(anyCase, (each) => {
        for (const code of causesOf(each)) {
          for (const piece of restsOn[code as keyof typeof restsOn]) {
            const configuration = { ...each.configuration, [piece]: unread('/p', 'read') };
            expect(causesOf({ ...each, configuration }), `${code} without ${piece}`).not.toContain(code);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a reachable neighbour, or nobody knowing of one, leaves no cause; and nothing at all that was not changed', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom(1, 7, undefined), fc.boolean(), (each, reachable, isChanged) => {
        const changes = isChanged ? [change(TABLE_ID, 4)] : [];
        const other = { ...each, changes, neighbours: { failing: 3, reachable } };
        expect(causesOf(other)).toEqual([]);
        if (reachable !== undefined && !isChanged) expect(findingsOf(other)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('nodes that connect by a proxy have no cause', () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        expect(causesOf({ ...each, observation: { ...each.observation, proxied: true } })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  const ids = [
    CLUSTER_ID,
    HUB_ID,
    NETWORK_ID,
    SUBNET_ID,
    TABLE_ID,
    `${TABLE_ID}/routes/0.0.0.0%2F0`,
    NAT_ID,
    idOf('networkSecurityGroups', 'nsg-shop'),
  ];
  const someChange = fc
    .tuple(fc.constantFrom(...ids), fc.integer({ min: -10, max: 70 }), fc.constantFrom('ana', 'bo', 'AKS itself', undefined))
    .map(([id, before, by]) => change(id, before, { by }));

  it('of nodes that saw nothing, there is no cause without a change; with changes of everything, what nodes that see would have', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyCase, (each) => {
        fc.pre(each.observation.blind);
        expect(causesOf(each)).toEqual([]);
        const causes = causesOf({ ...each, changes: [...ids, idOf('networkSecurityGroups', 'nsg-nic')].map((id) => change(id, 4)) });
        for (const code of causes) {
          seen.add(code);
          expect(blockersOf(each)).toContain(code);
        }
      }),
      { numRuns: 200 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(5);
  });

  it('a change makes no cause where nodes saw something, and takes none away', () => {
    fc.assert(
      fc.property(anyCase, fc.array(someChange, { maxLength: 6 }), (each, changes) => {
        fc.pre(!each.observation.blind);
        const without = causesOf(each);
        // An outbound address that moved is as sure as the ranges that do not contain it.
        expect(causesOf({ ...each, changes }).filter((code) => code !== 'OutboundChanged')).toEqual(without.slice(0, 3));
      }),
      { numRuns: 200 },
    );
  });

  it('the order of changes and of rules does not matter', () => {
    const shuffled = fc
      .tuple(anyCase, fc.array(someChange, { maxLength: 6 }))
      .chain(([each, changes]) =>
        fc.tuple(
          fc.constant({ ...each, changes }),
          fc.shuffledSubarray(changes, { minLength: changes.length }),
          fc.infiniteStream(fc.nat()),
        ),
      );
    const mix = <T>(items: readonly T[], dice: Iterator<number>) =>
      items
        .map((item) => ({ item, at: dice.next().value as number }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item);
    fc.assert(
      fc.property(shuffled, ([each, changes, dice]) => {
        const { subnetNsg, routeTable } = each.configuration;
        const configuration = {
          ...each.configuration,
          ...(subnetNsg?.status === 'read' && {
            subnetNsg: { ...subnetNsg, value: { ...subnetNsg.value, rules: mix(subnetNsg.value.rules, dice) } },
          }),
          ...(routeTable?.status === 'read' && {
            routeTable: { ...routeTable, value: { ...routeTable.value, routes: mix(routeTable.value.routes, dice) } },
          }),
        };
        expect(linesOf(findingsOf({ ...each, changes, configuration }))).toEqual(linesOf(findingsOf(each)));
      }),
      { numRuns: 200 },
    );
  });

  it('a cause still blocks as long as nothing was changed', () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        for (const one of findingsOf(each).filter(({ kind }) => kind === 'cause')) expect(isStillBlocking(one, each)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
