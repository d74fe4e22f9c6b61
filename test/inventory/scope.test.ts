import { describe, expect, it } from 'vitest';
import { isInScope, isOnlyHome, isWatched } from '../../src/inventory/scope.ts';

const one = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const two = '1b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const settings = { SUBSCRIPTIONS: [one], INCLUDE_CLUSTERS: ['*'], EXCLUDE_CLUSTERS: ['rg-dev/*'] };

describe('the scope', () => {
  it('is every subscription where none is named, and else those that are', () => {
    expect([isInScope({ SUBSCRIPTIONS: [] }, two), isInScope(settings, one), isInScope(settings, two)]).toEqual([true, true, false]);
  });

  it.each([
    ['takes in a cluster that the globs include', `${one}.rg.shop`, true],
    ['leaves out one that they exclude', `${one}.rg-dev.shop`, false],
    ['leaves out one of another subscription', `${two}.rg.shop`, false],
    ['leaves out what is no cluster id', 'shop', false],
  ])('%s', (_, cluster, expected) => {
    expect(isWatched(settings, cluster)).toBe(expected);
  });
});

describe('the subscription that the app is in', () => {
  const home = { SUBSCRIPTIONS: [], HOME_SUBSCRIPTION: one };

  it('is no gap if its clusters may not be listed, nobody asked for it, and others are watched', () => {
    expect(isOnlyHome(home, one, [one, two], 0)).toBe(true);
  });

  it.each([
    ['it was named', { ...home, SUBSCRIPTIONS: [one, two] }, one, [one, two], 0],
    ['it is another one', home, two, [one, two], 0],
    ['it is the only one: access was granted to none', home, one, [one], 0],
    ['clusters of it are known: a right was lost', home, one, [one, two], 1],
    ['where the app is, is not known', { SUBSCRIPTIONS: [] }, one, [one, two], 0],
  ])('is one if %s', (_, given, subscription, all, known) => {
    expect(isOnlyHome({ HOME_SUBSCRIPTION: undefined, ...given }, subscription, all, known)).toBe(false);
  });
});
