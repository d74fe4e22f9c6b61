import { expect, it } from 'vitest';
import { staggerRegions } from '../../../src/sweep/plan/stagger-regions.ts';

const settings = { STARTS_PER_MINUTE: 250, NODES_PER_SLICE: 100 };
const delays = (nodes: Record<string, number>, intervalMs = 300_000) =>
  Object.fromEntries(staggerRegions(new Map(Object.entries(nodes)), settings, intervalMs));

it('the only region of a subscription begins at once', () => {
  expect(delays({ westeurope: 5000 })).toEqual({ westeurope: 0 });
});

it('regions whose slices would be too many requests at once begin one after the other, within the time of a slice', () => {
  expect(delays({ westeurope: 5000, eastus: 400, uksouth: 100 })).toEqual({ eastus: 0, uksouth: 10_000, westeurope: 20_000 });
});

it('small regions begin together', () => {
  expect(delays({ a: 20, b: 30, c: 50, d: 10 })).toEqual({ a: 0, b: 0, c: 0, d: 15_000 });
});

it('no region begins later than a tenth of an interval', () => {
  expect(delays({ a: 500, b: 500 }, 60_000)).toEqual({ a: 0, b: 3000 });
});

it('a subscription without nodes has no delays', () => {
  expect(delays({})).toEqual({});
});
