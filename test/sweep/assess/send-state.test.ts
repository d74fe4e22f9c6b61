import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FrozenWords } from '../../../src/history/frozen-words.ts';
import { noBuckets } from '../../../src/history/sweep-buckets.ts';
import { sumWatched } from '../../../src/history/watched.ts';
import type { Availability } from '../../../src/notify/envelopes.ts';
import { eventSchemas } from '../../../src/notify/event-schemas.ts';
import type { Services } from '../../../src/services.ts';
import { sendState } from '../../../src/sweep/assess/send-state.ts';
import { type OwnClusterRow, putCluster, readCluster } from '../../../src/tables/cluster-rows.ts';
import { writeFleet } from '../../../src/tables/fleet-batch.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { bareCluster } from '../bare-cluster.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const NOW = '2026-11-30T03:02:00.000Z';
const sweep = '2026-11-30T03:00:00Z';

let storage: Storage;
let services: Services;
let clock: Clock;
let sent: Availability[];
let accepts: boolean;
let cluster: string;
let nth = 0;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  const started = servicesAt(storage.connectionString, NOW);
  [clock, sent, accepts] = [started.clock, [], true];
  const telemetry: Services['telemetry'] = {
    async report() {},
    async state(availability) {
      if (accepts) sent.push(...availability);
      return accepts;
    },
    async exception() {},
  };
  services = { ...started.services, telemetry };
  nth += 1;
  cluster = `${sub}.rg.shop-${nth}`;
  await writeFleet(services.tables, [putCluster(row(), undefined)]);
});

const words: FrozenWords = {
  of: NOW,
  first: NOW,
  settled: false,
  subject: 's',
  what: 'w',
  counts: '3 of 3',
  since: NOW,
  why: 'y',
  changed: '-',
};
const down = {
  outage: { outage: { outage: NOW, episode: 1, from: NOW, reason: 'ConnectionTimedOut' as const } },
  alerts: { 'cluster-outage': words },
};
const row = (more: Partial<OwnClusterRow> = {}): OwnClusterRow => ({
  ...bareCluster({
    cluster,
    subscriptionId: sub,
    resourceGroup: 'rg',
    name: `shop-${nth}`,
    nodes: { known: 3, reachable: 0, notServed: 0, unreachable: 3, unknown: 0, notProbed: 0 },
    assessedAt: NOW,
    sweep,
    assessAt: NOW,
  }),
  outageDays: {},
  forgotten: sumWatched([]),
  buckets: noBuckets,
  places: [],
  ...more,
});
/** Sends the state of a row that remembers, as it was stored, what was sent last. */
const send = async (more: Partial<OwnClusterRow>, incident?: string) => {
  const { sentState } = (await readCluster(services.tables, cluster))!.row;
  const own = row({ ...more, sentState });
  await sendState(services, sweep, own, { alerts: own.alerts }, incident, []);
};

it('nothing is sent of a cluster of which nothing stands', async () => {
  await send({});
  expect(sent).toEqual([]);
});

it('the state leaves when it changes, once, under an id of its own that begins with the sweep', async () => {
  await send(down);
  await send(down);
  expect(sent).toMatchObject([
    { id: `${sweep}|${cluster}|${NOW}`, success: false, properties: { clusterOutage: 'true', coverage: '', maintenance: 'false' } },
  ]);
  for (const { properties } of sent) eventSchemas.Availability.properties.parse(properties);
  expect(JSON.parse(sent[0]!.properties.alerts!)['cluster-outage']).toMatchObject({ subject: 's', settled: false });
});

it('it leaves again when its words settle, an incident covers it, and when it is over', async () => {
  await send(down);
  clock.move(60_000);
  await send({ ...down, alerts: { 'cluster-outage': { ...words, settled: true } } });
  await send({ ...down, alerts: { 'cluster-outage': { ...words, settled: true } } }, 'i-1');
  await send({ nodes: { ...row().nodes, reachable: 3, unreachable: 0 } });
  expect(sent.map(({ success, properties }) => [success, properties.incident])).toEqual([
    [false, ''],
    [false, ''],
    [false, 'i-1'],
    [true, ''],
  ]);
});

it('what is not accepted is sent with the next assessment', async () => {
  accepts = false;
  await send(down);
  accepts = true;
  await send(down);
  await send(down);
  expect(sent).toHaveLength(1);
});
