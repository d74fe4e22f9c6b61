import { expect, test } from 'vitest';
import { type CpuProfile, findHotSpots } from '../../bench/hot-spots.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0, columnNumber: 0 });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)') },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('(garbage collector)') },
    { id: 4, callFrame: frame('parse', 'file:///app/a.js') },
    { id: 5, callFrame: frame('', 'file:///app/a.js') },
  ],
  // Each sample lasts until the next: 60 of idleness, 30 of the collector, 50 of parse, 20 of a function without a name.
  samples: [2, 3, 4, 5, 4, 1],
  timeDeltas: [5, 60, 30, 40, 20, 10],
};

test('the places whose own code takes most time come first, with their functions; waiting is left out', () => {
  const spots = findHotSpots(profile, ({ functionName, url }) => url || functionName);
  expect(spots).toEqual([
    { what: 'file:///app/a.js', share: 0.7, functions: ['parse 50.0 %', 'anonymous 20.0 %'] },
    { what: '(garbage collector)', share: 0.3, functions: ['(garbage collector) 30.0 %'] },
    { what: '(root)', share: 0, functions: ['(root) 0.0 %'] },
  ]);
});

test('a profile in which nothing ran has none', () => {
  expect(findHotSpots({ nodes: profile.nodes, samples: [2, 2], timeDeltas: [1, 1] }, ({ url }) => url)).toEqual([]);
});
