import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { Diagnosis } from '../../src/history/diagnosis.ts';
import { readDiagnoses } from '../../src/tables/diagnosis-rows.ts';
import { networkFleet, spokes } from '../simulator/network-fleet.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { answering } from './answering-nodes.ts';

const BEHIND = 50;
const settings = { FAILURE_THRESHOLD: '1', CLUSTER_QUORUM_NODES: '1', PROBE_DEADLINE_SECONDS: '30' };
const behind = Array.from({ length: BEHIND }, (_, nth) => `spoke-${nth}`);
const elsewhere = Array.from({ length: 6 }, (_, nth) => `other-${nth}`);
const fleet: FleetFile = networkFleet({
  ...Object.fromEntries(behind.map((name) => [name, 'routed' as const])),
  ...Object.fromEntries(elsewhere.map((name) => [name, 'plain' as const])),
});

let world: SweepWorld;
let broken = false;
let found: Diagnosis[];
let asked: Record<string, number>;
beforeAll(async () => {
  const answer = answering(({ cluster }) => broken && cluster.spec.name.startsWith('spoke-'));
  world = await openSweepWorld(fleet, settings, { answer, changeLagSeconds: 0, longestSweepMs: 240_000 });
  await world.sweep();
  // What sweeps ask of Azure in each sweep, to be told from what searches ask.
  const first = (await world.requests()).byOperation;
  await world.sweep();
  const second = (await world.requests()).byOperation;
  await world.setFault('hub', 'default-route-to-appliance');
  broken = true;
  await world.sweep();
  const { tables } = world.services();
  found = await world.workUntil('a finished search for each cluster', async () => {
    const rows = await Promise.all(
      behind.map(async (name) => (await readDiagnoses(tables, `${spokes}.rg-${name}.${name}`)).get('cluster')?.diagnosis),
    );
    const done = rows.filter((diagnosis) => diagnosis !== undefined && !diagnosis.running && diagnosis.rounds > 0);
    return done.length === BEHIND ? (done as Diagnosis[]) : undefined;
  });
  const third = (await world.requests()).byOperation;
  asked = Object.fromEntries(
    Object.keys(third).map((name) => [name, third[name]! - (second[name] ?? 0) - ((second[name] ?? 0) - (first[name] ?? 0))]),
  );
}, 600_000);
afterAll(() => world?.stop());

describe('one hub that breaks 50 clusters at once', () => {
  it('is found for each of them, with the same resource', () => {
    const firsts = found.map(({ findings }) => findings[0]);
    expect(new Set(firsts.map((finding) => finding?.code))).toEqual(new Set(['DefaultRouteToAppliance']));
  });

  it('costs at most 25 reads a cluster', () => {
    const reads = Object.entries(asked)
      .filter(([name]) => !/RunCommand|Operations_Get|_List$|Subscriptions/.test(name) || /ActivityLogs|Events|Links/.test(name))
      .reduce((total, [, count]) => total + Math.max(0, count), 0);
    console.info(
      `requests of the searches for ${BEHIND} clusters: ${reads}, ${(reads / BEHIND).toFixed(1)} a cluster: ${JSON.stringify(asked)}`,
    );
    expect(reads / BEHIND).toBeLessThanOrEqual(25);
  });

  it('is itself read once: what the clusters share is asked for by one of them', () => {
    // The appliance that the hub's routes lead to, and its machine.
    expect(asked).toMatchObject({ NetworkInterfaces_Get: 1, VirtualMachines_Get: 1 });
    expect(asked.Events_ListBySubscriptionId).toBe(1);
    expect(asked.ActivityLogs_List).toBeLessThanOrEqual(8);
    // Changes, the owner of the next hop, and the rules of network managers.
    expect(asked.ResourceGraph_Query).toBeLessThanOrEqual(3);
    expect(world.poisoned).toEqual([]);
  });
});
