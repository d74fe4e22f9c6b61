import { expect, test } from 'vitest';
import { detectionFleet, percentile, toldIn } from '../../bench/detection-fleet.ts';
import { parseFleet } from '../../local/simulator/fleet-schema.ts';

const time = '2026-12-01T00:00:00.000Z';
const state = (cluster: string | undefined, clusterOutage: string, openNodeOutages: string) => ({
  time,
  data: { baseType: 'AvailabilityData', baseData: { name: 'a', properties: { cluster, clusterOutage, openNodeOutages } } },
});
const event = (name: string, cluster: string) => ({ data: { baseType: 'EventData', baseData: { name, properties: { cluster } } } });

test('a cluster is cut off while it has an outage, or one of its nodes', () => {
  const body = JSON.stringify([state('a', 'true', '0'), state('b', 'false', '2'), state('c', 'false', '0'), state(undefined, 'true', '0')]);
  expect(toldIn(body).states).toEqual([
    { cluster: 'a', time, cut: true },
    { cluster: 'b', time, cut: true },
    { cluster: 'c', time, cut: false },
  ]);
});

test('events that begin an outage tell of its cluster, others do not', () => {
  const names = ['NodeOutageStarted', 'ClusterOutageStarted', 'NodeOutageEnded', 'SweepCompleted'];
  expect(toldIn(JSON.stringify(names.map((name, n) => event(name, `shop-${n}`)))).outages).toEqual(['shop-0', 'shop-1']);
});

test('clusters are spread over subscriptions by twenty', () => {
  const { subscriptions } = parseFleet(detectionFleet(45, 12), 'the fleet');
  expect(subscriptions.map(({ clusters }) => clusters.length)).toEqual([20, 20, 5]);
  expect(new Set(subscriptions.flatMap(({ clusters }) => clusters.map(({ name }) => name))).size).toBe(45);
});

test('a percentile is the nearest rank', () => {
  expect([0.5, 0.95, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([2, 4, 4]);
  expect(percentile([], 0.5)).toBeNaN();
});
