import { expect, it } from 'vitest';
import { iconOf, MARK, stateOfNode } from '../../src/page/page-state.ts';

const states = ['bad', 'poor', 'odd', 'good'] as const;

it.each([
  ['unreachable', null, 'bad'],
  ['reachable', true, 'good'],
  ['reachable', null, 'good'],
  ['reachable', false, 'poor'],
  ['unknown', null, 'odd'],
  ['unknown', true, 'odd'],
  ['notProbed', null, 'odd'],
] as const)('the state of a node that is %s (served: %s) is %s', (verdict, served, state) => {
  expect(stateOfNode(verdict, served)).toBe(state);
});

it('an icon is a picture that needs no request, and each has a shape of its own', () => {
  const icons = states.map(iconOf);
  expect(new Set(icons.map((icon) => decodeURIComponent(icon).replaceAll(/fill="[^"]*"/g, ''))).size).toBe(4);
  for (const icon of icons) expect(icon).toMatch(/^data:image\/svg\+xml,%3Csvg/);
  expect(new Set(states.map((state) => MARK[state])).size).toBe(4);
});
