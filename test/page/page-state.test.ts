import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iconOf, stateOfNode, titleAndState } from '../../src/page/page-state.ts';

const count = fc.nat(5);
const titled = fc
  .record({ reachable: count, unreachable: count, unknown: count, notProbed: count, openOutages: count, cutOff: fc.boolean() })
  .chain(({ openOutages, cutOff, ...counts }) =>
    fc.record({
      nodes: fc.constant({ ...counts, notServed: Math.min(counts.reachable, counts.unknown), known: 20 }),
      openOutages: fc.constant(openOutages),
      cutOff: fc.constant(cutOff),
      unseen: fc.constantFrom(undefined, { since: undefined }, { since: '2026-11-30T10:00:00Z' }),
    }),
  );

describe('the icon of the fleet or of a cluster', () => {
  it('says what the title says, whatever it is', () => {
    fc.assert(
      fc.property(titled, (given) => {
        const title = titleAndState(given)[0];
        const expected = /^not seen/.test(title)
          ? 'odd'
          : /[1-9]\d* unreachable|cut off|open outage/.test(title)
            ? 'bad'
            : /not served/.test(title)
              ? 'poor'
              : /unknown/.test(title)
                ? 'odd'
                : 'good';
        expect(titleAndState(given)[1]).toBe(expected);
      }),
    );
  });

  it('is green only where a node is reachable, and nothing is amiss', () => {
    fc.assert(
      fc.property(titled, (given) => {
        if (titleAndState(given)[1] !== 'good') return;
        expect(given.nodes.reachable).toBeGreaterThan(0);
        expect([given.nodes.unreachable, given.openOutages, given.cutOff, given.unseen]).toEqual([0, 0, false, undefined]);
      }),
    );
  });
});

it.each([
  ['unreachable', null, 'bad'],
  ['reachable', true, 'good'],
  ['reachable', null, 'good'],
  ['reachable', false, 'poor'],
  ['unknown', null, 'odd'],
  ['notProbed', null, 'odd'],
] as const)('that of a node that is %s (served: %s) is %s', (verdict, served, state) => {
  expect(stateOfNode(verdict, served)).toBe(state);
});

it('an icon is a picture that needs no request, and each has a shape of its own', () => {
  const icons = (['bad', 'poor', 'odd', 'good'] as const).map(iconOf);
  expect(new Set(icons.map((icon) => decodeURIComponent(icon).replaceAll(/fill="[^"]*"/g, ''))).size).toBe(4);
  for (const icon of icons) expect(icon).toMatch(/^data:image\/svg\+xml,%3Csvg/);
});
