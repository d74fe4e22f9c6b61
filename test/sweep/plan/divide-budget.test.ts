import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideBudget } from '../../../src/sweep/plan/divide-budget.ts';

const sharers = fc.uniqueArray(fc.record({ cluster: fc.stringMatching(/^[a-z]{1,6}$/), nodes: fc.integer({ min: 1, max: 5000 }) }), {
  selector: ({ cluster }) => cluster,
  minLength: 1,
  maxLength: 40,
});
const budgets = fc.integer({ min: 1, max: 20_000 });
const total = (all: readonly { nodes: number }[]) => all.reduce((sum, { nodes }) => sum + nodes, 0);
const sum = (quotas: ReadonlyMap<string, number>) => [...quotas.values()].reduce((all, quota) => all + quota, 0);

describe('the budget of a region', () => {
  it('limits nobody where it is enough for all', () => {
    const two = [
      { cluster: 'a', nodes: 600 },
      { cluster: 'b', nodes: 400 },
    ];
    expect(divideBudget(two, 1000, 7)).toEqual(new Map());
    expect(divideBudget(two, 999, 7)).toEqual(
      new Map([
        ['a', 599],
        ['b', 400],
      ]),
    );
  });

  it('is used up to the last start, by node count, and lets no cluster starve', () => {
    fc.assert(
      fc.property(sharers, budgets, fc.nat(), (all, budget, turn) => {
        fc.pre(total(all) > budget && all.length <= budget);
        const quotas = divideBudget(all, budget, turn);
        expect(sum(quotas)).toBe(budget);
        for (const { cluster, nodes } of all) {
          const share = (budget * nodes) / total(all);
          expect(quotas.get(cluster)).toBeGreaterThanOrEqual(1);
          expect(Math.abs(quotas.get(cluster)! - share)).toBeLessThan(all.length + 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives every cluster its turn where there are fewer starts than clusters', () => {
    fc.assert(
      fc.property(sharers, fc.integer({ min: 1, max: 39 }), fc.nat(1_000_000), (all, budget, turn) => {
        fc.pre(all.length > budget && total(all) > budget);
        const served = new Set<string>();
        for (let sweep = 0; sweep < Math.ceil(all.length / budget); sweep++) {
          const quotas = divideBudget(all, budget, turn + sweep);
          expect(sum(quotas)).toBe(budget);
          for (const [cluster, quota] of quotas) if (quota > 0) served.add(cluster);
        }
        expect(served.size).toBe(all.length);
      }),
    );
  });

  it('does not depend on the order in which clusters are listed', () => {
    fc.assert(
      fc.property(sharers, budgets, (all, budget) => {
        expect(divideBudget([...all].reverse(), budget, 3)).toEqual(divideBudget(all, budget, 3));
      }),
    );
  });
});
