import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NetworkFaultId, networkFaults } from '../../local/simulator/faults/network.ts';
import { readDiagnoses } from '../../src/tables/diagnosis-rows.ts';
import { networkFleet, spokes } from '../simulator/network-fleet.ts';
import { trials } from '../simulator/network-trials.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

const ids = Object.keys(networkFaults) as NetworkFaultId[];
const settings = { FAILURE_THRESHOLD: '1', CLUSTER_QUORUM_NODES: '1', PROBE_DEADLINE_SECONDS: '30', SHOW_CALLERS: 'on' };

let world: SweepWorld;
beforeAll(async () => {
  const fleet = networkFleet(Object.fromEntries(ids.map((id) => [id, trials[id].kind])));
  world = await openSweepWorld(fleet, settings, { instantNodes: false, answer: undefined, changeLagSeconds: 0, longestSweepMs: 200_000 });
}, 300_000);
afterAll(() => world?.stop());

describe('each fault', () => {
  it('has its finding', async () => {
    await world.sweep();
    for (const id of ids) await world.setFault(`rg-${id}/${id}`, id);
    await world.sweep();
    for (const id of ids) {
      const rows = await readDiagnoses(world.services().tables, `${spokes}.rg-${id}.${id}`);
      for (const [subject, { diagnosis }] of rows) {
        console.log(id, subject, diagnosis.rounds, diagnosis.running);
        for (const { kind, code, sentence, changedAt, changedBy } of diagnosis.findings)
          console.log('   ', kind, code, sentence, changedAt ?? '', changedBy ?? '');
      }
      if (rows.size === 0) console.log(id, 'NOTHING', JSON.stringify(await world.outcomes(`${spokes}.rg-${id}.${id}`)));
    }
    console.log(world.poisoned);
    expect(1).toBe(1);
  }, 500_000);
});
