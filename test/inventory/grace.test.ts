import { describe, expect, it } from 'vitest';
import { withGrace } from '../../src/inventory/grace.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');
const at = (minutes: number) => new Date(start + minutes * 60_000);
const graceAt = (minutes: number) => ({ now: at(minutes), minutes: 10 });
const facts = (more: Partial<NodeFacts> = {}): NodeFacts => ({ node: 'a', resourceId: '/a', vmId: 'a', pool: 'web', os: 'Linux', ...more });

describe('the grace of a node', () => {
  it.each<ReasonCode>([
    'Deallocated',
    'NotRunning',
    'NodeStopping',
    'NodeStarting',
    'NodeUpdating',
    'ClusterStopped',
    'ClusterStarting',
    'Creating',
  ])('begins where it is seen running after it was %s', (skipped) => {
    const found = withGrace(facts({ skipped }), facts(), graceAt(0));
    expect(found).toEqual(facts({ runningSince: at(0).toISOString(), skipped: 'TooYoung' }));
  });

  it.each<ReasonCode>(['Excluded', 'AccessDenied', 'NodeGroupLocked', 'AzureError', 'OverBudget'])(
    'does not begin after %s, which says nothing of its machine',
    (skipped) => {
      expect(withGrace(facts({ skipped }), facts(), graceAt(0))).toEqual(facts());
    },
  );

  it('begins with another image, and not where the image is not known', () => {
    const [old, fresh] = [facts({ image: '1' }), facts({ image: '2' })];
    expect(withGrace(old, fresh, graceAt(0)).skipped).toBe('TooYoung');
    for (const [before, now] of [
      [old, old],
      [facts(), fresh],
      [old, facts()],
    ] as const)
      expect(withGrace(before, now, graceAt(0)).skipped).toBeUndefined();
  });

  it('lasts as long as that of a new node, and is forgotten then', () => {
    const begun = withGrace(facts({ skipped: 'Deallocated' }), facts(), graceAt(0));
    expect(withGrace(begun, facts(), graceAt(9.9))).toEqual(begun);
    expect(withGrace(begun, facts(), graceAt(10))).toEqual(facts());
  });

  it('leaves a node alone that is not running, or is young by its own age', () => {
    for (const skipped of ['Deallocated', 'TooYoung'] as const)
      expect(withGrace(facts({ skipped: 'NodeStarting' }), facts({ skipped }), graceAt(0))).toEqual(facts({ skipped }));
    expect(withGrace(facts({ skipped: 'TooYoung' }), facts(), graceAt(0))).toEqual(facts());
  });
});
