import { expect, it } from 'vitest';
import { repairMarks, toOwnClusterRow } from '../../src/tables/cluster-rows.ts';

const now = new Date('2026-11-21T09:35:00.000Z');
const degraded = { since: '2026-11-21T09:20:00.000Z', reason: 'EtcdUnavailable' as const, notServed: 3, asked: 4 };

/** A cluster that is about to be served again since a sweep, as its row is read. */
const belowSince = (sweep: string) =>
  repairMarks({ ...toOwnClusterRow('s.rg.shop', {}), degradation: { degraded, below: { sweep } } }, now).degradation;

it('a cluster that is about to be served again since a time ahead of the clock begins anew to be so, as it would stay degraded until then', () => {
  expect(belowSince('9999-12-31T23:59:00Z')).toEqual({ degraded });
  expect(belowSince('soon')).toEqual({ degraded });
  expect(belowSince('2026-11-21T09:30:00Z')).toEqual({ degraded, below: { sweep: '2026-11-21T09:30:00Z' } });
});

it('the counts with which a degradation ended stay as they are', () => {
  const degradation = { after: { notServed: 1, asked: 4 } };
  expect(repairMarks({ ...toOwnClusterRow('s.rg.shop', {}), degradation }, now).degradation).toEqual(degradation);
});
