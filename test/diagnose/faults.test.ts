import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NetworkFaultId, networkFaults } from '../../local/simulator/faults/network.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { Diagnosis } from '../../src/history/diagnosis.ts';
import type { FindingCode } from '../../src/model/finding.ts';
import { readCauseCounts } from '../../src/tables/cause-counts.ts';
import { readDiagnoses } from '../../src/tables/diagnosis-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { networkFleet, spokes } from '../simulator/network-fleet.ts';
import { trials } from '../simulator/network-trials.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

const all = Object.keys(networkFaults) as NetworkFaultId[];
// One failed probe opens an outage, and one node is a cluster's quorum: each fault has a cluster of one node.
const settings = { FAILURE_THRESHOLD: '1', CLUSTER_QUORUM_NODES: '1', PROBE_DEADLINE_SECONDS: '60', SHOW_CALLERS: 'on' };
const clusterOf = (id: NetworkFaultId) => `${spokes}.rg-${id}.${id}`;

/** Faults that settings prove; of the others nothing is more than a suspicion, however clear it looks. */
const proven: ReadonlySet<NetworkFaultId> = new Set<NetworkFaultId>([
  'ranges-exclude-outbound',
  'outbound-changed',
  'route-drops',
  'next-hop-dead',
  'nsg-denies',
  'nat-without-address',
  'no-outbound-path',
  'zone-not-linked',
  'record-wrong',
  'dns-server-cut-off',
  'endpoint-broken',
  'peering-disconnected',
  'api-subnet-blocked',
]);
/** Causes that are true beside the one that a fault is named after. */
const alsoTrue: Partial<Record<NetworkFaultId, FindingCode>> = { 'outbound-changed': 'RangesExcludeOutbound' };

/** One cluster for each fault. An incident of Azure is one of a region, so that its cluster is in one of its own. */
function fleetOfFaults(): FleetFile {
  const fleet = networkFleet(Object.fromEntries(all.map((id) => [id, trials[id].kind])));
  const clusters = fleet.subscriptions.flatMap((subscription) => subscription.clusters);
  clusters.find(({ name }) => name === 'platform-incident')!.location = 'northeurope';
  return fleet;
}

let world: SweepWorld;
let ids: NetworkFaultId[];

/** The diagnosis of each cluster, once it is as it should be. */
const diagnosesWhen = (what: string, isSo: (diagnosis: Diagnosis) => boolean): Promise<Map<NetworkFaultId, Diagnosis>> =>
  world.workUntil(what, async () => {
    const { tables } = world.services();
    const rows = await Promise.all(
      ids.map(async (id) => [id, [...(await readDiagnoses(tables, clusterOf(id))).values()][0]?.diagnosis] as const),
    );
    const found = rows.flatMap(([id, diagnosis]) => (diagnosis !== undefined && isSo(diagnosis) ? [[id, diagnosis] as const] : []));
    return found.length === ids.length ? new Map(found) : undefined;
  });

/** How often each finding was found for each fault, first and at all. */
function confusionMatrix(found: ReadonlyMap<NetworkFaultId, Diagnosis>): string {
  const short = { cause: 'CAUSE', suspicion: 'suspicion', couldNotLook: 'could not look' };
  const lines = [...found].map(([id, { findings }]) => {
    const shown = findings.map(({ code, kind }) => `${code} (${short[kind]})`).join(', ');
    const isRight = findings[0]?.code === networkFaults[id].finding;
    return `${isRight ? '  ' : '! '}${id.padEnd(28)} ${shown}`;
  });
  return ['fault, and what was found for it, the best first:', ...lines].join('\n');
}

let found: Map<NetworkFaultId, Diagnosis>;
beforeAll(async () => {
  const options = { instantNodes: false, answer: undefined, changeLagSeconds: 0, longestSweepMs: 300_000 };
  world = await openSweepWorld(fleetOfFaults(), settings, options);
  ids = all.filter((id) => !world.simulator.unavailableFaults.has(id));
  for (const id of ids) await world.setFault(`rg-${id}/${id}`, id);
  await world.sweep();
  found = await diagnosesWhen('a finished search for each cluster', ({ rounds, running }) => rounds > 0 && !running);
  console.info(confusionMatrix(found));
}, 900_000);
afterAll(() => world?.stop());

describe('each fault of Azure’s configuration, provoked for real', () => {
  it.for(all.filter((id) => id !== 'could-not-look'))('%s is found first, and as sure as it can be', (id, { skip }) => {
    if (!ids.includes(id)) skip('this machine cannot play it');
    const [first] = found.get(id)!.findings;
    expect(first).toMatchObject({ code: networkFaults[id].finding, kind: proven.has(id) ? 'cause' : 'suspicion' });
  });

  it('has no wrong cause among its findings', () => {
    for (const [id, { findings }] of found)
      for (const { code, kind } of findings)
        if (kind === 'cause') expect([networkFaults[id].finding, alsoTrue[id]], `${code} for ${id}`).toContain(code);
  });

  it('that takes rights away says what could not be read, and blames nothing', () => {
    const { findings, missing } = found.get('could-not-look')!;
    expect(findings.at(-1)).toMatchObject({ code: 'CouldNotLook', kind: 'couldNotLook' });
    expect(findings.filter(({ kind }) => kind === 'cause')).toEqual([]);
    expect(missing).toEqual(['Microsoft.Network/networkSecurityGroups/read', 'Microsoft.Network/routeTables/read']);
  });

  it('is told with who changed what, and when', () => {
    const { findings, changes } = found.get('nsg-denies')!;
    expect(findings[0]).toMatchObject({ changedBy: 'ana@contoso.com', resourceId: expect.stringMatching(/networkSecurityGroups/) });
    expect(findings[0]!.evidence[0]!.setting).toMatch(/deny-443/);
    expect(changes[0]).toMatchObject({ by: 'ana@contoso.com', operation: expect.stringMatching(/networkSecurityGroups/i) });
  });

  it('shows in the outage itself, and fails nothing else', async () => {
    const [{ outage } = { outage: undefined }] = await readOutages(world.services().tables, clusterOf('nsg-denies'), { which: 'open' });
    expect(outage).toMatchObject({ node: undefined, findings: found.get('nsg-denies')!.findings, searchedAt: expect.any(String) });
    expect(world.poisoned).toEqual([]);
  });

  it('is confirmed as a cause when it ends with the outage', async () => {
    for (const id of ids) await world.clearFault(`rg-${id}/${id}`);
    await world.sweep();
    await world.sweep();
    const ended = await diagnosesWhen('a last search for each cluster', (diagnosis) => diagnosis.ended !== undefined);
    expect([...ended.values()].flatMap(({ findings }) => findings.filter(({ revoked }) => revoked !== undefined))).toEqual([]);
    const counts = await readCauseCounts(world.services().tables);
    expect(counts.reduce((total, { revoked }) => total + revoked, 0)).toBe(0);
    expect(counts.find(({ code }) => code === 'NsgDenies')).toMatchObject({ confirmed: 1 });
  }, 600_000);
});
