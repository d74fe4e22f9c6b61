import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSwitchedOff, select } from '../../src/model/selection.ts';

const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.()+$[]{}^|\\') });

const isSelected = (name: string, include: string[], exclude: string[]) => select(name, { include, exclude }).selected;

describe('select', () => {
  it.each<[string, string[], string[], boolean]>([
    ['rg/shop', ['*'], [], true],
    ['rg/shop', [], [], false],
    ['rg/shop', ['*'], ['*'], false],
    ['rg/shop', ['rg/*'], [], true],
    ['rg/shop', ['rg/sh?p'], [], true],
    ['rg/shop', ['rg/sh?'], [], false],
    ['rg/shop', ['shop'], [], false],
    ['rg/shop', ['*shop'], [], true],
    ['rg/shop', ['*/shop'], [], true],
    ['RG-Pay.(eu)/Shop', ['rg-pay.(eu)/*'], [], true],
    ['rg-payX(eu)/shop', ['rg-pay.(eu)/*'], [], false],
    ['rg/shop', ['other/*', 'rg/*'], [], true],
    ['rg/shop', ['*'], ['other/*', 'rg/shop'], false],
    ['rg/shop-dev', ['*'], ['*-dev'], false],
  ])('%s with %o but %o: %s', (name, include, exclude, selected) => {
    expect(isSelected(name, include, exclude)).toBe(selected);
  });

  it('takes every character but * and ? for itself', () => {
    fc.assert(
      fc.property(plain, plain, (glob, name) => {
        expect(isSelected(name, [glob], [])).toBe(glob.toLowerCase() === name.toLowerCase());
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(plain, plain, plain, (a, b, c) => isSelected(a + b + c, [`${a}*${c}`], [])));
  });

  it('is empty for a fleet from which all is excluded', () => {
    fc.assert(fc.property(plain, fc.array(plain), (name, include) => !isSelected(name, ['*', ...include], [name])));
  });
});

describe('isSwitchedOff', () => {
  it.each<[Record<string, string> | undefined, boolean]>([
    [{ 'aks-fleet-prober': 'off' }, true],
    [{ 'AKS-Fleet-Prober': 'OFF', other: 'x' }, true],
    [{ 'aks-fleet-prober': 'on' }, false],
    [{ 'aks-fleet-prober': '' }, false],
    [{ other: 'off' }, false],
    [{}, false],
    [undefined, false],
  ])('%o: %s', (tags, off) => {
    expect(isSwitchedOff(tags)).toBe(off);
  });
});
