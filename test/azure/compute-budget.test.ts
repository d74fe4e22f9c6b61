import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsToSpare } from '../../src/azure/compute-budget.ts';

describe('secondsToSpare', () => {
  it.each<[string, string | undefined, number]>([
    ['nothing is said', undefined, 0],
    ['plenty is left', 'Microsoft.Compute/UpdateVMResource;11,Microsoft.Compute/UpdateVMSubscriptionMaximum;1499', 0],
    ['a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;300', 0],
    ['less than a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;299', 1],
    ['half of a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;150', 18],
    ['nothing is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;0', 36],
    [
      'an older policy is nearly full, of 240',
      'Microsoft.Compute/VMScaleSetActions3Min;239,Microsoft.Compute/VMScaleSetActions30Min;1199',
      0,
    ],
    ['an older policy is told of for the first time', 'Microsoft.Compute/PutVM3Min;3', 0],
    [
      'the lowest of several counts',
      'Microsoft.Compute/UpdateVMSubscriptionMaximum;290, Microsoft.Compute/UpdateVMSSSubscriptionMaximum;200',
      12,
    ],
    ['one instance is low, which says nothing of the region', 'Microsoft.Compute/UpdateVMResource;0', 0],
    ['a bucket of reads is low, which is smaller and not what starts take', 'Microsoft.Compute/HighCostGetSubscriptionMaximum;200', 0],
    ['the header cannot be read', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;-5', 0],
  ])('where %s', (_, header, seconds) => {
    expect(secondsToSpare(header, new Map())).toBe(seconds);
  });

  it('judges a bucket of an older policy by the most that was seen left in it', () => {
    const seen = new Map<string, number>();
    const after = (count: number) => secondsToSpare(`Microsoft.Compute/VMScaleSetActions3Min;${count}`, seen);
    expect([239, 100, 48, 47, 24, 0].map(after)).toEqual([0, 0, 0, 1, 18, 36]);
    expect([749, 149, 150].map(after)).toEqual([0, 1, 0]);
  });

  it('never pauses on what is not low by the true size of the bucket, however little of it was seen', () => {
    const history = fc
      .integer({ min: 1, max: 5000 })
      .chain((size) => fc.tuple(fc.constant(size), fc.array(fc.integer({ min: 0, max: size }))));
    fc.assert(
      fc.property(history, ([size, counts]) => {
        const seen = new Map<string, number>();
        for (const count of counts)
          if (secondsToSpare(`Microsoft.Compute/PutVM3Min;${count}`, seen) > 0) expect(count).toBeLessThan(0.2 * size);
      }),
    );
  });
});
