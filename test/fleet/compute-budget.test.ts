import { describe, expect, it } from 'vitest';
import { secondsToSpare } from '../../src/fleet/compute-budget.ts';

describe('secondsToSpare', () => {
  it.each<[string, string | undefined, number]>([
    ['nothing is said', undefined, 0],
    ['plenty is left', 'Microsoft.Compute/UpdateVMResource;11,Microsoft.Compute/UpdateVMSubscriptionMaximum;1499', 0],
    ['a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;300', 0],
    ['less than a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;299', 1],
    ['half of a fifth is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;150', 18],
    ['nothing is left', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;0', 36],
    ['an older policy is low', 'Microsoft.Compute/UpdateVM3Min;200', 12],
    ['the lowest of several counts', 'Microsoft.Compute/UpdateVM30Min;250, Microsoft.Compute/UpdateVM3Min;240', 8],
    ['one instance is low, which says nothing of the region', 'Microsoft.Compute/UpdateVMResource;0', 0],
    ['the header cannot be read', 'Microsoft.Compute/UpdateVMSubscriptionMaximum;-5', 0],
  ])('where %s', (_, header, seconds) => {
    expect(secondsToSpare(header)).toBe(seconds);
  });
});
