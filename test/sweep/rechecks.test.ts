import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { INTERVAL_MINUTES, MINUTE_MS, openCampaignWorld } from '../chaos/campaign-world.ts';
import type { Chronicle } from '../chaos/chronicle.ts';
import { gatherChronicle } from '../chaos/gather-chronicle.ts';
import type { CampaignPlan } from '../chaos/troubles.ts';

const clusters = ['node', 'cluster', 'well'];
const fleet = {
  subscriptions: [
    {
      id: 'cccccccc-0000-4000-8000-000000000001',
      name: 'One',
      clusters: clusters.map((name) => {
        return { name, resourceGroup: 'rg', location: 'westeurope', kubernetesVersion: '1.33.5', pools: [{ name: 'web', count: 4 }] };
      }),
    },
  ],
};

/** A node and a cluster that fail from the second sweep on, until 70 s after the fifth has begun: 30 s before the first recheck. */
const OVER_MINUTES = 20 + 70 / 60;

let azurite: Azurite;
let chronicle: Chronicle;
beforeAll(async () => {
  for (const way of ['log', 'warn', 'error', 'info'] as const) vi.spyOn(console, way).mockImplementation(() => {});
  azurite = await startAzurite();
  const plan = (names: { cluster: string; nodes: string[] }[]): CampaignPlan => {
    const [node, cluster] = names as [(typeof names)[number], (typeof names)[number]];
    const faults = [`${node.cluster}/${node.nodes[0]}`, cluster.cluster];
    const troubles = faults.map((target) => ({ kind: 'fault' as const, target, fault: 'refused' as const, from: 4, until: OVER_MINUTES }));
    return { seed: 1, calmFrom: 25, end: 38, troubles };
  };
  const settings = { FLAP_WINDOW_MINUTES: '0', INCIDENT_CLUSTERS: '1000' };
  const world = await openCampaignWorld(1, azurite.connectionString, undefined, { fleet, plan, settings });
  await world.run();
  const { services } = world.witness();
  chronicle = await gatherChronicle({ ...world, services, intervalMs: INTERVAL_MINUTES * MINUTE_MS, calmSweeps: 2 });
  await world.stop();
}, 120_000);
afterAll(() => azurite.stop());

const secondsAfter = (time: string) => Math.round((Date.parse(time) - chronicle.start) / 1000 - OVER_MINUTES * 60);
const endOf = (event: string) => chronicle.notices.find(({ sink, name }) => sink === 'ingestion' && name === event);
/** Seconds into the fifth sweep and the sixth, at which the first node of a cluster was probed. */
const probesOf = (name: string) => {
  const { cluster, nodes } = chronicle.fleet.find((each) => each.cluster.endsWith(`.${name}`))!;
  const own = chronicle.record.runs.filter((run) => run.cluster === cluster && run.node === nodes[0]);
  const seconds = own.map(({ beganAt }) => (Date.parse(beganAt) - chronicle.start) / 1000 - 1200);
  return seconds.filter((each) => each >= 0 && each < 600).map((each) => 100 * Math.floor(each / 100));
};

describe('a node in trouble', () => {
  it('is probed three times as often until an interval after its outage has ended', () => {
    expect(probesOf('node')).toEqual([0, 100, 200, 300, 400]);
    expect(probesOf('well')).toEqual([0, 300]);
  });

  it('is known to be well a minute after it is, and not a sweep later', () => {
    expect(secondsAfter(endOf('NodeOutageEnded')!.time)).toBeLessThanOrEqual(70);
  });

  it('ends the outage of its cluster with the second look at all of them, within the same sweep', () => {
    expect(secondsAfter(endOf('ClusterOutageEnded')!.time)).toBeLessThanOrEqual(170);
  });

  it('is in the ledger of a sweep once, however often it is probed', () => {
    for (const { ledger } of chronicle.sweeps) expect(ledger?.known).toBe(12);
  });
});
