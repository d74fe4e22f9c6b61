import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addSweep, noSweeps } from '../../src/history/sweep-totals.ts';
import { emptyLedger } from '../../src/model/ledger.ts';

const sweepAt = (n: number) => new Date(Date.UTC(2026, 10, 21, 0, n * 5)).toISOString();
const ledger = {
  ...emptyLedger,
  known: 6,
  reachable: 3,
  unreachable: 2,
  unknown: 1,
  byReason: { Reachable: 3, DnsTimeout: 2, NoProof: 1 },
  armRequests: 20,
};
const swept = (n: number) => ({ sweep: sweepAt(n), starter: 'timer' as const, ledger });

it('totals hold each sweep by its starter, its probes by verdict, the outcomes by reason, and its requests', () => {
  const totals = addSweep(addSweep(noSweeps, swept(1)), { ...swept(2), starter: 'person' });
  expect(totals).toMatchObject({
    sweeps: { timer: 1, person: 1 },
    probes: { reachable: 6, unreachable: 4, unknown: 2 },
    outcomes: { Reachable: 6, DnsTimeout: 4, NoProof: 2 },
    armRequests: 40,
  });
});

it('a sweep counts once, in whatever order sweeps are completed, and however often', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (order) => {
      const totals = order.reduce((sum, n) => addSweep(sum, swept(n)), noSweeps);
      expect(totals.sweeps.timer ?? 0).toBe(new Set(order).size);
    }),
  );
});

it('it remembers fifty sweeps, and one that is older than all of them does not count again', () => {
  const numbers = Array.from({ length: 60 }, (_, n) => n);
  const totals = numbers.reduce((sum, n) => addSweep(sum, swept(n)), noSweeps);
  expect([totals.sweeps.timer, totals.counted.length]).toEqual([60, 50]);
  expect(addSweep(totals, swept(3))).toBe(totals);
});
