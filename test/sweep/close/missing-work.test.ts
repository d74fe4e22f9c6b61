import { describe, expect, it } from 'vitest';
import type { Plan, Tally } from '../../../src/model/ledger.ts';
import { findMissingWork, type KnownWork } from '../../../src/sweep/close/missing-work.ts';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 9, minute, second)).toISOString();
const planned: Plan = { region: 'westeurope', slices: [['a', 'b'], ['c']], due: at(35, 10), notProbed: {}, gaps: {} };
const nothing: KnownWork = {
  tallies: new Map(),
  started: new Map(),
  queued: new Map(),
  recollected: new Set(),
  restarted: new Set(),
};

/** What is missing at a moment of the sweep of 09:35, after which the next begins at 09:40. */
function missingAt(time: string, known: Partial<KnownWork>): string[] {
  const times = { time: Date.parse(time), next: Date.parse(at(40)), firstCollectMs: 25_000 };
  const work = findMissingWork(planned, { ...nothing, ...known }, times);
  return work.map(({ kind, slice, nodes, slot }) => [kind, slice, nodes.join(), slot].filter(Boolean).join(' '));
}

describe('findMissingWork', () => {
  const well = { tallies: new Map<string, Tally>([['1', { 'reachable/Reachable': ['c'] }]]) };

  it('finds a start a minute after it was due, or after the slot that it was given', () => {
    expect(missingAt(at(36, 9), well)).toEqual([]);
    expect(missingAt(at(36, 10), well)).toEqual(['start-slice 0 a,b']);
    const queued = new Map([['0', at(36, 30)]]);
    expect(missingAt(at(37, 29), { ...well, queued })).toEqual([]);
    expect(missingAt(at(37, 30), { ...well, queued })).toEqual([`start-slice 0 a,b ${at(36, 30)}`]);
  });

  it('finds a collection a minute after it was due, of what was started', () => {
    const started = new Map([['0', at(35, 12)]]);
    expect(missingAt(at(36, 36), { ...well, started })).toEqual([]);
    expect(missingAt(at(36, 37), { ...well, started })).toEqual(['collect-slice 0 a,b']);
  });

  it('finds the collection of what was never started a minute after the next sweep began, and no start any more', () => {
    expect(missingAt(at(40), well)).toEqual([]);
    expect(missingAt(at(41), well)).toEqual(['collect-slice 0 a,b']);
  });

  it('finds of a block only the nodes that were deferred, or started again, and have no outcome yet', () => {
    const tallies = new Map<string, Tally>([...well.tallies, ['0', { 'reachable/Reachable': ['a'] }]]);
    for (const slice of ['0.r1', '0.s1_0123abcd'])
      expect(missingAt(at(38), { tallies, started: new Map([[slice, at(35, 40)]]) })).toEqual([`collect-slice ${slice} b`]);
  });

  it('finds nothing twice', () => {
    expect(missingAt(at(37), { ...well, restarted: new Set(['0']) })).toEqual([]);
    const started = new Map([['0', at(35, 12)]]);
    expect(missingAt(at(37), { ...well, started, recollected: new Set(['0']) })).toEqual([]);
  });

  it('finds nothing where every node has an outcome', () => {
    const tallies = new Map<string, Tally>([...well.tallies, ['0', { 'reachable/Reachable': ['a'], 'notProbed/Throttled': ['b'] }]]);
    expect(missingAt(at(59), { tallies })).toEqual([]);
  });
});
