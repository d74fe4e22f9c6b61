import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUp,
  askedOf,
  coverageOf,
  emptyCounts,
  emptyLedger,
  type Ledger,
  outstanding,
  type Plan,
  sum,
  toTally,
} from '../../src/model/ledger.ts';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
import type { Outcome } from '../../src/model/verdict.ts';

const codes = Object.keys(reasons) as ReasonCode[];
const outside: readonly ReasonCode[] = ['Excluded', 'ClusterStopped', 'Deallocated', 'NotRunning', 'ClusterGone', 'TooYoung', 'Creating'];
const node = fc.integer({ min: 0, max: 30 }).map((n) => `aks-web-vmss${String(n).padStart(6, '0')}`);
const verdict = fc.constantFrom('reachable', 'unreachable', 'unknown', 'notProbed');
const reason = fc.constantFrom(...codes);
const key = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(verdict, reason).map((parts) => parts.join('/')) },
  fc.constantFrom('', '/', 'reachable', 'reachable/Nonsense', 'fine/Reachable', 'reachable/__proto__', 'unknown/toString'),
);
const tally = fc.dictionary(key, fc.array(node, { maxLength: 6 }), { maxKeys: 4 });
const plan = fc.record({
  region: fc.constant('westeurope'),
  due: fc.constant('2026-11-21T09:35:00.000Z'),
  slices: fc.array(fc.array(node, { maxLength: 8 }), { maxLength: 4 }),
  notProbed: fc.dictionary(reason, fc.array(node, { maxLength: 5 }), { maxKeys: 3 }) as fc.Arbitrary<Plan['notProbed']>,
  gaps: fc.dictionary(node, fc.integer({ min: 0, max: 9 }), { maxKeys: 3 }) as fc.Arbitrary<Plan['gaps']>,
});
const ledger: fc.Arbitrary<Ledger> = fc
  .tuple(plan, fc.array(tally, { maxLength: 4 }))
  .map(([planned, tallies]) => addUp(planned, tallies, tallies.length));

const total = (counts: Partial<Record<string, number>>) => Object.values(counts).reduce<number>((all, count) => all + (count ?? 0), 0);

const small: Plan = {
  region: 'westeurope',
  due: '2026-11-21T09:35:00.000Z',
  slices: [['a', 'b'], ['c']],
  notProbed: { TooYoung: ['d'], Deallocated: ['e', 'f'] },
  gaps: {},
};

describe('addUp', () => {
  it('counts every node of the plan exactly once, for any plan and any tallies', () => {
    fc.assert(
      fc.property(plan, fc.array(tally, { maxLength: 5 }), (planned, tallies) => {
        const { known, reachable, unreachable, unknown, notProbed, byReason, unknownByReason } = addUp(planned, tallies);
        const names = new Set([...planned.slices.flat(), ...Object.values(planned.notProbed).flat()]);
        const unseen = total(planned.gaps);
        expect(known).toBe(names.size + unseen);
        expect(byReason.MachinesMissing ?? 0).toBeGreaterThanOrEqual(unseen);
        expect(reachable + unreachable + unknown + notProbed).toBe(known);
        expect(total(byReason)).toBe(known);
        expect(total(unknownByReason)).toBe(unknown);
        for (const code of Object.keys(byReason)) expect(codes).toContain(code);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts the first outcome that was told of a node, and the same tally twice as once', () => {
    fc.assert(
      fc.property(plan, fc.array(tally, { maxLength: 4 }), (planned, tallies) => {
        expect(addUp(planned, [...tallies, ...tallies])).toEqual(addUp(planned, tallies));
      }),
    );
    expect(addUp(small, [{ 'reachable/Reachable': ['a', 'b', 'c'] }, { 'unreachable/Forbidden': ['a'] }])).toMatchObject({
      reachable: 3,
      unreachable: 0,
    });
  });

  it('takes nothing from names outside the plan, nor a verdict for a node that was not to be probed', () => {
    const stranger = { 'reachable/Reachable': ['x', 'y', 'd'] };
    expect(addUp(small, [stranger])).toEqual(addUp(small, []));
  });

  it('counts what nobody told as unknown, lost', () => {
    expect(addUp(small, [{ 'unreachable/DnsTimeout': ['a'], 'reachable/Reachable': ['b'] }])).toEqual({
      known: 6,
      reachable: 1,
      notServed: 0,
      unreachable: 1,
      unknown: 1,
      notProbed: 3,
      byReason: { TooYoung: 1, Deallocated: 2, DnsTimeout: 1, Reachable: 1, Lost: 1 },
      unknownByReason: { Lost: 1 },
      armRequests: 0,
    });
  });

  it('counts nodes that are not served among the reachable ones', () => {
    const added = addUp(small, [{ 'reachable/Reachable/EtcdUnavailable': ['a'], 'reachable/Reachable': ['b', 'c'] }]);
    expect(added).toMatchObject({ reachable: 3, notServed: 1, byReason: { Reachable: 3 } });
    expect(added.byReason).not.toHaveProperty('EtcdUnavailable');
    // Only a reachable node can be served.
    expect(addUp(small, [{ 'unknown/NoProof/EtcdUnavailable': ['a'] }])).toMatchObject({ unknown: 3, notServed: 0 });
  });

  it('takes an outcome that it cannot read for an error of the prober', () => {
    const { byReason, unknown } = addUp({ ...small, notProbed: {} }, [
      { 'reachable/__proto__': ['a'], reachable: ['b'], 'fine/Reachable': ['c'] },
    ]);
    expect([unknown, byReason]).toEqual([3, { ProberError: 3 }]);
  });

  it('gives back what was tallied', () => {
    const other = fc.record({ verdict, reason });
    const notServed = fc.record({ verdict: fc.constant('reachable'), reason: fc.constant('Reachable'), notServed: reason });
    const outcome = fc.oneof(other, notServed) as fc.Arbitrary<Outcome>;
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(node, outcome), { selector: ([name]) => name, maxLength: 20 }), (entries) => {
        const outcomes = new Map(entries);
        const names = [...outcomes.keys()];
        const added = addUp({ ...small, slices: [names], notProbed: {} }, [toTally(outcomes)]);
        const expected: Ledger = { ...emptyCounts, known: names.length, byReason: {}, unknownByReason: {}, armRequests: 0 };
        for (const { verdict: told, reason: code, notServed: why } of outcomes.values()) {
          expected[told] += 1;
          if (why !== undefined) expected.notServed += 1;
          expected.byReason[code] = (expected.byReason[code] ?? 0) + 1;
          if (told === 'unknown') expected.unknownByReason[code] = (expected.unknownByReason[code] ?? 0) + 1;
        }
        expect(added).toEqual(expected);
      }),
    );
  });
});

describe('outstanding', () => {
  it('is empty as soon as each planned node stands in a tally', () => {
    expect(outstanding(small, [{ 'reachable/Reachable': ['a'] }, { 'unknown/Lost': ['c', 'x'] }])).toEqual(['b']);
    expect(outstanding(small, [{ 'reachable/Reachable': ['a', 'b', 'c'] }])).toEqual([]);
  });

  it('is what would be lost if the sweep ended now', () => {
    fc.assert(
      fc.property(plan, fc.array(tally, { maxLength: 4 }), (planned, tallies) => {
        const open = new Set(outstanding(planned, tallies));
        const settled = new Set(Object.values(planned.notProbed).flat());
        const told = tallies.flatMap((each) => Object.entries(each)).filter(([name]) => name.endsWith('/Lost'));
        const before = addUp(planned, tallies).byReason.Lost ?? 0;
        if (told.length === 0 && planned.notProbed.Lost === undefined)
          expect(before).toBe([...open].filter((name) => !settled.has(name)).length);
      }),
    );
  });
});

describe('sum', () => {
  it('adds counts and reasons in any order, and keeps them adding up', () => {
    fc.assert(
      fc.property(fc.array(ledger, { maxLength: 6 }), (ledgers) => {
        const whole = sum(ledgers);
        expect(sum([...ledgers].reverse())).toEqual(whole);
        expect(whole.known).toBe(total(Object.fromEntries(ledgers.map((each, at) => [String(at), each.known]))));
        expect(whole.reachable + whole.unreachable + whole.unknown + whole.notProbed).toBe(whole.known);
        expect(total(whole.byReason)).toBe(whole.known);
        expect(total(whole.unknownByReason)).toBe(whole.unknown);
        expect(sum([sum(ledgers.slice(0, 2)), sum(ledgers.slice(2))])).toEqual(whole);
      }),
    );
  });

  it('of no ledgers is empty', () => {
    expect(sum([])).toEqual(emptyLedger);
  });
});

const ofFour = (verdict: 'unknown' | 'notProbed', code: ReasonCode): Ledger => ({
  ...emptyLedger,
  known: 4,
  reachable: 1,
  unreachable: 1,
  [verdict]: 2,
  byReason: { Reachable: 1, DnsTimeout: 1, [code]: 2 },
  unknownByReason: verdict === 'unknown' ? { [code]: 2 } : {},
});

describe('coverageOf', () => {
  it('is the share of nodes that gave a verdict, reachable or not', () => {
    expect(coverageOf({ ...emptyLedger, known: 4, reachable: 1, unreachable: 2, unknown: 1, byReason: {} })).toBe(0.75);
  });

  it.each([
    ...(['NoProof', 'RunCommandTimedOut', 'AgentNotReady', 'NodeBusy', 'StartLost'] as const),
    ...(['AccessDenied', 'NodeGroupLocked', 'Throttled', 'OverBudget', 'Lost', 'ProberError'] as const),
  ])('suffers from nodes that gave none, whoever is at fault: %s', (code) => {
    expect(coverageOf(ofFour('unknown', code))).toBe(0.5);
  });

  it.each(['OverBudget', 'Throttled', 'AccessDenied', 'NodeGroupLocked', 'NodeGroupMissing', 'NodeGone', 'Lost'] as const)(
    'suffers from nodes that are %s',
    (code) => {
      expect(coverageOf(ofFour('notProbed', code))).toBe(0.5);
    },
  );
});

describe('askedOf', () => {
  it.each(['NoProof', 'RunCommandTimedOut', 'NodeBusy', 'StartLost'] as const)(
    'counts a node that was asked and gave no answer for %s',
    (code) => {
      expect(askedOf(ofFour('unknown', code))).toBe(1);
    },
  );

  it.each(['AgentNotReady', 'RunCommandStuck', 'WrongOs'] as const)('suffers from nodes that refuse lastingly to be asked: %s', (code) => {
    expect(askedOf(ofFour('unknown', code))).toBe(0.5);
  });

  it.each(['AccessDenied', 'NodeGroupLocked', 'Throttled', 'OverBudget', 'Lost', 'ProberError'] as const)(
    'suffers from nodes that could not be asked when their turn came: %s',
    (code) => {
      expect(askedOf(ofFour('unknown', code))).toBe(0.5);
    },
  );

  it.each(['OverBudget', 'Throttled', 'AccessDenied', 'NodeGroupLocked', 'NodeGroupMissing', 'Lost'] as const)(
    'suffers from nodes that are %s',
    (code) => {
      expect(askedOf(ofFour('notProbed', code))).toBe(0.5);
    },
  );
});

describe.each([
  ['coverageOf', coverageOf],
  ['askedOf', askedOf],
])('%s', (_, shareOf) => {
  it('is none where no verdict is expected: that is not the same as all being well', () => {
    expect(shareOf(emptyLedger)).toBeNull();
    expect(shareOf({ ...emptyLedger, known: 3, notProbed: 3, byReason: { Excluded: 2, ClusterStopped: 1 } })).toBeNull();
  });

  it.each(outside)('leaves nodes out that are %s', (code) => {
    expect(shareOf(ofFour('notProbed', code))).toBe(1);
  });

  it('leaves nodes out that turned out to be stopped when their turn came', () => {
    expect(shareOf(ofFour('unknown', 'NotRunning'))).toBe(1);
  });

  it('lies from 0 to 1, whatever was planned and tallied', () => {
    fc.assert(
      fc.property(ledger, (own) => {
        const share = shareOf(own);
        expect(share === null || (share >= 0 && share <= 1)).toBe(true);
      }),
    );
  });
});

it('a node that gave a verdict was asked', () => {
  const outcome = fc.oneof(
    fc.record({ verdict: fc.constantFrom('reachable' as const), reason: fc.constant('Reachable' as const) }),
    fc.record({ verdict: fc.constantFrom('unreachable' as const), reason: fc.constantFrom('DnsTimeout' as const, 'NoRoute' as const) }),
    fc.record({ verdict: fc.constantFrom('unknown' as const, 'notProbed' as const), reason }),
  );
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 20 }), (outcomes) => {
      const named = new Map(outcomes.map((each, n) => [`n${n}`, each]));
      const own = addUp({ ...small, slices: [[...named.keys()]], notProbed: {} }, [toTally(named)]);
      expect(askedOf(own) ?? 0).toBeGreaterThanOrEqual(coverageOf(own) ?? 0);
    }),
  );
});
