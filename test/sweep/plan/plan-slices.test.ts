import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, chooseNodes, cutSlices } from '../../../src/sweep/plan/plan-slices.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();

/** A cluster of some pools; the node's zone goes with its number, as scale sets spread instances. */
function cluster(pools: Record<string, number>, zones: readonly string[] = ['1', '2', '3']): Candidate[] {
  return Object.entries(pools).flatMap(([pool, count]) =>
    Array.from({ length: count }, (_, n) => {
      const os = pool.startsWith('win') ? 'Windows' : 'Linux';
      return { node: `aks-${pool}-vmss${n.toString(36).padStart(6, '0')}`, os, pool, zone: zones[n % zones.length] };
    }),
  );
}

const fleets = fc
  .record({
    pools: fc.dictionary(fc.stringMatching(/^(win|[a-z])[a-z]{0,4}$/), fc.integer({ min: 1, max: 130 }), { minKeys: 1, maxKeys: 4 }),
    perSlice: fc.integer({ min: 1, max: 50 }),
    ages: fc.array(fc.option(fc.nat(59), { nil: undefined }), { minLength: 1, maxLength: 30 }),
  })
  .map(({ pools, perSlice, ages }) => ({
    perSlice,
    nodes: cluster(pools).map((each, n) => {
      const age = ages[n % ages.length];
      return { ...each, probedAt: age === undefined ? undefined : at(age) };
    }),
  }));
const names = (nodes: readonly Candidate[]) => nodes.map(({ node }) => node);

describe('the nodes of a sweep', () => {
  it('are all of them, in order, where the quota is enough', () => {
    const nodes = cluster({ web: 7, api: 3 });
    expect(names(chooseNodes(nodes, 10, 5))).toEqual(names(nodes).sort());
  });

  it('are as many as the quota allows, of every pool and zone', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 0, max: 400 }), ({ nodes, perSlice }, quota) => {
        const chosen = chooseNodes(nodes, quota, perSlice);
        expect(chosen).toHaveLength(Math.min(quota, nodes.length));
        expect(new Set(names(chosen)).size).toBe(chosen.length);
        const groups = (all: readonly Candidate[]) => new Set(all.map(({ pool, zone }) => `${pool}/${zone}`));
        if (quota >= groups(nodes).size) expect(groups(chosen)).toEqual(groups(nodes));
      }),
      { numRuns: 300 },
    );
  });

  it('are those of the block that is longest without a verdict', () => {
    const nodes = cluster({ web: 20 }, ['1']).map((each, n) => ({ ...each, probedAt: at(n < 10 ? 5 : 0) }));
    expect(names(chooseNodes(nodes, 10, 5))).toEqual(names(nodes).slice(10));
  });

  it('are not held back by one that never gets a verdict', () => {
    const nodes = cluster({ web: 40 }, ['1']).map((each, n) => ({ ...each, probedAt: n === 3 ? undefined : at(n < 20 ? 5 : 0) }));
    const chosen = names(chooseNodes(nodes, 21, 20));
    expect(chosen).toEqual([nodes[3]!.node, ...names(nodes).slice(20)]);
  });

  it('are each node within a bounded number of sweeps', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 1, max: 60 }), ({ nodes, perSlice }, extra) => {
        const groups = new Set(nodes.map(({ pool, zone }) => `${pool}/${zone}`)).size;
        const quota = groups + extra;
        const probedAt = new Map(nodes.map(({ node, probedAt: before }) => [node, before]));
        const served = new Set<string>();
        // Twice the rounds that it takes without the representatives of pools and zones.
        const sweeps = 2 * Math.ceil(nodes.length / extra) + 2;
        for (let sweep = 0; sweep < sweeps; sweep++) {
          const seen = nodes.map((each) => ({ ...each, probedAt: probedAt.get(each.node) }));
          for (const { node } of chooseNodes(seen, quota, perSlice)) {
            served.add(node);
            probedAt.set(node, new Date(Date.UTC(2026, 10, 22) + sweep * 300_000).toISOString());
          }
        }
        expect(served.size).toBe(nodes.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the slices of a sweep', () => {
  it('hold each chosen node once, in order, of one system, within the size, and close together', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 0, max: 400 }), ({ nodes, perSlice }, quota) => {
        const chosen = chooseNodes(nodes, quota, perSlice);
        const slices = cutSlices(chosen, nodes, perSlice);
        expect(slices.flat().sort()).toEqual(names(chosen));
        const all = names(nodes).sort();
        const osOf = new Map(nodes.map(({ node, os }) => [node, os]));
        for (const slice of slices) {
          expect(slice).toEqual([...slice].sort());
          expect(slice.length).toBeGreaterThan(0);
          expect(slice.length).toBeLessThanOrEqual(perSlice);
          expect(new Set(slice.map((node) => osOf.get(node))).size).toBe(1);
          expect(all.indexOf(slice.at(-1)!) - all.indexOf(slice[0]!)).toBeLessThan(2 * perSlice);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('come in the order in which their nodes are longest without a verdict', () => {
    const nodes = cluster({ web: 9 }).map((each, n) => ({ ...each, probedAt: `2026-11-21T09:0${[5, 3, 4][Math.floor(n / 3)]}:00.000Z` }));
    const [first, second, third] = [0, 3, 6].map((from) => names(nodes.slice(from, from + 3)));
    expect(cutSlices(nodes, nodes, 3)).toEqual([second, third, first]);
  });

  it('are full where all nodes are chosen', () => {
    const nodes = cluster({ web: 120 });
    expect(cutSlices(chooseNodes(nodes, 120, 50), nodes, 50).map(({ length }) => length)).toEqual([50, 50, 20]);
  });
});
