import { expect, it } from 'vitest';
import { placesOf } from '../../src/history/places.ts';
import type { JudgedNode } from '../../src/model/node.ts';

const now = new Date('2026-11-21T12:00:00Z');
const at = now.toISOString();
function node(name: string, pool: string, zone: string | undefined, verdict: 'reachable' | 'unreachable', retiredAt?: string): JudgedNode {
  const latest = { verdict, reason: verdict === 'reachable' ? 'Reachable' : 'ConnectionRefused', at } as const;
  return { facts: { node: name, pool, os: 'Linux', zone }, state: { latest, unknowns: 0 }, retiredAt };
}

it('counts nodes by pool and zone, those that are gone left out', () => {
  const nodes = [
    node('a', 'web', '2', 'unreachable'),
    node('b', 'web', '2', 'reachable'),
    node('c', 'web', '1', 'reachable'),
    node('d', 'db', undefined, 'reachable'),
    node('e', 'db', undefined, 'reachable', at),
  ];
  expect(placesOf(nodes, now, 300_000).map(({ pool, zone, nodes: { known, unreachable } }) => [pool, zone, known, unreachable])).toEqual([
    ['db', '', 1, 0],
    ['web', '1', 1, 0],
    ['web', '2', 2, 1],
  ]);
});
