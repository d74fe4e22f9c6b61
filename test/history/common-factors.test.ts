import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonFactor, commonFactors, type FactorFacts } from '../../src/history/common-factors.ts';

const now = new Date('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When a node of some age (ms) was created. */
const born = (age: number) => new Date(now.getTime() - age).toISOString();
const nodes = (count: number, facts: Partial<FactorFacts> = {}): FactorFacts[] =>
  Array.from({ length: count }, () => ({ pool: '', os: 'Linux', ...facts }));
const subnetId = (name: string) => `/subscriptions/s/resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/v/subnets/${name}`;

/** What is said of a pool of nodes that fail or not, and of the nodes elsewhere. */
const saidOf = (failing: number, healthy: number, elsewhereFailing: number, elsewhereHealthy: number) =>
  commonFactors(
    [...nodes(failing, { pool: 'web' }), ...nodes(elsewhereFailing, { pool: 'db' })],
    [...nodes(healthy, { pool: 'web' }), ...nodes(elsewhereHealthy, { pool: 'db' })],
    now,
  );

describe('commonFactors', () => {
  it.each<[Partial<FactorFacts>, string]>([
    [{ pool: 'web' }, 'all 7 failing nodes are in pool web; 0 of 80 elsewhere fail'],
    [{ zone: '2' }, 'all 7 failing nodes are in zone 2; 0 of 80 elsewhere fail'],
    [{ subnet: subnetId('Apps') }, 'all 7 failing nodes are in subnet Apps; 0 of 80 elsewhere fail'],
    [{ subnet: 'plain' }, 'all 7 failing nodes are in subnet plain; 0 of 80 elsewhere fail'],
    [{ image: 'AKSUbuntu-2204' }, 'all 7 failing nodes run node image AKSUbuntu-2204; 0 of 80 elsewhere fail'],
    [{ size: 'Standard_D4s_v5' }, 'all 7 failing nodes are of size Standard_D4s_v5; 0 of 80 elsewhere fail'],
    [{ os: 'Windows' }, 'all 7 failing nodes run Windows; 0 of 80 elsewhere fail'],
    [{ created: born(HOUR / 2) }, 'all 7 failing nodes are under 1 hour old; 0 of 80 elsewhere fail'],
  ])('says of %j: %s', (facts, sentence) => {
    expect(commonFactors(nodes(7, facts), nodes(80), now).map((each) => each.sentence)).toEqual([sentence]);
  });

  it('counts the nodes with the value and those elsewhere, and what fails of both', () => {
    const said = saidOf(9, 3, 1, 79);
    expect(said).toEqual([
      {
        factor: 'pool',
        value: 'web',
        failing: 9,
        inside: 12,
        elsewhereFailing: 1,
        elsewhere: 80,
        sentence: '9 of 10 failing nodes are in pool web; 1 of 80 elsewhere fails',
      },
    ]);
    expect(said.map((each) => commonFactor.parse(each))).toEqual(said);
  });

  it('says "fail" of two nodes elsewhere', () => {
    expect(saidOf(18, 0, 2, 78)[0]?.sentence).toBe('18 of 20 failing nodes are in pool web; 2 of 80 elsewhere fail');
  });

  it.each<[string, number, number, number, number, boolean]>([
    ['a single failing node', 1, 0, 0, 99, false],
    ['two failing nodes', 2, 0, 0, 98, true],
    ['90 % of the failing nodes', 9, 0, 1, 99, true],
    ['less than 90 % of the failing nodes', 8, 0, 1, 99, false],
    ['10 % that fail elsewhere', 9, 0, 1, 9, true],
    ['more than 10 % that fail elsewhere', 9, 0, 1, 8, false],
    ['no node elsewhere', 5, 5, 0, 0, false],
    ['chance of exactly 1 in 20', 3, 0, 0, 3, true],
    ['chance of 1 in 15', 2, 0, 0, 4, false],
    ['chance of 1 in 21', 2, 0, 0, 5, true],
    ['a big pool, where failing nodes are likely to be', 5, 75, 0, 10, false],
  ])('takes %s (%i failing and %i healthy in the pool, %i and %i elsewhere) for worth saying: %s', (_, a, b, c, d, said) => {
    expect(saidOf(a, b, c, d)).toHaveLength(said ? 1 : 0);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['just created', born(0), 'under 1 hour'],
    ['created 5 minutes ahead of our clock', born(-5 * MINUTE), 'under 1 hour'],
    ['created later than that', born(-5 * MINUTE - 1), undefined],
    ['almost an hour old', born(HOUR - 1), 'under 1 hour'],
    ['an hour old', born(HOUR), '1 hour to 1 day'],
    ['almost a day old', born(DAY - 1), '1 hour to 1 day'],
    ['a day old', born(DAY), '1 to 7 days'],
    ['almost 7 days old', born(7 * DAY - 1), '1 to 7 days'],
    ['7 days old', born(7 * DAY), '7 to 30 days'],
    ['almost 30 days old', born(30 * DAY - 1), '7 to 30 days'],
    ['30 days old', born(30 * DAY), 'over 30 days'],
    ['of an unreadable time', 'yesterday', undefined],
    ['of no known time', undefined, undefined],
  ])('takes the age of nodes %s (%s) for %s', (_, created, bin) => {
    const said = commonFactors(nodes(7, { created }), nodes(80), now);
    expect(said.map((each) => each.sentence)).toEqual(
      bin === undefined ? [] : [`all 7 failing nodes are ${bin} old; 0 of 80 elsewhere fail`],
    );
  });

  it('takes subnets that differ in case alone for one, and subnets of one name in two networks for two', () => {
    const shouted = nodes(3, { subnet: subnetId('apps').toUpperCase() });
    expect(commonFactors([...nodes(3, { subnet: subnetId('apps') }), ...shouted], nodes(80), now)).toHaveLength(1);
    expect(commonFactors(nodes(3, { subnet: subnetId('apps') }), shouted, now)).toEqual([]);
    const other = nodes(80, { subnet: subnetId('apps').replace('/v/', '/w/') });
    expect(commonFactors(nodes(3, { subnet: subnetId('apps') }), other, now)).toHaveLength(1);
  });

  it('takes no fact for no value: such nodes are elsewhere', () => {
    expect(commonFactors(nodes(7), nodes(80, { pool: 'web', zone: '1' }), now)).toEqual([]);
    const [said] = commonFactors([...nodes(19, { zone: '1' }), ...nodes(1, { zone: '' })], nodes(80), now);
    expect(said).toMatchObject({ failing: 19, elsewhereFailing: 1, elsewhere: 81 });
  });

  it('names the three least likely by chance, ties in the order of the factors', () => {
    const shared = { pool: 'web', zone: '2', size: 'D4', image: 'i', created: born(HOUR) };
    const healthy = [...nodes(5, { zone: '2' }), ...nodes(2, { pool: 'web' }), ...nodes(80)];
    expect(commonFactors(nodes(7, shared), healthy, now).map((each) => each.factor)).toEqual(['image', 'size', 'age']);
    expect(commonFactors(nodes(7, { pool: 'web', zone: '2' }), healthy, now).map((each) => each.factor)).toEqual(['pool', 'zone']);
  });

  it('tells the strongest of 5,000 nodes, where chances are too small for a number', () => {
    const healthy = [...nodes(1, { pool: 'web' }), ...nodes(2499)];
    const said = commonFactors(nodes(2500, { pool: 'web', zone: '2' }), healthy, now);
    expect(said.map((each) => each.factor)).toEqual(['zone', 'pool']);
  });
});

const facts: fc.Arbitrary<FactorFacts> = fc.record({
  pool: fc.constantFrom('web', 'db', ''),
  os: fc.constantFrom('Linux', 'Windows'),
  zone: fc.constantFrom('1', '2', undefined),
  size: fc.constantFrom('D4', 'D8', undefined),
  image: fc.constantFrom('new', 'old', undefined),
  subnet: fc.constantFrom(subnetId('apps'), subnetId('Apps'), subnetId('jobs'), undefined),
  created: fc.constantFrom(born(HOUR / 2), born(2 * DAY), 'never', undefined),
});
// Failing nodes that share some facts, or most draws would have nothing to say.
const cluster = fc
  .record({
    shared: fc.tuple(facts, fc.subarray(['pool', 'os', 'zone', 'size', 'image', 'subnet', 'created'] as const)),
    failing: fc.array(facts, { maxLength: 25, size: 'max' }),
    healthy: fc.array(facts, { maxLength: 40, size: 'max' }),
  })
  .map(({ shared: [pattern, keys], failing, healthy }) => ({
    failing: failing.map((each) => ({ ...each, ...Object.fromEntries(keys.map((key) => [key, pattern[key]])) })),
    healthy,
  }));

describe('whatever the cluster, commonFactors', () => {
  it('says the same in whatever order the nodes come', () => {
    const whole = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });
    const shuffled = cluster.chain((each) => fc.tuple(fc.constant(each), whole(each.failing), whole(each.healthy)));
    fc.assert(
      fc.property(shuffled, ([{ failing, healthy }, otherFailing, otherHealthy]) => {
        expect(commonFactors(otherFailing, otherHealthy, now)).toEqual(commonFactors(failing, healthy, now));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives counts that add up, and a factor once', () => {
    fc.assert(
      fc.property(cluster, ({ failing, healthy }) => {
        const said = commonFactors(failing, healthy, now);
        for (const each of said) {
          expect(each.failing + each.elsewhereFailing).toBe(failing.length);
          expect(each.inside + each.elsewhere).toBe(failing.length + healthy.length);
          expect(each.inside).toBeGreaterThanOrEqual(each.failing);
        }
        expect(new Set(said.map((each) => each.factor)).size).toBe(said.length);
        expect(said.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 1000 },
    );
  });

  it('says nothing when all nodes fail, or none', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 40, size: 'max' }), (all) => {
        expect(commonFactors(all, [], now)).toEqual([]);
        expect(commonFactors([], all, now)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** How many ways to choose `drawn` nodes have `hits` of the pool, as `ways[drawn][hits]`: one node after the other, chosen or not. */
function waysToChoose(all: number, inside: number): number[][] {
  const ways = Array.from({ length: all + 1 }, () => new Array<number>(all + 1).fill(0));
  ways[0]![0] = 1;
  for (let node = 0; node < all; node++) {
    const hit = node < inside ? 1 : 0;
    for (let drawn = node; drawn >= 0; drawn--) {
      for (let hits = drawn; hits >= 0; hits--) ways[drawn + 1]![hits + hit]! += ways[drawn]![hits]!;
    }
  }
  return ways;
}
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe('the chance of a factor', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 21, 40, 44])('is that of all ways to choose the failing ones of %i nodes', (all) => {
    for (let inside = 0; inside <= all; inside++) {
      for (const [drawn, ways] of waysToChoose(all, inside).entries()) {
        for (const [failing, count] of ways.entries()) {
          const missed = drawn - failing;
          const elsewhere = all - inside;
          const gathered = failing >= 2 && failing * 10 >= drawn * 9 && elsewhere > 0 && missed * 10 <= elsewhere;
          if (count === 0 || !gathered) continue;
          // The nodes elsewhere have no pool, so that only one can be said.
          const said = commonFactors(
            [...nodes(failing, { pool: 'web' }), ...nodes(missed)],
            [...nodes(inside - failing, { pool: 'web' }), ...nodes(elsewhere - missed)],
            now,
          );
          const rare = sum(ways.slice(failing)) * 20 <= sum(ways);
          expect(said.length, `${failing} of ${drawn} in ${inside} of ${all}`).toBe(rare ? 1 : 0);
        }
      }
    }
  });
});
