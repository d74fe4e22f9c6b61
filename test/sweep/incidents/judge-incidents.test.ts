import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/history/diagnosis.ts';
import { emptyLedger, type Ledger } from '../../../src/model/ledger.ts';
import type { Availability } from '../../../src/notify/envelopes.ts';
import { eventSchemas } from '../../../src/notify/event-schemas.ts';
import type { Services } from '../../../src/services.ts';
import { type IncidentEvidence, judgeIncidents } from '../../../src/sweep/incidents/judge-incidents.ts';
import type { Work } from '../../../src/sweep/queue/work-queue.ts';
import type { ClusterRow } from '../../../src/tables/cluster-rows.ts';
import { readIncidents, readOpenIncidents } from '../../../src/tables/incident-rows.ts';
import { readRange } from '../../../src/tables/rows.ts';
import { FakeSink } from '../../notify/fake-sink.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { bareCluster } from '../bare-cluster.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const timeOf = (n: number) => new Date(Date.UTC(2026, 10, 30, 3, 0) + n * 300_000).toISOString();
const sweepOf = (n: number) => timeOf(n).replace('.000Z', 'Z');

let storage: Storage;
let services: Services;
let clock: Clock;
let mail: FakeSink;
let states: Availability[];
let accepts: boolean;
let sent: (Work & { delaySeconds: number })[];
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(() => {
  const started = servicesAt(storage.connectionString, timeOf(0), { PAGE_URL: 'https://prober.example/api/status' });
  [clock, mail, states, accepts, sent] = [started.clock, new FakeSink('mail'), [], true, []];
  const telemetry: Services['telemetry'] = {
    async report() {},
    async state(availability) {
      if (accepts) states.push(...availability);
      return accepts;
    },
    async exception() {},
  };
  const { queue } = started.services;
  const recorded: Services['queue'] = {
    ...queue,
    send: (work, options) => {
      sent.push({ ...work, delaySeconds: options?.delaySeconds ?? 0 });
      return queue.send(work, options);
    },
  };
  services = { ...started.services, sinks: [mail], telemetry, queue: recorded };
});
afterEach(async () => {
  const clusters = await services.tables.open('clusters');
  for (const { rowKey } of await readRange(clusters, 'incidents')) await clusters.deleteEntity('incidents', rowKey);
});

const nodes = { known: 3, reachable: 0, notServed: 0, unreachable: 3, unknown: 0, notProbed: 0 };
const row = (name: string, down: boolean, more: Partial<ClusterRow> = {}): ClusterRow =>
  bareCluster({
    cluster: `${sub}.rg.${name}`,
    subscriptionId: sub,
    resourceGroup: 'rg',
    name,
    region: 'westeurope',
    nodes: down ? nodes : { ...nodes, reachable: 3, unreachable: 0 },
    networks: ['/spoke'],
    outage: down ? { outage: { outage: timeOf(0), episode: 1, from: timeOf(0), reason: 'ConnectionTimedOut' } } : {},
    assessedAt: timeOf(0),
    sweep: sweepOf(0),
    finalizedSweep: sweepOf(0),
    assessAt: timeOf(0),
    ...more,
  });
const fleet = (down: number, well: number) => [
  ...Array.from({ length: down }, (_, n) => row(`down-${n}`, true)),
  ...Array.from({ length: well }, (_, n) => row(`well-${n}`, false, { networks: ['/far'], region: 'northeurope' })),
];
const seen: Ledger = { ...emptyLedger, known: 3, reachable: 3, byReason: { Reachable: 3 } };
const sightingOf = (clusters: readonly ClusterRow[], ledger: Ledger) => ({
  subscriptions: [{}],
  ledgers: new Map(clusters.map(({ cluster }) => [cluster, ledger])),
  total: { ...ledger, known: ledger.known * clusters.length, reachable: ledger.reachable * clusters.length },
});
const judge = (n: number, clusters: ClusterRow[], more: Partial<IncidentEvidence> = {}, isComplete = true) =>
  judgeIncidents(services, sweepOf(n), {
    clusters,
    blind: new Map(),
    maintained: new Set(),
    diagnoses: new Map(),
    asOf: services.now(),
    ...(isComplete && { sighting: sightingOf(clusters, seen) }),
    ...more,
  });
const names = () => mail.accepted.map(({ name }) => name);

describe('three clusters that fail together', () => {
  it('are notified as one incident, once, as soon as it has gathered clusters for 10 s; its state leaves at once', async () => {
    await judge(0, fleet(3, 4), {}, false);
    expect([names(), states.length]).toEqual([[], 1]);
    expect(sent).toEqual([
      { kind: 'judge-incidents', sweep: sweepOf(0), judgeAt: new Date(Date.parse(timeOf(0)) + 10_000).toISOString(), delaySeconds: 10 },
    ]);
    clock.move(10_000);
    const clusters = fleet(3, 4);
    await judge(0, clusters);
    await judge(1, clusters);
    expect(names()).toEqual(['IncidentStarted']);
    const [{ properties, measurements } = {}] = mail.accepted;
    eventSchemas.IncidentStarted.properties.parse(properties);
    eventSchemas.IncidentStarted.measurements.parse(measurements);
    expect(properties).toMatchObject({
      factor: 'network',
      factorValue: '/spoke',
      subscriptionId: sub,
      start: timeOf(0),
      clustersOmitted: '0',
    });
    expect(properties!.clusters!.split(',')).toHaveLength(3);
    expect(properties!.page).toBe(`https://prober.example/api/status/incidents/${properties!.incident}`);
    for (const state of states) eventSchemas.IncidentState.properties.parse(state.properties);
    expect(states[0]).toMatchObject({ success: false, properties: { open: 'true', severity: '1', settled: 'false', counts: '3 of 3' } });
  });

  it('are told in words that settle after a minute, or once no cluster has joined for 20 s, and then stay', async () => {
    await judge(0, fleet(3, 4), {}, false);
    clock.move(61_000);
    await judge(0, fleet(4, 4), {}, false);
    expect(sent.at(-1)).toMatchObject({ kind: 'judge-incidents', delaySeconds: 20 });
    clock.move(20_000);
    await judge(0, fleet(4, 4), {}, false);
    clock.move(300_000);
    await judge(1, fleet(6, 4));
    const said = states.map(({ properties: { subject, settled } }) => [subject, settled]);
    expect(said).toEqual([
      ['3 of 3 clusters in the network spoke down since 03:00 UTC, connection timed out', 'false'],
      ['4 of 4 clusters in the network spoke down since 03:00 UTC, connection timed out', 'false'],
      ['4 of 4 clusters in the network spoke down since 03:00 UTC, connection timed out', 'true'],
      ['4 of 4 clusters in the network spoke down since 03:00 UTC, connection timed out', 'true'],
    ]);
  });

  it('are judged once more when their words settle', async () => {
    await judge(0, fleet(3, 4), {}, false);
    clock.move(10_000);
    await judge(0, fleet(3, 4), {}, false);
    expect(sent.at(-1)).toMatchObject({ kind: 'judge-incidents', sweep: sweepOf(0), delaySeconds: 50 });
  });

  it('are notified as over once, and each that is left is assessed at once', async () => {
    await judge(0, fleet(3, 4));
    clock.move(10_000);
    await judge(0, fleet(3, 4));
    const healing = [row('down-0', true), row('down-1', false), row('down-2', false), ...fleet(0, 4)];
    await judge(1, healing);
    await judge(2, healing);
    await judge(3, healing);
    expect(names()).toEqual(['IncidentStarted', 'IncidentEnded']);
    expect(states.at(-1)).toMatchObject({ success: true, properties: { open: 'false' } });
    expect(await readOpenIncidents(services.tables)).toEqual([]);
    // It is kept, for its page.
    expect(await readIncidents(services.tables)).toMatchObject([{ closed: true, until: new Date(clock.move(0)).toISOString() }]);
    const left = sent.flatMap((work) => (work.kind === 'assess-cluster' ? [work.cluster] : []));
    expect(left).toEqual([`${sub}.rg.down-0`]);
  });

  it('are none while they are in maintenance', async () => {
    const clusters = fleet(3, 4);
    await judge(0, clusters, { maintained: new Set(clusters.map(({ cluster }) => cluster)) });
    expect(names()).toEqual([]);
  });

  it('are notified with the next judgement where the sink was down, under the same id', async () => {
    await judge(0, fleet(3, 4), {}, false);
    clock.move(10_000);
    mail.down = true;
    await judge(0, fleet(3, 4), {}, false);
    mail.down = false;
    await judge(0, fleet(3, 4));
    await judge(1, fleet(3, 4));
    expect(names()).toEqual(['IncidentStarted']);
  });

  it('are one incident under one id where two judge at once', async () => {
    await Promise.all([judge(0, fleet(3, 4), {}, false), judge(0, fleet(3, 4))]);
    clock.move(10_000);
    await Promise.all([judge(0, fleet(3, 4), {}, false), judge(0, fleet(3, 4))]);
    expect(new Set(mail.accepted.map(({ properties }) => properties.eventId)).size).toBe(1);
    expect(await readOpenIncidents(services.tables)).toHaveLength(1);
  });

  it('are explained by the finding that most of them share', async () => {
    const finding = {
      code: 'NextHopDead' as const,
      kind: 'cause' as const,
      sentence: 'The route to 10.0.0.4 leads to a firewall that is deallocated',
      resourceId: '/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/azureFirewalls/hub-fw',
      evidence: [],
      changedAt: timeOf(-1),
      changedBy: 'Ann',
      foundAt: timeOf(0),
    };
    const diagnosis = { findings: [finding], changes: [], path: { nextHops: ['10.0.0.4'], dnsServers: [] } } as unknown as Diagnosis;
    const clusters = fleet(3, 4);
    const diagnoses = new Map(clusters.slice(0, 3).map(({ cluster }) => [cluster, diagnosis]));
    await judge(0, clusters, { diagnoses }, false);
    expect(states[0]!.properties).toMatchObject({
      factor: 'finding',
      subject: '3 of 3 clusters behind hub-fw down since 03:00 UTC, next hop dead',
      why: finding.sentence,
      changed: 'hub-fw at 02:55 UTC by Ann',
      what: '3 of 3 clusters behind hub-fw cannot reach their API servers; 0 of 4 elsewhere',
    });
  });
});

describe('most of the fleet', () => {
  it('is as loud as can be where it is down', async () => {
    await judge(0, fleet(4, 3), {}, false);
    expect(states[0]!.properties.severity).toBe('0');
  });
});

describe('a fleet that nobody sees', () => {
  const refused: Ledger = { ...emptyLedger, known: 3, unknown: 3, byReason: { AccessDenied: 3 }, unknownByReason: { AccessDenied: 3 } };
  const unseen = (n: number) => {
    const clusters = fleet(0, 2);
    return judge(n, clusters, { sighting: sightingOf(clusters, refused) });
  };

  it('is an incident from the second sweep on, with the reason and the remedy, until it is seen', async () => {
    await unseen(0);
    expect(names()).toEqual([]);
    await unseen(1);
    clock.move(10_000);
    await unseen(2);
    await judge(3, fleet(0, 2));
    expect(names()).toEqual(['IncidentStarted', 'IncidentEnded']);
    expect(mail.accepted[0]!.properties).toMatchObject({ kind: 'unseen', reason: 'AccessDenied' });
    expect(mail.accepted[0]!.properties.remedy).toContain('grant it access (docs/guides/deploy.md#grant-access)');
    expect(states[0]!.properties.subject).toBe('Nobody sees the fleet since 03:00 UTC: access denied');
  });

  it('is not judged by a sweep that is older than the newest', async () => {
    await unseen(1);
    await judge(2, fleet(0, 2));
    await unseen(1);
    await unseen(1);
    expect(names()).toEqual([]);
  });
});
