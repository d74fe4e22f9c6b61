import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stretch } from '../../../src/model/maintenance.ts';
import type { Services } from '../../../src/services.ts';
import { judgeDegraded } from '../../../src/sweep/close/judge-degraded.ts';
import type { ClusterRow } from '../../../src/tables/cluster-rows.ts';
import { degradedRows } from '../../../src/tables/degraded-rows.ts';
import { FakeSink } from '../../notify/fake-sink.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { bareCluster } from '../bare-cluster.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const START = Date.parse('2026-11-21T09:35:00Z');
const timeOf = (n: number) => new Date(START + n * 300_000).toISOString();
const sweepOf = (n: number) => timeOf(n).replace('.000Z', 'Z');
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';

let storage: Storage;
let services: Services;
let clock: Clock;
let mail: FakeSink;
let pager: FakeSink;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(() => {
  [mail, pager] = [new FakeSink('mail'), new FakeSink('pager')];
  const process = servicesAt(storage.connectionString, timeOf(0));
  clock = process.clock;
  services = { ...process.services, sinks: [mail, pager] };
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(async () => {
  for (const { standing, etag } of (await degradedRows.read(storage.tables)).values())
    await degradedRows.close(storage.tables, standing, etag);
});

const degraded = { since: timeOf(-1), reason: 'EtcdUnavailable' as const, notServed: 3, asked: 4 };
const rowOf = (more: Partial<ClusterRow> = {}): ClusterRow =>
  bareCluster({
    cluster,
    subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
    resourceGroup: 'rg',
    name: 'shop',
    notServed: [{ reason: 'EtcdUnavailable', nodes: 3, names: ['a', 'b', 'c'], since: timeOf(-1) }],
    degradation: { degraded },
    assessedAt: timeOf(0),
    sweep: sweepOf(0),
    finalizedSweep: sweepOf(0),
    assessAt: timeOf(0),
    ...more,
  });
const [bad, well] = [rowOf(), rowOf({ degradation: { after: { notServed: 0, asked: 4 } }, notServed: [] })];
const judge = (n: number, rows: ClusterRow[], maintenance: Stretch[] = [], isGone = false) => {
  clock.at(timeOf(n + 0.5));
  return judgeDegraded(services, sweepOf(n), rows, () => isGone, {
    maintenance: new Map([[cluster, maintenance]]),
    covered: new Set(),
    members: new Set(),
  });
};
const ids = (sink: FakeSink) => sink.accepted.map(({ properties }) => properties.eventId);
const stored = async () => [...(await degradedRows.read(storage.tables)).keys()];

describe('a degraded cluster', () => {
  it('is notified once, to every sink, until it is served again', async () => {
    for (const [n, row] of [bad, bad, bad, well, well].entries()) await judge(n, [row]);
    for (const sink of [mail, pager]) expect(sink.log).toEqual(['ClusterDegraded shop', 'ClusterRestored shop']);
    expect(ids(mail)).toEqual([`${cluster}|degraded|${sweepOf(0)}/started`, `${cluster}|degraded|${sweepOf(0)}/ended`]);
    expect(mail.accepted[0]).toMatchObject({ properties: { start: timeOf(-1), nodes: 'a,b,c' }, measurements: { notServed: 3, asked: 4 } });
    expect(mail.accepted[1]).toMatchObject({
      properties: { message: 'The API server serves its nodes again' },
      measurements: { notServed: 0, asked: 4 },
    });
    expect(await stored()).toEqual([]);
  });

  it('is not notified where it recovered before anybody could be, as where it began while nobody could see the cluster', async () => {
    const degradation = { degraded: { ...degraded, notServed: 0 }, below: { sweep: sweepOf(0) } };
    for (const [n, row] of [rowOf({ degradation, notServed: [] }), well].entries()) await judge(n, [row]);
    expect([mail.log, await stored()]).toEqual([[], []]);
  });

  it('is sent again under the same id where a sink did not accept it, and to no other sink', async () => {
    pager.down = true;
    await judge(0, [bad]);
    pager.down = false;
    await judge(1, [bad]);
    expect([ids(mail), ids(pager)]).toEqual(Array(2).fill([`${cluster}|degraded|${sweepOf(0)}/started`]));
  });

  it('is notified by whoever closes the sweep again after a crash, once it is stored', async () => {
    const [before] = [services.sinks];
    services = { ...services, sinks: [{ name: 'mail', deliver: () => Promise.reject(new Error('the process ends here')) }] };
    await judge(0, [bad]);
    expect(await stored()).toEqual([cluster]);
    services = { ...services, sinks: before };
    await judge(0, [bad]);
    await judge(0, [bad]);
    expect(ids(mail)).toEqual([`${cluster}|degraded|${sweepOf(0)}/started`]);
  });

  it('begins nothing while the cluster has an outage of its own', async () => {
    const episode = { outage: timeOf(0), episode: 1, from: timeOf(0), reason: 'DnsTimeout' as const };
    await judge(0, [rowOf({ outage: { outage: episode } })]);
    expect([mail.log, await stored()]).toEqual([[], []]);
    await judge(1, [rowOf({ outage: { outage: { ...episode, end: timeOf(1) } } })]);
    expect(mail.log).toEqual(['ClusterDegraded shop']);
  });

  it('is not notified in a maintenance, but after it if it lasts', async () => {
    const maintenance = [{ from: START - 60_000, until: START + 2 * 300_000 }];
    await judge(0, [bad], maintenance);
    await judge(1, [bad], maintenance);
    expect(mail.log).toEqual([]);
    await judge(2, [bad], maintenance);
    expect(mail.log).toEqual(['ClusterDegraded shop']);
  });

  it('stays where the sweep did not judge its cluster, and is over where nobody watches that any more', async () => {
    await judge(0, [bad]);
    await judge(1, []);
    expect(mail.log).toEqual(['ClusterDegraded shop']);
    await judge(2, [], [], true);
    expect(mail.log).toEqual(['ClusterDegraded shop', 'ClusterRestored shop']);
    expect(mail.accepted[1]!.properties.message).toContain('The cluster is not watched for this any more');
    expect(Object.keys(mail.accepted[1]!.measurements!)).toEqual(['durationSeconds']);
  });
});
