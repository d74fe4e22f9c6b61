import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SweepRun } from '../../src/history/recent-sweeps.ts';
import { clusterParts, missedSince, nodeParts, type StripPart, stripOf, stripWords } from '../../src/page/strip-svg.ts';

const T0 = Date.parse('2026-11-21T12:00:00Z');
const run = (counts: Partial<SweepRun>): SweepRun => ({
  sweeps: 1,
  reachable: 0,
  notServed: 0,
  unreachable: 0,
  unknown: 0,
  notProbed: 0,
  upgrading: false,
  ...counts,
});
const pathsOf = (parts: readonly StripPart[]): Record<string, string> =>
  Object.fromEntries([...stripOf(parts).text.matchAll(/<path class="([^"]+)" d="([^"]+)"/g)].map(([, name, d]) => [name!, d!]));

describe('a strip', () => {
  it('of equal sweeps is one line, the newest on the right', () => {
    expect(pathsOf([{ look: 'ok', sweeps: 50 }])).toEqual({ 's-ok': 'M0 15.5h249' });
    expect(pathsOf([{ look: 'bad', sweeps: 2 }])).toEqual({ 's-bad': 'M240 10h9' });
    expect(stripOf([{ look: 'ok', sweeps: 50 }]).text.length).toBeLessThan(220);
  });

  it('has a shape of its own for each state', () => {
    const drawn = (['ok', 'some', 'bad', 'deg', 'unk', 'np'] as const).map((look) => JSON.stringify(pathsOf([{ look, sweeps: 1 }])));
    expect(new Set(drawn).size).toBe(6);
  });

  it('says under itself what was planned', () => {
    expect(pathsOf([{ look: 'ok', sweeps: 1, planned: true }])).toHaveProperty('s-mt');
  });

  it('draws each sweep once, and none outside of it', () => {
    const parts = fc.array(
      fc.record({
        look: fc.constantFrom('ok' as const, 'bad' as const, 'unk' as const, 'np' as const),
        sweeps: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(parts, (given) => {
        const total = given.reduce((sum, { sweeps }) => sum + sweeps, 0);
        const pieces = Object.values(pathsOf(given)).flatMap((d) =>
          [...d.matchAll(/M([\d.]+) [\d.]+h([\d.]+)/g)].map(([, x, width]) => [Number(x), Number(width)] as const),
        );
        expect(pieces.reduce((sum, [, width]) => sum + (width + 1) / 5, 0)).toBe(total);
        for (const [x, width] of pieces) expect([x >= 0, x + width <= 250]).toEqual([true, true]);
        const starts = pieces.map(([x]) => x);
        expect(new Set(starts).size).toBe(starts.length);
      }),
    );
  });
});

describe('a strip in words', () => {
  it('joins what looks the same', () => {
    expect(
      stripWords([
        { look: 'ok', sweeps: 20 },
        { look: 'ok', sweeps: 10 },
        { look: 'bad', sweeps: 1 },
      ]),
    ).toBe('31 sweeps: 30 reachable, then 1 failing');
  });

  it('is the newest six turns', () => {
    const turns = Array.from({ length: 8 }, (_, n): StripPart => ({ look: n % 2 === 0 ? 'ok' : 'bad', sweeps: 1 }));
    expect(stripWords(turns)).toMatch(/^8 sweeps: …, 1 reachable, .*1 failing$/);
  });

  it('of none says so', () => {
    expect(stripWords([])).toBe('no sweep yet');
  });
});

describe('a sweep of a cluster', () => {
  it.each<[StripPart['look'], Partial<SweepRun>]>([
    ['ok', { reachable: 3 }],
    ['ok', { reachable: 9, unknown: 2 }],
    ['unk', { reachable: 3, unknown: 2 }],
    ['deg', { reachable: 3, notServed: 1 }],
    ['some', { reachable: 3, unreachable: 1 }],
    ['bad', { reachable: 3, unreachable: 3 }],
    ['bad', { unreachable: 1, unknown: 9 }],
    ['unk', { reachable: 2, unknown: 2 }],
    ['unk', { unknown: 2 }],
    ['np', { notProbed: 3 }],
    ['np', {}],
  ])('looks %s for %o', (look, counts) => {
    expect(clusterParts([run(counts)], run(counts))).toEqual([{ look, sweeps: 1, planned: false }]);
  });

  it('never looks well without a verdict, nor failing without a failing node', () => {
    const count = fc.nat(3);
    const counts = fc.record({ reachable: count, unreachable: count, unknown: count, notProbed: count });
    fc.assert(
      fc.property(counts, (given) => {
        const [{ look }] = clusterParts([run(given)], run(given)) as [StripPart];
        if (look === 'ok') expect(given.reachable).toBeGreaterThan(0);
        expect(look === 'bad' || look === 'some').toBe(given.unreachable > 0);
      }),
    );
  });
});

it('the strip of a cluster ends with what is known now, where its last sweep was not so', () => {
  const well = run({ reachable: 3 });
  const looks = clusterParts([{ ...well, sweeps: 50 }], run({ unreachable: 3 })).map(({ look, sweeps }) => [look, sweeps]);
  expect(looks).toEqual([
    ['ok', 49],
    ['bad', 1],
  ]);
  expect(clusterParts([well], well).map(({ look }) => look)).toEqual(['ok']);
  // Where nobody has looked since, nothing is claimed of the sweeps that were due.
  const unseen = clusterParts([{ ...well, sweeps: 50 }], run({ unknown: 3 }), 4).map(({ look, sweeps }) => [look, sweeps]);
  expect(unseen).toEqual([
    ['ok', 46],
    ['unk', 4],
  ]);
});

it('the sweeps that a cluster missed are those that were due since it was assessed, but for the one that may be running', () => {
  const at = (minutes: number) => new Date(T0 + minutes * 60_000);
  const missed = (minutes: number) => missedSince(at(0).toISOString(), at(minutes), 300_000);
  expect([0, 5, 9, 10, 15, 61].map(missed)).toEqual([0, 0, 0, 1, 2, 11]);
  expect(missedSince(null, at(0), 300_000)).toBe(0);
});

it('a sweep of a node looks as its result is', () => {
  const results = ['reachable', 'notServed', 'unreachable', 'unknown', 'notProbed'] as const;
  expect(nodeParts(results.map((result) => ({ result, sweeps: 1 }))).map(({ look }) => look)).toEqual(['ok', 'deg', 'bad', 'unk', 'np']);
});
