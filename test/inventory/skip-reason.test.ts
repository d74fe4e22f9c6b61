import { describe, expect, it } from 'vitest';
import { skipReason, skipReasonIn } from '../../src/inventory/skip-reason.ts';
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
    ['a node that is being deallocated', { timeCreated: old, ...power('powerstate/Deallocating') }, 'NodeStopping'],
    ['a node that is being stopped', { timeCreated: old, ...power('PowerState/stopping') }, 'NodeStopping'],
    ['a stopped node', { timeCreated: old, ...power('PowerState/stopped') }, 'NotRunning'],
    ['a starting node', { timeCreated: old, ...power('PowerState/starting') }, 'NodeStarting'],
    ['a node whose power state Azure does not know', { timeCreated: old, ...power('PowerState/unknown') }, undefined],
    ['a node with a power state that is new', { timeCreated: old, ...power('PowerState/hibernating') }, undefined],
    ['a node with two power states, one of them running', { ...power('PowerState/stopping', 'PowerState/running') }, undefined],
    ['a node whose view has no statuses', { timeCreated: old, instanceView: { statuses: null as never } }, undefined],
    ['a node whose view has an empty status', { timeCreated: old, instanceView: { statuses: [null as never, {}] } }, undefined],
    ['a node whose view is null', { timeCreated: old, instanceView: null as never }, undefined],
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

describe('a node of a cluster', () => {
  const pool = { name: 'web', count: 1, excluded: false, changing: false, stopped: false };
  const running = { provisioningState: 'Succeeded', timeCreated: old, ...power('PowerState/running') };
  const updating = { ...running, provisioningState: 'Updating' };
  type Cluster = Parameters<typeof skipReasonIn>[0];
  const calm: Cluster = { upgrading: false, pools: [pool] };
  const poolStopping = { ...calm, pools: [{ ...pool, recordOnly: 'NodeStopping' as const }] };

  it.each<[string, Cluster, Parameters<typeof skipReason>[0], ReasonCode | undefined]>([
    ['that runs is probed', calm, running, undefined],
    ['that is excluded with its pool is not', { ...calm, pools: [{ ...pool, excluded: true }] }, running, 'Excluded'],
    ['whose cluster is only recorded is not', { ...calm, recordOnly: 'ClusterStopping' }, running, 'ClusterStopping'],
    ['whose pool is being stopped is not', poolStopping, running, 'NodeStopping'],
    ['that is stopped with its pool is not, for its own proven state', poolStopping, power('PowerState/deallocated'), 'Deallocated'],
    ['that is updated while its cluster is, is not', { ...calm, upgrading: true }, updating, 'NodeUpdating'],
    ['that is updated while its pool is, is not', { ...calm, pools: [{ ...pool, changing: true }] }, updating, 'NodeUpdating'],
    ['that is updated while nothing else is, is probed', calm, updating, undefined],
    ['that runs while its cluster is updated is probed', { ...calm, upgrading: true }, running, undefined],
    ['of a pool that Azure does not list is probed', { upgrading: false, pools: [] }, running, undefined],
  ])('%s', (_, cluster, machine, reason) => {
    expect(skipReasonIn(cluster, 'web', machine, now, 10)).toBe(reason);
  });
});
