import { describe, expect, it } from 'vitest';
import { type Claim, collectUntil, isOverdue } from '../../src/model/claim.ts';

const now = new Date('2026-11-21T09:35:00.000Z');
const claimOf = (more: Partial<Claim>): Claim => {
  return { id: 'run', nonce: '0123456789abcdef', sweep: 's', startedAt: now.toISOString(), until: '2026-11-21T09:39:30.000Z', ...more };
};

describe('a claim', () => {
  it('is collected until the deadline of its probe and two minutes more', () => {
    expect(collectUntil({ PROBE_DEADLINE_SECONDS: 150 }, now)).toEqual(new Date('2026-11-21T09:39:30.000Z'));
  });

  it.each<[string, Partial<Claim>, boolean]>([
    ['is not overdue while it may be collected', {}, false],
    ['is overdue at the end of that time', { until: now.toISOString() }, true],
    ['is overdue once its probe was folded as timed out', { overdue: true }, true],
    ['is overdue where its time cannot be read', { until: 'soon' }, true],
  ])('%s', (_, more, expected) => {
    expect(isOverdue(claimOf(more), now)).toBe(expected);
  });
});
