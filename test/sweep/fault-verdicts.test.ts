import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FaultId, faults } from '../../local/simulator/faults.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { subscriptionId } from '../simulator/small-fleet.ts';
import { openSweepWorld, type SweepWorld } from './sweep-world.ts';

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

/** Faults that a sweep waits for to its end, or that reach beyond their cluster: their tests have worlds of their own. */
const elsewhere: FaultId[] = ['agent-silent', 'busy', 'throttled', 'lists-throttled', 'lists-broken', 'bad-gateway'];

// What a node itself feels is probed by its own script in fault-lab.test.ts.
const ids = (Object.keys(faults) as FaultId[]).filter(
  (id) => ['agent', 'arm', 'model'].includes(faults[id].layer) && !elsewhere.includes(id),
);
const idOf = (fault: FaultId) => `${subscriptionId}.rg-${fault}.${fault}`;

/** One cluster for each fault, of the fault's name. */
const fleet: FleetFile = {
  subscriptions: [
    {
      id: subscriptionId,
      name: 'Test',
      clusters: ids.map((id) => ({
        name: id,
        resourceGroup: `rg-${id}`,
        location: 'westeurope',
        kubernetesVersion: '1.33.5',
        pools: [{ name: 'web', count: 2 }],
      })),
    },
  ],
};

let world: SweepWorld;
beforeAll(async () => {
  world = await openSweepWorld(fleet, {}, { agentDeadSeconds: 0.1 });
  await world.sweep();
  for (const id of ids) await world.setFault(idOf(id), id);
  await world.sweep();
});
afterAll(() => world?.stop());

describe('a sweep gives the nodes of a cluster the verdict and the reason that the catalogue names for its fault', () => {
  it.each(ids)('%s', async (id) => {
    const { verdict, reason }: { verdict: string; reason?: ReasonCode } = faults[id];
    const outcomes = [...new Set(Object.values(await world.outcomes(idOf(id))))];
    const expected = reason === undefined ? expect.stringMatching(`^${verdict}/`) : `${verdict}/${reason}`;
    expect(outcomes).toEqual([expected]);
  });
});
