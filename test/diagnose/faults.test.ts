import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NetworkFaultId, networkFaults } from '../../local/simulator/faults/network.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { Finding } from '../../src/model/finding.ts';
import { readDiagnoses } from '../../src/tables/diagnosis-rows.ts';
import { networkFleet, spokes } from '../simulator/network-fleet.ts';
import { trials } from '../simulator/network-trials.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

const ids = Object.keys(networkFaults) as NetworkFaultId[];
const settings = { FAILURE_THRESHOLD: '1', CLUSTER_QUORUM_NODES: '1', PROBE_DEADLINE_SECONDS: '60', SHOW_CALLERS: 'on' };
const clusterOf = (id: NetworkFaultId) => `${spokes}.rg-${id}.${id}`;

/** One cluster for each fault; an incident of Azure is one of a whole region, so that its cluster has one of its own. */
function fleetOfFaults(): FleetFile {
  const fleet = networkFleet(Object.fromEntries(ids.map((id) => [id, trials[id].kind])));
  for (const { clusters } of fleet.subscriptions)
    for (const cluster of clusters) if (cluster.name === 'platform-incident') cluster.location = 'northeurope';
  return fleet;
}

let world: SweepWorld;
let found: Map<NetworkFaultId, readonly Finding[]>;
beforeAll(async () => {
  world = await openSweepWorld(fleetOfFaults(), settings, {
    instantNodes: false,
    answer: undefined,
    changeLagSeconds: 0,
    longestSweepMs: 240_000,
  });
  await world.sweep();
  for (const id of ids) await world.setFault(`rg-${id}/${id}`, id);
  await world.sweep();
  const { tables } = world.services();
  found = await world.workUntil('a finished search for each cluster', async () => {
    const all = await Promise.all(ids.map(async (id) => [id, [...(await readDiagnoses(tables, clusterOf(id))).values()]] as const));
    const done = all.every(([, rows]) => rows.some(({ diagnosis }) => diagnosis.rounds > 0 && !diagnosis.running));
    return done ? new Map(all.map(([id, rows]) => [id, rows.flatMap(({ diagnosis }) => diagnosis.findings)])) : undefined;
  });
  for (const id of ids) {
    console.log(id, networkFaults[id].effect);
    for (const { kind, code, sentence, changedBy, resourceId } of found.get(id)!)
      console.log('   ', kind, code, sentence, changedBy ?? '', resourceId);
  }
}, 600_000);
afterAll(() => world?.stop());

describe('each fault', () => {
  it('has its finding', async () => {
    expect(world.poisoned).toEqual([]);
  });
});
