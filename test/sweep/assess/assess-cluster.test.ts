import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { marksOf } from '../../../src/history/next-notification.ts';
import { nothingDelivered, type Outage } from '../../../src/history/outage.ts';
import { addUptimes } from '../../../src/history/uptime.ts';
import { watchOn } from '../../../src/history/watched.ts';
import { emptyLedger } from '../../../src/model/ledger.ts';
import type { NodeFacts } from '../../../src/model/node.ts';
import { type Episode, emptyHistory, emptyState, type NodeState } from '../../../src/model/node-state.ts';
import type { ReasonCode } from '../../../src/model/reasons.ts';
import { emptyWatch } from '../../../src/model/watch.ts';
import type { Sink } from '../../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import type { Services } from '../../../src/services.ts';
import { assessCluster } from '../../../src/sweep/assess/assess-cluster.ts';
import { type FaultPoint, faultPoints } from '../../../src/sweep/queue/fault-point.ts';
import { addForgotten, listClusterRows, readCluster } from '../../../src/tables/cluster-rows.ts';
import { changeMaintenanceRequest } from '../../../src/tables/maintenance-rows.ts';
import { factProperties, stateProperties } from '../../../src/tables/node-rows.ts';
import { newestFirst } from '../../../src/tables/open-tables.ts';
import { insertOutage, readOutages, replaceOutage } from '../../../src/tables/outage-rows.ts';
import { readSummaries } from '../../../src/tables/outbox-rows.ts';
import { readRow, writeBatch } from '../../../src/tables/rows.ts';
import { insertFinalized, insertSubscription } from '../../../src/tables/sweep-rows.ts';
import { toWatchJson } from '../../../src/tables/watch-json.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const START = Date.parse('2026-11-21T09:35:00Z');
const at = (minute: number, second = 0) => new Date(START + minute * MINUTE + second * SECOND).toISOString();
/** Sweeps are 5 minutes apart; the id of the nth. */
const sweepOf = (n: number) => at(5 * n).replace('.000Z', 'Z');

let storage: Storage;
let fleet: TableClient;
beforeAll(async () => {
  storage = await startStorage();
  fleet = await storage.tables.open('fleet');
});
afterAll(() => storage.stop());

/** A sink as the assessments of one test see it. */
class Ingestion implements Sink {
  readonly name: string;

  /** In the order in which they came; a repetition is there twice. */
  readonly accepted: TelemetryEvent[] = [];
  readonly refused: TelemetryEvent[] = [];
  accepts: (event: TelemetryEvent) => boolean = () => true;
  /** Not to be reached at all. */
  down = false;
  delay = 0;

  constructor(name = 'mail') {
    this.name = name;
  }

  async deliver(events: readonly TelemetryEvent[]): Promise<Set<string>> {
    await sleep(this.delay);
    if (this.down) {
      this.refused.push(...events);
      throw new Error('expected the ingestion endpoint to accept events, got 503');
    }
    const taken = events.filter((event) => this.accepts(event));
    this.refused.push(...events.filter((event) => !taken.includes(event)));
    this.accepted.push(...taken);
    return new Set(taken.map(({ properties }) => properties.eventId));
  }

  named(name: TelemetryEvent['name']): TelemetryEvent[] {
    return this.accepted.filter((event) => event.name === name);
  }

  /** Each event's name and subject, once for each id. */
  sent(): string[] {
    const byId = new Map(this.accepted.map((event) => [event.properties.eventId, event]));
    return [...byId.values()].map(({ name, properties: { node } }) => (node === undefined ? name : `${name} ${node}`)).sort();
  }
}

let cluster: string;
let ingestion: Ingestion;
let sinks: Sink[];
let services: Services;
let clock: Clock;
let requested: string[];

/** A process of its own: its clients, and a queue of which only the requests are kept. */
function startProcess(more: Record<string, string> = {}): { services: Services; clock: Clock } {
  const process = servicesAt(storage.connectionString, at(1), more);
  const queue: Services['queue'] = {
    async send(work) {
      if (work.kind === 'assess-cluster') requested.push(work.assessAt);
    },
    requeue: () => Promise.reject(new Error('an assessment sends nothing back')),
  };
  return { clock: process.clock, services: { ...process.services, queue, sinks } };
}

/** Clusters that other tests left down would be an incident with this one, which holds its notifications back. */
async function forgetOthers(): Promise<void> {
  const clusters = await storage.tables.open('clusters');
  for await (const { partitionKey, rowKey } of clusters.listEntities()) await clusters.deleteEntity(partitionKey!, rowKey!);
}

beforeEach(async () => {
  await forgetOthers();
  cluster = `${randomUUID()}.rg.shop`;
  ingestion = new Ingestion();
  sinks = [ingestion];
  requested = [];
  ({ services, clock } = startProcess());
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

interface Seed extends Partial<NodeFacts> {
  /** When it began to fail; it is well without. */
  failing?: string;
  reason?: ReasonCode;
  well?: string;
  outage?: Episode;
  unprobed?: boolean;
}

const nameOf = (n: number) => `aks-web-vmss${String(n).padStart(6, '0')}`;
const names = (count: number, from = 0) => Array.from({ length: count }, (_, n) => nameOf(from + n));

function stateOf({ failing, reason = 'DnsTimeout', well = at(0), outage, unprobed }: Seed, now: string): NodeState {
  if (unprobed) return emptyState;
  const result = { message: '', nonce: '0123456789abcdef', run: 'f', sweep: sweepOf(0), at: now };
  return failing === undefined
    ? { ...emptyState, latest: { ...result, verdict: 'reachable', reason: 'Reachable' }, successes: 2, firstSuccess: well, outage }
    : { ...emptyState, latest: { ...result, verdict: 'unreachable', reason }, failures: 2, firstFailure: failing, outage };
}

/** Writes node rows as a collection leaves them, seen now. */
async function seedNodes(nodes: readonly string[], seed: Seed | ((n: number) => Seed) = {}): Promise<void> {
  const now = services.now().toISOString();
  await writeBatch(
    fleet,
    nodes.map((node, n) => {
      const { failing: _, reason: __, well: ___, outage: ____, unprobed: _____, ...facts } = typeof seed === 'function' ? seed(n) : seed;
      const state = stateOf(typeof seed === 'function' ? seed(n) : seed, now);
      const whole: NodeFacts = { node, resourceId: `/nodes/${node}`, vmId: `vm-${node}`, pool: 'web', os: 'Linux', ...facts };
      const properties = { ...factProperties(whole), ...stateProperties(state, emptyHistory), missing: 0 };
      return ['upsert', { partitionKey: cluster, rowKey: `node|${node}`, ...properties }, 'Replace'];
    }),
  );
}

const outageOf = (node: string, start: string, more: Partial<Outage> = {}): Outage => ({
  cluster,
  node,
  start,
  reason: 'DnsTimeout',
  message: `Connectivity outage detected at ${start}`,
  episode: 1,
  episodes: [{ start, ...(more.end && { end: more.end }) }],
  openedAt: start,
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  ...more,
});
const episodeOf = (start: string, end?: string): Episode => ({ outage: start, episode: 1, from: start, end, reason: 'DnsTimeout' });

/** Has nodes fail for so long that each has an outage of its own. */
async function failNodes(nodes: readonly string[], start: string, facts: Partial<NodeFacts> & { reason?: ReasonCode } = {}): Promise<void> {
  await seedNodes(nodes, { ...facts, failing: start, outage: episodeOf(start) });
  const known = new Set((await readOutages(storage.tables, cluster)).map(({ outage }) => outage.node));
  const fresh = nodes.filter((node) => !known.has(node));
  await writeBatch(
    fleet,
    fresh.map((node) => insertOutage(outageOf(node, start, { reason: facts.reason ?? 'DnsTimeout' }))),
  );
}

/** Has nodes recover, and ends their outages. */
async function healNodes(nodes: readonly string[], end: string): Promise<void> {
  await seedNodes(nodes, { well: end, outage: episodeOf(at(0), end) });
  const rows = (await readOutages(storage.tables, cluster, { which: 'open' })).filter(({ outage }) => nodes.includes(outage.node ?? ''));
  await writeBatch(
    fleet,
    rows.map(({ outage, ...row }) => {
      const closed = { ...outage, end, episodes: [{ start: outage.start, end }], message: 'Connectivity restored' };
      return replaceOutage({ ...row, outage: closed });
    }),
  );
}

const finalize = async (n: number) => {
  await insertFinalized(storage.tables, sweepOf(n), cluster, emptyLedger, services.now().toISOString());
};

/** Assesses the cluster at a mark of its own: a second after the one before, and not before its sweep. */
async function assess(n: number, by = services, assessAt = nextMark(n)): Promise<void> {
  await assessCluster(by, { v: 1, kind: 'assess-cluster', sweep: sweepOf(n), cluster, assessAt, deadline: at(120) });
}

/** Assesses once more when the start of an outage of the cluster itself is held back no longer. */
async function assessLater(n: number): Promise<void> {
  clock.move(6 * SECOND);
  await assess(n);
}

function nextMark(n: number): string {
  const next = clock.move(SECOND).getTime();
  return clock.at(Math.max(next, Date.parse(sweepOf(n)))).toISOString();
}

const outages = async () => (await readOutages(storage.tables, cluster)).map(({ outage }) => outage);
const ofCluster = async () => (await outages()).filter(({ node }) => node === undefined);
const clusterRow = async () => (await readCluster(storage.tables, cluster))!.row;
const isOpen = ({ end }: { end?: string }) => end === undefined;

describe('a cluster of which enough nodes fail', () => {
  /** 6 of 10 nodes fail, all of them in zone 1 and most of them with a timeout of DNS. */
  const seedQuorum = async () => {
    await failNodes(names(4), at(0), { zone: '1' });
    await failNodes(names(2, 4), at(0), { zone: '1', reason: 'ConnectionRefused' });
    await seedNodes(names(4, 6), { zone: '2' });
  };

  it('has one outage, with its counts, its members, the reason of most and what they share', async () => {
    await seedQuorum();
    await assess(0);
    expect(ingestion.accepted).toEqual([]);
    await assessLater(0);
    const [outage, ...others] = await ofCluster();
    expect(others).toEqual([]);
    expect(outage).toMatchObject({
      start: at(0),
      reason: 'DnsTimeout',
      nodes: names(6),
      counts: { failing: 6, conclusive: 10, planned: 10, most: 6 },
      reasons: [
        { reason: 'DnsTimeout', nodes: 4 },
        { reason: 'ConnectionRefused', nodes: 2 },
      ],
      covered: 0,
      delivered: { mail: { started: 1, ended: 0 } },
    });
    expect(outage?.commonFactors).toMatchObject([{ factor: 'zone', value: '1', failing: 6, elsewhereFailing: 0 }]);
    expect(await clusterRow()).toMatchObject({
      nodes: { known: 10, unreachable: 6, reachable: 4 },
      openOutages: 6,
      outage: { outage: { outage: at(0), episode: 1 } },
      commonFactors: outage?.commonFactors,
    });
    const [event, ...more] = ingestion.accepted;
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      name: 'ClusterOutageStarted',
      properties: {
        eventId: `${cluster}|*|${at(0)}/started/1`,
        nodes: names(6).join(','),
        reason: 'DnsTimeout',
        reasons: '4 DnsTimeout, 2 ConnectionRefused',
      },
      measurements: { failing: 6, conclusive: 10, planned: 10, members: 6 },
    });
  });

  it('has no notification of its nodes, whose outages it covers', async () => {
    await seedQuorum();
    for (const minute of [1, 2, 3]) {
      clock.at(at(minute));
      await assess(0);
    }
    expect(ingestion.sent()).toEqual(['ClusterOutageStarted']);
    for (const { covered, delivered } of (await outages()).filter(({ node }) => node !== undefined))
      expect({ covered, delivered }).toEqual({ covered: 1, delivered: {} });
  });

  it('is notified once, and its counts stay current', async () => {
    await seedQuorum();
    await assess(0);
    const before = await ofCluster();
    await assess(0);
    expect(await ofCluster()).toEqual(before);
    await failNodes([nameOf(6)], at(2), { zone: '2' });
    await assess(0);
    expect(await ofCluster()).toMatchObject([{ counts: { failing: 7, most: 7 }, nodes: names(7) }]);
    await healNodes(names(2), at(2));
    await assess(0);
    expect(await ofCluster()).toMatchObject([{ counts: { failing: 5, conclusive: 10, most: 7 }, nodes: names(7) }]);
    await assessLater(0);
    expect(ingestion.accepted.map(({ name }) => name)).toEqual(['ClusterOutageStarted']);
  });

  it('is over when two sweeps in a row find fewer than half the quorum failing, as of when they were', async () => {
    await seedQuorum();
    await finalize(0);
    await assess(0);
    clock.at(at(6));
    await seedNodes(names(4, 6), { zone: '2' });
    await healNodes(names(5), at(5, 30));
    await assess(1);
    await finalize(1);
    await assess(1);
    await assess(1);
    expect((await ofCluster()).map(isOpen)).toEqual([true]);
    clock.at(at(11));
    await assess(2);
    await assess(2);
    expect(await ofCluster()).toMatchObject([{ end: at(5, 30), delivered: { mail: { started: 1, ended: 1 } } }]);
    expect(ingestion.named('ClusterOutageEnded')).toMatchObject([
      { properties: { eventId: `${cluster}|*|${at(0)}/ended/1` }, measurements: { durationSeconds: 330 } },
    ]);
    // The one that is still failing has an outage of its own from now on.
    expect(ingestion.sent()).toEqual(['ClusterOutageEnded', 'ClusterOutageStarted', `NodeOutageStarted ${nameOf(5)}`]);
    clock.at(at(12));
    await assess(2);
    expect(ingestion.accepted).toHaveLength(3);
  });

  it('goes on where it falls ill again before the second sweep', async () => {
    await seedQuorum();
    await assess(0);
    await healNodes(names(6), at(2));
    await assess(1);
    await seedNodes(names(6), { failing: at(7), outage: episodeOf(at(0)) });
    await assess(1);
    await healNodes(names(6), at(8));
    await assess(2);
    expect((await ofCluster()).map(isOpen)).toEqual([true]);
    await assess(3);
    expect((await ofCluster()).map(isOpen)).toEqual([false]);
    expect(ingestion.sent()).toEqual(['ClusterOutageEnded', 'ClusterOutageStarted']);
  });

  it('is no outage while too few of its nodes were seen, or before its sweep is finalized', async () => {
    await seedNodes(names(8), { unprobed: true });
    await failNodes(names(2, 8), at(0));
    await assess(0);
    await finalize(0);
    await assess(0);
    expect(await ofCluster()).toEqual([]);
    await failNodes([nameOf(7)], at(0));
    await assess(1);
    expect(await ofCluster()).toEqual([]);
    await finalize(1);
    await assess(1);
    expect(await ofCluster()).toMatchObject([{ counts: { failing: 3, conclusive: 3, planned: 10 } }]);
  });

  it('is over as soon as none of its nodes is to be probed any more', async () => {
    await seedQuorum();
    await assess(0);
    await seedNodes(names(10), { skipped: 'ClusterStopped' });
    await assess(1);
    expect(await ofCluster()).toMatchObject([{ end: expect.any(String), message: expect.stringContaining('(ClusterStopped)') }]);
    await assess(2);
    expect(ingestion.named('ClusterOutageEnded')).toHaveLength(1);
    expect((await clusterRow()).outage.outage?.end).toBeDefined();
  });

  it('notifies of the start of an outage that was delivered before its cluster went down no second time', async () => {
    await seedNodes(names(9, 1));
    await failNodes([nameOf(0)], at(-5));
    await finalize(0);
    await assess(0);
    expect(ingestion.sent()).toEqual([`NodeOutageStarted ${nameOf(0)}`]);
    await failNodes(names(6), at(1));
    await assess(1);
    await assessLater(1);
    await healNodes([nameOf(0)], at(2));
    await assess(1);
    expect(ingestion.sent()).toEqual(['ClusterOutageStarted', `NodeOutageEnded ${nameOf(0)}`, `NodeOutageStarted ${nameOf(0)}`]);
    expect(new Set(ingestion.accepted.map(({ properties }) => properties.eventId)).size).toBe(ingestion.accepted.length);
  });
});

/** Every event was sent under one id, and the tables say so. */
async function expectAgreement(): Promise<void> {
  const ids = new Map<string, Set<string>>();
  for (const { name, properties } of ingestion.accepted) {
    const subject = `${name} ${properties.cluster} ${properties.node ?? ''} ${properties.start} ${properties.episode}`;
    ids.set(subject, (ids.get(subject) ?? new Set()).add(properties.eventId));
  }
  for (const [subject, own] of ids) expect([subject, own.size]).toEqual([subject, 1]);
  for (const outage of await outages()) {
    const { episode, node, end, covered } = outage;
    const { started, ended } = marksOf(outage, 'mail');
    const done = Math.max(started, covered);
    expect([node, done]).toEqual([node, episode]);
    if (end !== undefined && started > 0) expect([node, ended]).toEqual([node, episode]);
  }
}

describe('several assessments at once', () => {
  const rush = async (n: number, marks: readonly string[]) => {
    const processes = marks.map(() => startProcess());
    for (const each of processes) each.clock.at(services.now().toISOString());
    await Promise.all(marks.map((mark, own) => assess(n, processes[own]!.services, mark)));
    // What one of them held back or left to another is sent at the latest when their leases are over.
    clock.move(31 * SECOND);
    await assess(n);
  };
  const marksOf = (...seconds: number[]) => seconds.map((second) => new Date(services.now().getTime() + second * SECOND).toISOString());

  it.each([
    ['the same mark', [1, 1, 1, 1]],
    ['marks of their own', [1, 2, 3, 4]],
  ])('with %s make one outage of the cluster, open it once and end it once', async (_, seconds) => {
    await failNodes(names(6), at(0));
    await seedNodes(names(4, 6));
    await rush(0, marksOf(...seconds));
    expect(await ofCluster()).toMatchObject([{ start: at(0), counts: { failing: 6 } }]);
    await healNodes(names(6), at(3));
    clock.at(at(6));
    await rush(1, marksOf(...seconds));
    clock.at(at(11));
    await rush(2, marksOf(...seconds));
    expect(await ofCluster()).toMatchObject([{ start: at(0), end: at(3) }]);
    expect(ingestion.sent()).toEqual(['ClusterOutageEnded', 'ClusterOutageStarted']);
    await expectAgreement();
    expect((await clusterRow()).outage.outage).toEqual({ ...episodeOf(at(0), at(3)) });
  });

  it('with the same mark are followed by one, not by one each, while a sink refuses', async () => {
    await failNodes([nameOf(0)], at(0));
    await seedNodes(names(9, 1));
    await finalize(1);
    clock.at(at(6));
    ingestion.down = true;
    const [mark] = marksOf(1);
    for (let copy = 0; copy < 4; copy++) await assess(1, services, mark!);
    expect(ingestion.refused.length).toBeGreaterThan(0);
    expect(requested).toHaveLength(1);
  });

  it('notify of each of many node outages once, however slow the ingestion is', async () => {
    ingestion.delay = 500;
    await failNodes(names(10), at(0));
    await seedNodes(names(20, 10));
    await finalize(1);
    clock.at(at(6));
    await rush(1, marksOf(1, 2, 3, 4));
    expect(ingestion.sent()).toEqual(names(10).map((node) => `NodeOutageStarted ${node}`));
    expect(ingestion.accepted).toHaveLength(10);
    await expectAgreement();
  });

  it('let an older sweep that comes late neither end nor open an outage', async () => {
    await failNodes(names(6), at(0));
    await seedNodes(names(4, 6));
    await assess(2);
    await healNodes(names(6), at(3));
    await assess(3);
    for (const late of [1, 2, 0]) await assess(late);
    expect((await ofCluster()).map(isOpen)).toEqual([true]);
    expect((await clusterRow()).sweep).toBe(sweepOf(3));
    await assess(4);
    expect((await ofCluster()).map(isOpen)).toEqual([false]);
    await failNodes(names(6), at(4));
    await assess(1);
    expect((await ofCluster()).map(isOpen)).toEqual([false]);
  });

  it('judge a mark once, and nothing that is older', async () => {
    await seedNodes(names(4));
    await assess(0, services, at(3));
    const before = await readCluster(storage.tables, cluster);
    clock.move(MINUTE);
    for (const mark of [at(3), at(2)]) await assess(0, services, mark);
    expect(await readCluster(storage.tables, cluster)).toEqual(before);
  });

  it('judge once what was asked for again and again before the judgement of a finalized sweep', async () => {
    await seedNodes(names(4));
    await finalize(0);
    const asked = [10, 25, 40].map((second) => at(0, second));
    clock.at(at(2));
    await assess(0, services, asked[0]);
    const before = await readCluster(storage.tables, cluster);
    for (const mark of asked.slice(1)) await assess(0, services, mark);
    expect(await readCluster(storage.tables, cluster)).toEqual(before);
    // The clock that made the request may be a few seconds behind.
    await assess(0, services, at(1, 55));
    expect(await readCluster(storage.tables, cluster)).not.toEqual(before);
  });
});

describe('more than 20 outages of nodes', () => {
  const sick = names(25);
  const seedMany = async () => {
    await failNodes(sick, at(0));
    await seedNodes(names(75, 25));
    clock.at(at(2));
  };
  /** Moves on from assessment to assessment. */
  const pass = async (assessments: number, gap: number) => {
    for (let n = 0; n < assessments; n++) {
      clock.move(gap);
      await assess(0);
    }
  };

  it('are sent in one summary with all of them', async () => {
    await seedMany();
    await pass(3, 15 * SECOND);
    const [event, ...others] = ingestion.accepted;
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      name: 'NodeOutageStarted',
      properties: { summary: 'true', nodes: sick.join(','), nodesOmitted: '0' },
      measurements: { members: 25 },
    });
    await expectAgreement();
    await healNodes(sick, at(3));
    await pass(2, 15 * SECOND);
    expect(ingestion.accepted.map(({ name, measurements }) => [name, measurements?.members])).toEqual([
      ['NodeOutageStarted', 25],
      ['NodeOutageEnded', 25],
    ]);
    await expectAgreement();
  });

  it('are sent one by one up to 20', async () => {
    await failNodes(names(20), at(0));
    await seedNodes(names(80, 20));
    clock.at(at(2));
    await assess(0);
    expect(ingestion.sent()).toEqual(names(20).map((node) => `NodeOutageStarted ${node}`));
  });

  it.each(['that refuses', 'that cannot be reached'])(
    'are sent again under the same id and with the same members to a sink %s',
    async (kind) => {
      await seedMany();
      if (kind === 'that refuses') ingestion.accepts = () => false;
      else ingestion.down = true;
      await pass(1, SECOND);
      expect(requested.at(-1)! > services.now().toISOString()).toBe(true);
      await healNodes(sick.slice(0, 1), at(3));
      await failNodes([nameOf(30)], at(1));
      await pass(3, MINUTE);
      Object.assign(ingestion, { accepts: () => true, down: false });
      await pass(2, MINUTE);
      const [first] = ingestion.refused;
      const summaries = ingestion.accepted.filter(({ properties }) => properties.summary === 'true');
      expect(summaries.map(({ properties }) => [properties.eventId, properties.nodes])).toEqual([
        [first?.properties.eventId, sick.join(',')],
      ]);
      expect(ingestion.sent()).toEqual([`NodeOutageEnded ${sick[0]}`, 'NodeOutageStarted *', `NodeOutageStarted ${nameOf(30)}`].sort());
      await expectAgreement();
    },
  );

  it('are counted once for good, and as pending for a sink only while it refuses them', async () => {
    await seedMany();
    ingestion.down = true;
    await pass(2, 20 * MINUTE);
    const listed = async () => (await listClusterRows(services.tables)).find((row) => row.cluster === cluster);
    expect((await clusterRow()).pending).toEqual({ [ingestion.name]: 1 });
    expect((await listed())?.pending).toEqual({ [ingestion.name]: 1 });
    ingestion.down = false;
    await pass(2, MINUTE);
    expect([(await clusterRow()).pending, (await listed())?.pending]).toEqual([undefined, undefined]);
    expect((await clusterRow()).outageCounts?.node).toEqual({ begun: 25, archived: 0 });
    await healNodes(sick, at(50));
    await pass(8, 20 * MINUTE);
    expect((await clusterRow()).outageCounts).toEqual({ node: { begun: 25, archived: 25 }, cluster: { begun: 0, archived: 0 } });
  });

  it('are all sent after hours of refusal, with those that came and ended meanwhile', async () => {
    await seedMany();
    ingestion.down = true;
    await pass(10, 20 * MINUTE);
    await healNodes(sick, at(200));
    await failNodes(names(3, 40), at(200));
    await pass(5, 20 * MINUTE);
    ingestion.down = false;
    await pass(2, MINUTE);
    const summaries = ingestion.accepted.map(({ name, properties }) => `${name} ${properties.nodes}`);
    const [all, others] = [sick.join(','), names(3, 40).join(',')];
    expect(summaries.sort()).toEqual([`NodeOutageEnded ${all}`, `NodeOutageStarted ${all}`, `NodeOutageStarted ${others}`]);
    await expectAgreement();
  });

  it('that went into a summary are sent once, though their cluster goes down before it is accepted', async () => {
    await seedMany();
    ingestion.down = true;
    await pass(1, SECOND);
    await failNodes(names(60), at(2));
    ingestion.down = false;
    await pass(3, MINUTE);
    await healNodes(names(59, 1), at(6));
    clock.at(at(11));
    await assess(2);
    clock.at(at(16));
    await assess(3);
    await assess(3);
    expect((await ofCluster()).map(isOpen)).toEqual([false]);
    const starts = ingestion.named('NodeOutageStarted');
    expect(starts.map(({ properties }) => properties.node)).toEqual(['*']);
    expect(new Set(ingestion.accepted.map(({ properties }) => properties.eventId)).size).toBe(ingestion.accepted.length);
  });
});

it('a summary that cannot be read is deleted, and its members are sent', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await failNodes(names(3), at(0));
  await seedNodes(names(7, 3));
  await fleet.createEntity({ partitionKey: cluster, rowKey: 'outbox|x', what: 'started', members0: '[{"node":' });
  clock.at(at(2));
  await assess(0);
  expect(ingestion.sent()).toEqual(names(3).map((node) => `NodeOutageStarted ${node}`));
  expect(await readSummaries(storage.tables, cluster)).toEqual([]);
  warn.mockRestore();
});

it('an outage of which hardly anything can be read neither stops its cluster nor is sent for ever', async () => {
  const rowKey = (minute: number) => `outage|a|${newestFirst(at(minute))}`;
  const delivered = JSON.stringify({ mail: { started: 1, ended: 1 } });
  await fleet.createEntity({ partitionKey: cluster, rowKey: rowKey(0), node: 'a', end: 'soon', openedAt: 'x', archived: false });
  await fleet.createEntity({ partitionKey: cluster, rowKey: rowKey(-600), node: 'a', end: 'x', delivered, episode: '', archived: false });
  await seedNodes(names(3));
  for (let minute = 2; minute < 5; minute++) {
    clock.at(at(minute));
    await assess(0);
  }
  expect(ingestion.sent()).toEqual(['NodeOutageEnded a', 'NodeOutageStarted a']);
  expect(ingestion.accepted).toHaveLength(2);
});

it.each(['{', 'null', '7', '{"outage":1,"hours":2}'])('a cluster whose row holds %j is judged anew, with a warning', async (text) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const broken = { outage: text, uptime: text, outageDays0: text, forgotten: text, nodes: text, commonFactors: text, notReachable: text };
  await fleet.createEntity({ partitionKey: cluster, rowKey: 'cluster', ...broken, openOutages: 'x', assessedAt: 'x' });
  await failNodes(names(3), at(0));
  await assess(0);
  await assessLater(0);
  expect(await clusterRow()).toMatchObject({ nodes: { known: 3, unreachable: 3 }, outage: { outage: { episode: 1 } }, openOutages: 3 });
  expect(ingestion.sent()).toEqual(['ClusterOutageStarted']);
  expect(warn).toHaveBeenCalled();
  warn.mockRestore();
});

describe('the uptime of a cluster', () => {
  const up = { down: false, undecided: false };
  /** Has nodes watched for an hour before the first sweep, and down for some of it. */
  const watch = (downMinutes: number) => {
    const begun = watchOn(emptyWatch, at(-60), true, up, 3_600_000);
    const upTo = watchOn(begun, at(-downMinutes), true, up, 3_600_000);
    return watchOn(upTo, at(0), true, { ...up, down: true }, 3_600_000);
  };
  const putWatch = async (node: string, minutes: number) => {
    const text = JSON.stringify(toWatchJson(watch(minutes)));
    await fleet.updateEntity({ partitionKey: cluster, rowKey: `node|${node}`, watch: text }, 'Merge');
  };

  it('is that of its nodes, of those too that are gone, and of those whose rows are', async () => {
    await seedNodes(names(3));
    await putWatch(nameOf(0), 30);
    await putWatch(nameOf(1), 0);
    await assess(0);
    expect((await clusterRow()).uptime['24h']).toEqual({ watched: 2 * 3600, down: 1800, maintained: 0 });
    // Counted once, however often it is assessed.
    await assess(0);
    expect((await clusterRow()).uptime['24h']).toEqual({ watched: 2 * 3600, down: 1800, maintained: 0 });
    await fleet.updateEntity({ partitionKey: cluster, rowKey: `node|${nameOf(0)}`, retiredAt: at(0) }, 'Merge');
    const own = (await readRow(fleet, cluster, 'cluster'))!;
    await writeBatch(fleet, [addForgotten(own, [watch(60)])]);
    await assess(1);
    const { uptime, nodes } = await clusterRow();
    expect([nodes.known, uptime['24h']]).toEqual([2, { watched: 3 * 3600, down: 1800 + 3600, maintained: 0 }]);
    const listed = (await listClusterRows(services.tables)).find((row) => row.cluster === cluster);
    expect(listed?.uptime).toEqual(uptime);
  });

  it('is of nothing while none of its nodes was seen, however many are planned', async () => {
    await seedNodes(names(3), { unprobed: true });
    await assess(0);
    clock.move(10 * 60 * SECOND);
    await assess(1);
    expect((await clusterRow()).uptime).toEqual(addUptimes([]));
  });
});

it('a cluster that was judged by a clock that ran hours ahead is judged again once the clock is right', async () => {
  await seedNodes(names(6));
  clock.at(at(300));
  await assess(60);
  clock.at(at(1));
  await failNodes(names(6), at(0));
  await assess(0);
  await assessLater(0);
  expect(ingestion.sent()).toEqual(['ClusterOutageStarted']);
  expect(await listClusterRows(services.tables, cluster.split('.')[0])).toMatchObject([{ nodes: { unreachable: 6 }, sweep: sweepOf(0) }]);
  await healNodes(names(6), at(2));
  for (const n of [1, 2]) await assess(n);
  expect(ingestion.sent()).toEqual(['ClusterOutageEnded', 'ClusterOutageStarted']);
});

/** A process that dies the first time it has had an effect: nothing that it does from then on reaches anybody. */
async function doomedProcess(effect: FaultPoint, time: Date) {
  const process = startProcess();
  process.clock.at(time.toISOString());
  const life = { dead: false };
  const orDie = () => {
    if (life.dead) throw new Error(`the process died at ${effect}`);
  };
  const { tables, queue } = process.services;
  for (const name of ['fleet', 'clusters', 'sweeps'] as const)
    (await tables.open(name)).pipeline.addPolicy({
      name: 'die',
      sendRequest(request, next) {
        orDie();
        return next(request);
      },
    });
  const mortal: Services = {
    ...process.services,
    queue: {
      ...queue,
      async send(...work) {
        orDie();
        return queue.send(...work);
      },
    },
    sinks: sinks.map(({ name }, position) => ({
      name,
      async deliver(events) {
        orDie();
        return sinks[position]!.deliver(events);
      },
    })),
  };
  const listen = (message: unknown) => {
    if ((message as { name: string }).name === effect) life.dead = true;
  };
  subscribe('aks-fleet-prober:fault-point', listen);
  return { services: mortal, life, end: () => unsubscribe('aks-fleet-prober:fault-point', listen) };
}

describe('a process that dies right after an effect', () => {
  const effects = faultPoints.filter((name) => name.startsWith('assess-cluster:'));
  // A cluster's outage covers its children; without one, there are summaries.
  const worlds = ['its cluster is down', 'many nodes are down'] as const;
  const cases = effects.flatMap((effect) =>
    worlds.flatMap((world) => {
      const possible = world === 'its cluster is down' ? !effect.includes('outbox') : effect !== 'assess-cluster:children';
      return possible ? [{ effect, world }] : [];
    }),
  );

  const assessUntilQuiet = async (n: number) => {
    for (let times = 0; times < 2; times++) {
      clock.move(31 * SECOND);
      await assess(n);
    }
  };

  const dieAt = async (effect: FaultPoint, n: number) => {
    const doomed = await doomedProcess(effect, services.now());
    try {
      await expect(assess(n, doomed.services)).rejects.toThrow('the process died');
      expect(doomed.life.dead).toBe(true);
    } finally {
      doomed.end();
    }
  };

  it.each(cases)('$effect, while $world, loses and doubles nothing', async ({ effect, world }) => {
    const down = world === 'its cluster is down' ? 60 : 30;
    const sick = names(down);
    await failNodes(sick, at(0));
    await seedNodes(names(100 - down, down));
    await finalize(0);
    clock.at(at(2));
    if (world === 'its cluster is down' && ['assess-cluster:notified', 'assess-cluster:marked'].includes(effect)) {
      // Its start is held back at first.
      await assess(0);
      clock.move(6 * SECOND);
    }
    await dieAt(effect, 0);
    await assessUntilQuiet(0);
    const started = world === 'its cluster is down' ? ['ClusterOutageStarted'] : ['NodeOutageStarted *'];
    expect(ingestion.sent()).toEqual(started);
    await expectAgreement();

    await healNodes(sick, at(5));
    clock.at(at(6));
    await seedNodes(names(100 - down, down));
    if (effect !== 'assess-cluster:children' && world !== 'its cluster is down') await dieAt(effect, 1);
    await assessUntilQuiet(1);
    clock.at(at(11));
    if (effect !== 'assess-cluster:children' && world === 'its cluster is down') await dieAt(effect, 2);
    await assessUntilQuiet(2);
    const ended = world === 'its cluster is down' ? ['ClusterOutageEnded'] : ['NodeOutageEnded *'];
    expect(ingestion.sent()).toEqual([...ended, ...started]);
    await expectAgreement();
    const accepted = ingestion.accepted.length;
    await failNodes([nameOf(99)], at(10));
    await assessUntilQuiet(2);
    expect(await readSummaries(storage.tables, cluster)).toEqual([]);
    expect(ingestion.accepted.slice(accepted).map(({ properties }) => properties.node)).toEqual([nameOf(99)]);
    await healNodes([nameOf(99)], at(12));
    expect((await outages()).filter(isOpen)).toEqual([]);
  });
});

describe('an assessment of 5,000 nodes', () => {
  it('that finds nothing new takes at most 12 requests of the tables', async () => {
    const nodes = names(5000);
    await seedNodes(nodes, {
      zone: '1',
      subnet: '/subnets/aks',
      image: 'AKSUbuntu-2204gen2containerd-202610.01.0',
      size: 'Standard_D8ds_v5',
    });
    await finalize(0);
    let requests: string[] = [];
    for (const name of ['fleet', 'clusters', 'sweeps'] as const)
      (await services.tables.open(name)).pipeline.addPolicy({
        name: 'count',
        sendRequest(request, next) {
          requests.push(`${request.method} ${name}`);
          return next(request);
        },
      });
    await assess(0);
    const times: number[] = [];
    // The quickest of three is the assessment's own time; what the others take longer is the machine's other work.
    for (let left = 3; left > 0; left--) {
      requests = [];
      globalThis.gc?.();
      const heap = process.memoryUsage().heapUsed;
      const began = performance.now();
      await assess(0);
      const ms = Math.round(performance.now() - began);
      times.push(ms);
      const mb = Math.round((process.memoryUsage().heapUsed - heap) / 2 ** 20);
      console.info(`an assessment of 5,000 nodes: ${requests.length} requests, ${ms} ms, ${mb} MB more heap`);
      expect((await clusterRow()).nodes).toMatchObject({ known: 5000, reachable: 5000 });
      expect(requests.length).toBeLessThanOrEqual(12);
    }
    expect(Math.min(...times)).toBeLessThan(5000);
  }, 120_000);
});

describe('a cluster in maintenance', () => {
  const window = (from: number, until: number) =>
    changeMaintenanceRequest(storage.tables, cluster, () => ({ from: at(from), until: at(until), by: 'Ann' }));

  it('notifies nothing of a node or the cluster, records it as of the maintenance, and notifies what is open at its end', async () => {
    await window(0, 60);
    await failNodes(names(6), at(5));
    await seedNodes(names(4, 6));
    clock.at(at(8));
    await assess(1);
    clock.at(at(13));
    await assess(2);
    expect(ingestion.accepted).toEqual([]);
    expect((await ofCluster())[0]).toMatchObject({ start: at(5), maintained: 1 });
    clock.at(at(60));
    await seedNodes(names(4, 6));
    await failNodes(names(6), at(5));
    await assess(12);
    expect(ingestion.sent()).toEqual(['ClusterOutageStarted']);
  });

  it('never notifies of what began and ended in it, and counts it to no reason', async () => {
    await window(0, 60);
    await failNodes(names(1), at(5));
    await seedNodes(names(9, 1));
    clock.at(at(8));
    await assess(1);
    expect((await outages())[0]).toMatchObject({ maintained: 1, delivered: {} });
    clock.at(at(20));
    await healNodes(names(1), at(19));
    await assess(4);
    for (const minute of [61, 100]) {
      clock.at(at(minute));
      await assess(Math.floor(minute / 5));
    }
    expect(ingestion.accepted).toEqual([]);
    expect((await clusterRow()).uptime.byReason).toEqual({});
    const row = await readRow(fleet, cluster, `outage|${nameOf(0)}|${newestFirst(at(5))}`);
    expect(row?.archived).toBe(true);
  });

  it('notifies the end of what was notified before it', async () => {
    await failNodes(names(1), at(0));
    await seedNodes(names(9, 1));
    clock.at(at(2));
    await assess(0);
    expect(ingestion.sent()).toEqual([`NodeOutageStarted ${nameOf(0)}`]);
    await window(3, 60);
    clock.at(at(10));
    await healNodes(names(1), at(9));
    await assess(2);
    expect(ingestion.sent()).toEqual([`NodeOutageEnded ${nameOf(0)}`, `NodeOutageStarted ${nameOf(0)}`]);
  });

  it('asks for no assessment at its end, which may be days away: each sweep looks', async () => {
    await window(0, 7 * 24 * 60);
    await failNodes(names(1), at(5));
    clock.at(at(8));
    await assess(1);
    expect(requested).toEqual([]);
  });

  it('is one by its tag too, which stays while the cluster cannot be listed', async () => {
    const facts = { cluster, resourceGroup: 'rg', name: 'shop', region: 'westeurope', nodeResourceGroup: 'mc', version: '1.33.5' };
    const more = { restricted: false, upgrading: false, pools: [], poolNodes: 10, fqdn: undefined };
    const listed = (n: number, facts2: { listed: boolean; maintenanceTag?: string }) =>
      insertSubscription(storage.tables, sweepOf(n), { subscription: cluster.split('.')[0]!, matched: [] }, [
        { ...facts, ...more, ...facts2 },
      ]);
    // 21 November 2026 is a Saturday.
    await listed(0, { listed: true, maintenanceTag: 'Sat 09:30Z/PT2H' });
    await failNodes(names(1), at(5));
    clock.at(at(7));
    await assess(0);
    expect(await clusterRow()).toMatchObject({ maintenanceTag: 'Sat 09:30Z/PT2H' });
    await listed(2, { listed: false });
    clock.at(at(12));
    await assess(2);
    expect(await clusterRow()).toMatchObject({ maintenanceTag: 'Sat 09:30Z/PT2H' });
    expect(ingestion.accepted).toEqual([]);
    await listed(3, { listed: true });
    clock.at(at(17));
    await assess(3);
    expect((await clusterRow()).maintenanceTag).toBeUndefined();
    expect(ingestion.sent()).toEqual([`NodeOutageStarted ${nameOf(0)}`]);
  });
});
