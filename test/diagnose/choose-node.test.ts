import { describe, expect, it } from 'vitest';
import { chooseNode } from '../../src/diagnose/choose-node.ts';
import type { JudgedNode } from '../../src/model/node.ts';

const start = '2026-11-30T03:00:00.000Z';
const now = new Date('2026-11-30T03:02:00.000Z');
const INTERVAL_MS = 300_000;
const node = (
  name: string,
  subnet: string,
  verdict: 'reachable' | 'unreachable' | 'unknown',
  at: string,
  more: Partial<JudgedNode['facts']> = {},
): JudgedNode => ({
  facts: { node: name, pool: 'p', os: 'Linux', subnet, ...more },
  state: { latest: { verdict, reason: verdict === 'reachable' ? 'Reachable' : 'ConnectionTimedOut', at }, unknowns: 0 },
});
const choose = (...nodes: JudgedNode[]) =>
  chooseNode(nodes, ({ state }) => state.latest?.verdict === 'unreachable', start, now, 2 * INTERVAL_MS);

describe('the node that stands for the failing ones', () => {
  it('is the one probed last in the subnet where most fail, whatever the letter case of its id', () => {
    const chosen = choose(
      node('a', '/A/subnets/x', 'unreachable', '2026-11-30T03:00:00.000Z'),
      node('b', '/a/subnets/X', 'unreachable', '2026-11-30T03:01:00.000Z'),
      node('c', '/a/subnets/y', 'unreachable', '2026-11-30T03:01:30.000Z'),
    );
    expect(chosen).toEqual({ node: 'b', neighbours: { failing: 2, reachable: 0 }, isWaiting: false });
  });

  it('is none where none fails', () => {
    expect(choose(node('a', '/s', 'reachable', start))).toBeUndefined();
  });
});

describe('its neighbours', () => {
  const failing = node('a', '/s', 'unreachable', start);

  it('are reachable by a verdict from after the start alone', () => {
    expect(choose(failing, node('b', '/s', 'reachable', '2026-11-30T03:01:00.000Z'))?.neighbours.reachable).toBe(1);
  });

  it('are unknown while one that was reachable waits for its next probe, which may fail too', () => {
    expect(choose(failing, node('b', '/s', 'reachable', '2026-11-30T02:58:00.000Z'))?.neighbours.reachable).toBeUndefined();
  });

  it('are unknown where a single machine, which does not say in which subnet it is, reaches its API server, or is the one that fails', () => {
    const machine = node('vm', '', 'reachable', '2026-11-30T03:01:00.000Z');
    expect(choose(failing, machine)?.neighbours.reachable).toBeUndefined();
    expect(choose(failing, machine, node('b', '/s', 'reachable', '2026-11-30T03:01:00.000Z'))?.neighbours.reachable).toBe(1);
    const alone = choose(node('vm', '', 'unreachable', start), node('b', '/s', 'reachable', '2026-11-30T03:01:00.000Z'));
    expect(alone?.neighbours).toEqual({ failing: 1, reachable: undefined });
  });

  it('do not count where they are of another subnet, stopped, or were last seen long ago', () => {
    const others = [
      node('b', '/t', 'reachable', '2026-11-30T03:01:00.000Z'),
      node('c', '/s', 'reachable', '2026-11-30T03:01:00.000Z', { skipped: 'NotRunning' }),
      node('d', '/s', 'reachable', '2026-11-30T02:00:00.000Z'),
      node('e', '/s', 'unknown', '2026-11-30T03:01:00.000Z'),
    ];
    expect(choose(failing, ...others)?.neighbours).toEqual({ failing: 1, reachable: 0 });
  });
});
