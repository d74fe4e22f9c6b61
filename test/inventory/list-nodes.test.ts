import { describe, expect, it } from 'vitest';
import { skipReason } from '../../src/inventory/list-nodes.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

const now = new Date('2026-11-21T10:00:00Z');
const old = new Date('2026-01-01T00:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const power = (...codes: string[]) => ({ instanceView: { statuses: codes.map((code) => ({ code })) } });

describe('skipReason', () => {
  it.each<[string, Parameters<typeof skipReason>[0], ReasonCode | undefined]>([
    [
      'a running node',
      { provisioningState: 'Succeeded', timeCreated: old, ...power('ProvisioningState/succeeded', 'PowerState/running') },
      undefined,
    ],
    ['a node that our own run is updating', { provisioningState: 'Updating', timeCreated: old, ...power('PowerState/running') }, undefined],
    ['a node whose provisioning failed', { provisioningState: 'Failed', timeCreated: old, ...power('PowerState/running') }, undefined],
    ['a node that is being deleted', { provisioningState: 'Deleting', timeCreated: old, ...power('PowerState/running') }, 'Deleting'],
    ['a node that is being created', { provisioningState: 'creating', timeCreated: ago(1) }, 'Creating'],
    ['a deallocated node', { provisioningState: 'Succeeded', timeCreated: old, ...power('PowerState/deallocated') }, 'Deallocated'],
    ['a node that is being deallocated', { timeCreated: old, ...power('powerstate/Deallocating') }, 'Deallocated'],
    ['a stopped node', { timeCreated: old, ...power('PowerState/stopped') }, 'NotRunning'],
    ['a starting node', { timeCreated: old, ...power('PowerState/starting') }, 'NotRunning'],
    ['a node nine minutes old', { timeCreated: ago(9.99), ...power('PowerState/running') }, 'TooYoung'],
    ['a node ten minutes old', { timeCreated: ago(10), ...power('PowerState/running') }, undefined],
    ['a node whose clock is ahead', { timeCreated: ago(-5) }, 'TooYoung'],
    ['a deallocated young node', { timeCreated: ago(1), ...power('PowerState/deallocated') }, 'Deallocated'],
    ['a node of which nothing is known', {}, undefined],
    ['a VM, whose list has no power states', { provisioningState: 'Succeeded', timeCreated: old }, undefined],
  ])('for %s', (_, machine, reason) => {
    expect(skipReason(machine, now, 10)).toBe(reason);
  });

  it('gives no node grace where NODE_GRACE_MINUTES is 0', () => {
    expect(skipReason({ timeCreated: now }, now, 0)).toBeUndefined();
  });
});
