import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { emptyLedger, type Ledger } from '../../../src/model/ledger.ts';
import type { Availability } from '../../../src/notify/envelopes.ts';
import { eventSchemas } from '../../../src/notify/event-schemas.ts';
import type { Sink } from '../../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import type { Services } from '../../../src/services.ts';
import { completeSweep } from '../../../src/sweep/close/complete-sweep.ts';
import type { ClusterRow } from '../../../src/tables/cluster-rows.ts';
import { changeMaintenanceRequest } from '../../../src/tables/maintenance-rows.ts';
import { readRange } from '../../../src/tables/rows.ts';
import { listSweeps } from '../../../src/tables/sweep-list.ts';
import { readTotals } from '../../../src/tables/total-rows.ts';
import { json, serveHttps } from '../../serve-https.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { bareCluster } from '../bare-cluster.ts';
import { servicesAt } from '../services-at.ts';

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const time = (n: number) => new Date(Date.UTC(2026, 10, 21, 9, 35 + n * 5)).toISOString();

let storage: Storage;
let services: Services;
let results: Availability[];
/** What was sent between the completions of sweeps. */
let states: Availability[];
let heartbeats: TelemetryEvent[];
const accepting: Sink = { name: 'mail', deliver: async (events) => new Set(events.map(({ properties }) => properties.eventId)) };
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
// Each test is a fleet of its own.
afterEach(async () => {
  const clusters = await services.tables.open('clusters');
  for (const { rowKey } of await readRange(clusters, 'incidents')) await clusters.deleteEntity('incidents', rowKey);
});
beforeEach(() => {
  results = [];
  states = [];
  heartbeats = [];
  const telemetry: Services['telemetry'] = {
    async report(availability, event) {
      results.push(...availability);
      heartbeats.push(event);
    },
    async state(availability) {
      states.push(...availability);
      return true;
    },
    async exception() {},
  };
  const settings = { PAGE_URL: 'https://prober.example/api/status' };
  services = { ...servicesAt(storage.connectionString, time(0), settings).services, sinks: [accepting], telemetry };
});

const row = (name: string, more: Partial<ClusterRow> = {}): ClusterRow =>
  bareCluster({
    cluster: `${sub}.rg.${name}`,
    subscriptionId: sub,
    resourceGroup: 'rg',
    name,
    nodes: { known: 10, reachable: 10, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 },
    assessedAt: time(0),
    assessAt: time(0),
    ...more,
  });
const well: Ledger = { ...emptyLedger, known: 10, reachable: 10, byReason: { Reachable: 10 } };
const unseen: Ledger = { ...emptyLedger, known: 10, unknown: 10, byReason: { NoProof: 10 }, unknownByReason: { NoProof: 10 } };

const complete = (n: number, clusters: ClusterRow[], ledgers: Ledger[]) => {
  const finalized = new Map(clusters.map(({ cluster }, position) => [cluster, ledgers[position]!]));
  return completeSweep(
    services,
    time(n).replace('.000Z', 'Z'),
    {
      starter: 'request',
      requests: 'aaaaaaaa-bbbb',
      requested: new Set(),
      listed: [],
      clusters: [],
      finalized,
      finalizedAt: new Map(),
      nextCloseBy: '',
      resent: new Set(),
      isCompleted: false,
    },
    finalized,
    clusters,
    services.now(),
  );
};
const told = () => results.map(({ name, success, properties }) => `${name.split('.')[2]} ${success} ${properties.reason}`);

it('tells the state of each cluster and the heartbeat, with the fields that the reference names', async () => {
  await complete(0, [row('shop'), row('bank')], [well, well]);
  expect(told()).toEqual(['shop true ', 'bank true ']);
  for (const { properties } of results) eventSchemas.Availability.properties.parse(properties);
  const [{ properties, measurements }] = heartbeats as [TelemetryEvent];
  expect(eventSchemas.SweepCompleted.properties.parse(properties).starter).toBe('request');
  eventSchemas.SweepCompleted.measurements.parse(measurements);
});

it('is told once, however often the sweep is completed', async () => {
  await complete(1, [row('shop')], [well]);
  await complete(1, [row('shop')], [well]);
  expect([results.length, heartbeats.length]).toEqual([1, 1]);
});

it('fails a cluster only while its own outage is open', async () => {
  const episode = { outage: time(0), episode: 1, from: time(0), reason: 'DnsTimeout' as const };
  const down = row('shop', { outage: { outage: episode } });
  const healed = row('bank', { outage: { outage: { ...episode, end: time(1) } } });
  await complete(2, [down, healed], [well, well]);
  expect(told()).toEqual(['shop false DnsTimeout', 'bank true ']);
  expect(results.map(({ properties }) => properties.clusterOutage)).toEqual(['true', 'false']);
});

it('names the reason of most of the nodes that are out, behind that of the cluster itself', async () => {
  const episode = { outage: time(0), episode: 1, from: time(0), reason: 'DnsTimeout' as const };
  const nodes = { openOutages: 2, outageReason: 'NoRoute' as const };
  await complete(30, [row('shop', nodes), row('bank', { ...nodes, outage: { outage: episode } })], [well, well]);
  expect(told()).toEqual(['shop true NoRoute', 'bank false DnsTimeout']);
});

it('tells the reason of open outages of nodes apart, also while the cluster is blind or out itself', async () => {
  const episode = { outage: time(0), episode: 1, from: time(0), reason: 'DnsTimeout' as const };
  const nodes = { openOutages: 2, outageReason: 'NoRoute' as const };
  const clusters = [row('shop', nodes), row('bank', { ...nodes, outage: { outage: episode } }), row('till')];
  await complete(32, clusters, [unseen, well, well]);
  expect(told()).toEqual(['shop/blind false NoProof', 'bank false DnsTimeout', 'till true ']);
  expect(results.map(({ properties }) => properties.outageReason)).toEqual(['NoRoute', 'NoRoute', '']);
});

it('says nothing under the name of a cluster that nobody can see, but that it is blind', async () => {
  await complete(3, [row('shop'), row('bank')], [unseen, well]);
  expect(told()).toEqual(['shop/blind false NoProof', 'bank true ']);
  expect(results[0]!.properties.blind).toBe('true');
});

it('says that the clusters are blind where nobody sees the fleet, which is an incident that covers them', async () => {
  await complete(4, [row('shop'), row('bank')], [unseen, unseen]);
  const [shop, bank, incident] = results.map(({ name, success, properties }) => ({ name, success: String(success), ...properties }));
  expect([shop, bank]).toMatchObject([
    { blind: 'true', success: 'false' },
    { blind: 'true', success: 'false' },
  ]);
  expect(incident).toMatchObject({ success: 'false', open: 'true', kind: 'unseen', severity: '1', reason: 'NoProof', counts: '20 of 20' });
  const id = results[2]!.properties.incident;
  expect(results.map(({ properties }) => properties.incident)).toEqual([id, id, id]);
  for (const { properties } of results.slice(2)) eventSchemas.IncidentState.properties.parse(properties);
  expect(states.map(({ name }) => name)).toEqual([incident!.name]);
  expect(heartbeats[0]!.properties.blind).toBe('true');
});

it('lets the outage of a cluster stand that cannot be listed any more, and tells of its coverage by the gap alone', async () => {
  const episode = { outage: time(0), episode: 1, from: time(0), reason: 'DnsTimeout' as const };
  const left: Ledger = { ...emptyLedger, known: 10, notProbed: 10, byReason: { SubscriptionUnreadable: 10 } };
  const unreadable = row('till', { outage: { outage: episode }, recordOnly: 'SubscriptionUnreadable' });
  const locked = { ...left, byReason: { NodeGroupLocked: 10 } };
  await complete(5, [unreadable, row('desk', { recordOnly: 'NodeGroupLocked' })], [left, locked]);
  expect(told()).toEqual(['till false DnsTimeout', 'desk/unseen false NodeGroupLocked']);
  expect(results.map(({ properties }) => [properties.clusterOutage, properties.coverage])).toEqual([
    ['true', ''],
    ['false', '0.0000'],
  ]);
});

it('tells in the heartbeat how many gave a verdict and how many were asked, and neither where no verdict is expected', async () => {
  const half: Ledger = {
    ...emptyLedger,
    known: 10,
    reachable: 5,
    unknown: 3,
    notProbed: 2,
    byReason: { Reachable: 5, NoProof: 3, OverBudget: 2 },
    unknownByReason: { NoProof: 3 },
  };
  await complete(34, [row('shop')], [half]);
  await complete(35, [row('shop')], [{ ...emptyLedger, known: 3, notProbed: 3, byReason: { Deallocated: 3 } }]);
  const [first, second] = heartbeats.map(({ measurements }) => eventSchemas.SweepCompleted.measurements.parse(measurements));
  expect([first?.coverage, first?.asked]).toEqual([0.5, 0.8]);
  expect([second?.coverage, second?.asked]).toEqual([undefined, undefined]);
});

it.each(['Excluded', 'ClusterStopped', 'ClusterGone'] as const)('says nothing of a cluster that is %s', async (recordOnly) => {
  await complete(6 + recordOnly.length, [row('shop', { recordOnly })], [emptyLedger]);
  expect([results.length, heartbeats.length]).toEqual([0, 1]);
});

it('says of a cluster that it is in maintenance, by its tag or by request, and of what tag nobody can make sense', async () => {
  const request = { from: time(39), until: time(60), by: 'Ann' };
  await changeMaintenanceRequest(services.tables, row('bank').cluster, () => request);
  // 21 November 2026 is a Saturday.
  const clusters = [row('shop', { maintenanceTag: 'Sat 09:00Z/PT6H' }), row('bank'), row('till', { maintenanceTag: 'at night' })];
  services = { ...services, now: () => new Date(time(40)) };
  await complete(40, clusters, [well, well, well]);
  expect(results.map(({ name, properties }) => [name.split('.')[2], properties.maintenance])).toEqual([
    ['shop/maintenance', 'true'],
    ['bank/maintenance', 'true'],
    ['till', 'false'],
  ]);
  const [line] = await listSweeps(services.tables, new Date(time(40)), 50);
  expect(line?.warnings).toEqual([expect.stringMatching(/^the tag aks-fleet-prober-maintenance of .*\.till: expected a window/)]);
  await changeMaintenanceRequest(services.tables, row('bank').cluster, (before) => before && { ...before, until: time(39) });
});

it.each([
  [3000, 60],
  [20_000, 61],
])(
  'reports the heartbeat and the state of %i clusters to the ingestion endpoint, hundreds of them blind',
  async (count, nth) => {
    const azure = await serveHttps(({ body }, response) => {
      const items = JSON.parse(body).length;
      json(response, 200, { itemsReceived: items, itemsAccepted: items, errors: [] });
    });
    const connectionString = `InstrumentationKey=00000000-1111-4222-8333-444444444444;IngestionEndpoint=${azure.url}/`;
    services = servicesAt(storage.connectionString, time(nth), { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString }).services;
    const rows = Array.from({ length: count }, (_, n) => row(`c${n}`));
    await complete(
      nth,
      rows,
      rows.map((_, n) => (n < 600 ? unseen : well)),
    );
    const names = azure.received.map(({ body }) =>
      JSON.parse(body).map(({ data }: { data: { baseData: { name: string } } }) => data.baseData.name),
    );
    const first = names.findIndex((each) => each.some((name: string) => name.startsWith(sub)));
    expect(names[first - 1]).toEqual(['SweepCompleted']);
    expect(new Set(names.flat().filter((name) => name.startsWith(sub))).size).toBe(count);
    const most = Math.max(...azure.received.map(({ body }) => Buffer.byteLength(body)));
    expect(most).toBeLessThan(600_000);
    await azure.close();
  },
  60_000,
);

it('is counted once, with its probes by verdict and its outcomes by reason', async () => {
  const before = (await readTotals(services.tables)).sweeps;
  await complete(50, [row('shop'), row('bank')], [well, unseen]);
  await complete(50, [row('shop'), row('bank')], [well, unseen]);
  const { sweeps, probes, outcomes } = (await readTotals(services.tables)).sweeps;
  const more = (after: Record<string, number>, earlier: Record<string, number>, key: string) => (after[key] ?? 0) - (earlier[key] ?? 0);
  expect(more(sweeps, before.sweeps, 'request')).toBe(1);
  expect(['reachable', 'unreachable', 'unknown'].map((verdict) => more(probes, before.probes, verdict))).toEqual([10, 0, 10]);
  expect(['Reachable', 'NoProof'].map((reason) => more(outcomes, before.outcomes, reason))).toEqual([10, 10]);
});
