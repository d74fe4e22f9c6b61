import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { noBuckets } from '../../../src/history/sweep-buckets.ts';
import { sumWatched } from '../../../src/history/watched.ts';
import { emptyLedger, type Ledger } from '../../../src/model/ledger.ts';
import type { Stretch } from '../../../src/model/maintenance.ts';
import type { ReasonCode } from '../../../src/model/reasons.ts';
import { blindnessKind } from '../../../src/notify/blindness-kind.ts';
import { notifyStanding } from '../../../src/notify/notify-standing.ts';
import type { Sink } from '../../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import { type Services, WORK_QUEUE } from '../../../src/services.ts';
import { judgeBlindness, publishBlind } from '../../../src/sweep/close/judge-blindness.ts';
import { blindRows } from '../../../src/tables/blind-rows.ts';
import { type ClusterRow, putCluster, readCluster } from '../../../src/tables/cluster-rows.ts';
import { writeFleet } from '../../../src/tables/fleet-batch.ts';
import { FakeSink } from '../../notify/fake-sink.ts';
import { bareCluster } from '../bare-cluster.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const START = Date.parse('2026-11-21T09:35:00Z');
const timeOf = (n: number) => new Date(START + n * 300_000).toISOString();
const sweepOf = (n: number) => timeOf(n).replace('.000Z', 'Z');
const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const nameOf = (name: string) => `${sub}.rg.${name}`;

let azurite: Azurite;
let services: Services;
let clock: Clock;
let accepted: TelemetryEvent[];
let down: boolean;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const sink: Sink = {
  name: 'mail',
  async deliver(events) {
    if (down) throw new Error('expected the ingestion endpoint to accept events, got 503');
    accepted.push(...events);
    return new Set(events.map(({ properties }) => properties.eventId));
  },
};
const startProcess = () => {
  const process = servicesAt(azurite.connectionString, timeOf(0));
  return { clock: process.clock, services: { ...process.services, sinks: [sink] } };
};

beforeEach(() => {
  ({ services, clock } = startProcess());
  accepted = [];
  down = false;
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
// All clusters share one partition: each test leaves it empty.
afterEach(async () => {
  const table = await services.tables.open('clusters');
  for await (const { partitionKey, rowKey } of table.listEntities()) await table.deleteEntity(partitionKey!, rowKey!);
});

/** A cluster of 10 nodes, some of them unknown for a reason, the rest reachable. */
function ledgerOf(unknown: number, reason: ReasonCode = 'RunCommandTimedOut', planned = 10): Ledger {
  const reachable = planned - unknown;
  const byReason = { ...(reachable > 0 && { Reachable: reachable }), ...(unknown > 0 && { [reason]: unknown }) };
  return { ...emptyLedger, known: planned, reachable, unknown, byReason, unknownByReason: unknown > 0 ? { [reason]: unknown } : {} };
}
const [well, blind] = [ledgerOf(0), ledgerOf(8)];

const rowOf = (name: string): ClusterRow =>
  bareCluster({
    cluster: nameOf(name),
    subscriptionId: sub,
    resourceGroup: 'rg',
    name,
    assessedAt: timeOf(0),
    sweep: sweepOf(0),
    finalizedSweep: sweepOf(0),
    assessAt: timeOf(0),
  });

const judge = async (
  n: number,
  ledgers: Record<string, Ledger>,
  clusters: ClusterRow[] = [],
  by = services,
  maintenance: ReadonlyMap<string, readonly Stretch[]> = new Map(),
  covered: string[] = [],
) => {
  clock.at(timeOf(n + 0.5));
  const finalized = new Map(Object.entries(ledgers).map(([name, ledger]) => [nameOf(name), ledger]));
  const { blind: found } = await judgeBlindness(by, sweepOf(n), finalized, clusters);
  await publishBlind(by, sweepOf(n), clusters, found);
  await notifyStanding(by, blindnessKind, { maintenance, covered: new Set(covered.map(nameOf)), members: new Set(covered.map(nameOf)) });
  return found;
};
const events = () => accepted.map(({ name, properties }) => `${name} ${properties.cluster?.split('.')[2] ?? ''}`.trim());
const rowsOf = async () => [...(await blindRows.read(services.tables)).keys()];
const ids = () => new Set(accepted.map(({ properties }) => properties.eventId));

describe('a cluster of which most nodes give no verdict', () => {
  it('is blind, which is notified once, until it is seen again', async () => {
    await judge(0, { shop: blind, bank: well, post: well });
    expect(accepted).toMatchObject([
      {
        name: 'ClusterBlind',
        properties: { cluster: nameOf('shop'), eventId: `${nameOf('shop')}|blind|${sweepOf(0)}/started`, reason: 'RunCommandTimedOut' },
        measurements: { unknown: 8, planned: 10 },
      },
    ]);
    for (const n of [1, 2, 3]) {
      const found = await judge(n, { shop: blind, bank: well, post: well });
      expect([...found.keys()]).toEqual([nameOf('shop')]);
    }
    expect((await judge(4, { shop: well, bank: well, post: well })).size).toBe(0);
    await judge(5, { shop: well, bank: well, post: well });
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
    expect(accepted[1]).toMatchObject({ properties: { start: sweepOf(0) }, measurements: { durationSeconds: 4.5 * 300 } });
    expect(await rowsOf()).toEqual([]);
  });

  it('is blind anew, under an id of its own, after it was seen', async () => {
    for (const [n, ledger] of [blind, well, blind].entries()) await judge(n, { shop: ledger, bank: well });
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop', 'ClusterBlind shop']);
    expect(ids().size).toBe(3);
  });

  it.each<ReasonCode>(['Throttled', 'AccessDenied', 'NodeBusy', 'NotRunning'])('is not blind where they are %s', async (reason) => {
    expect((await judge(0, { shop: ledgerOf(10, reason), bank: well })).size).toBe(0);
    expect(events()).toEqual([]);
  });

  it('is not blind with few of them, nor with one node alone', async () => {
    await judge(0, { shop: ledgerOf(4), bank: ledgerOf(1, 'RunCommandTimedOut', 1), post: well });
    expect(events()).toEqual([]);
    await judge(1, { shop: ledgerOf(5), bank: well, post: well });
    expect(events()).toEqual(['ClusterBlind shop']);
  });

  it('is blind with one node alone once that has been unknown for as many probes as make a node blind', async () => {
    const lone = { post: ledgerOf(1, 'AgentNotReady', 1), bank: well };
    const row = (blindNodes: number) => [{ ...rowOf('post'), blindNodes }];
    await judge(0, lone, row(0));
    expect(events()).toEqual([]);
    await judge(1, lone, row(1));
    expect(events()).toEqual(['ClusterBlind post']);
    await judge(2, { post: ledgerOf(0, 'AgentNotReady', 1), bank: well }, row(0));
    expect(events()).toEqual(['ClusterBlind post', 'ClusterSighted post']);
  });

  it('is not blind while it is in an outage of its own: that much was seen', async () => {
    const episode = { outage: timeOf(0), episode: 1, from: timeOf(0), reason: 'DnsTimeout' as const };
    const row = { ...rowOf('shop'), outage: { outage: episode } };
    await judge(0, { shop: blind, bank: well }, [row]);
    expect(events()).toEqual([]);
    await judge(1, { shop: blind, bank: well }, [{ ...row, outage: { outage: { ...episode, end: timeOf(1) } } }]);
    expect(events()).toEqual(['ClusterBlind shop']);
  });

  it('stays blind while nothing of it can be planned', async () => {
    await judge(0, { shop: blind, bank: well });
    const unread: Ledger = { ...emptyLedger, known: 10, notProbed: 10, byReason: { SubscriptionUnreadable: 10 } };
    const row = { ...rowOf('shop'), recordOnly: 'SubscriptionUnreadable' as const };
    expect((await judge(1, { shop: unread, bank: well }, [row])).size).toBe(1);
    expect(events()).toEqual(['ClusterBlind shop']);
  });

  it.each(['ClusterStopped', 'ClusterGone', 'Excluded'] as const)(
    'is not blind any more once it is not to be seen: %s',
    async (recordOnly) => {
      await judge(0, { shop: blind, bank: well });
      const unseen: Ledger = { ...emptyLedger, known: 10, notProbed: 10, byReason: { [recordOnly]: 10 } };
      expect((await judge(1, { shop: unseen, bank: well }, [{ ...rowOf('shop'), recordOnly }])).size).toBe(0);
      expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
      expect(await rowsOf()).toEqual([]);
    },
  );
});

describe('a cluster in maintenance', () => {
  /** From the sweep `from` until just before the sweep `until`. */
  const during = (from: number, until: number) =>
    new Map([[nameOf('shop'), [{ from: Date.parse(timeOf(from)), until: Date.parse(timeOf(until)) }]]]);
  const sweep = (n: number, shop: Ledger, maintenance: ReadonlyMap<string, readonly Stretch[]>) =>
    judge(n, { shop, bank: well, till: well }, [], services, maintenance);

  it('that is blind is notified once the maintenance is over and it still is', async () => {
    const maintenance = during(0, 3);
    for (const n of [0, 1, 2]) await sweep(n, blind, maintenance);
    expect(events()).toEqual([]);
    await sweep(3, blind, maintenance);
    expect(events()).toEqual(['ClusterBlind shop']);
    await sweep(4, well, maintenance);
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
  });

  it('that was blind within it is never notified', async () => {
    const maintenance = during(0, 5);
    for (const n of [0, 1]) await sweep(n, blind, maintenance);
    await sweep(2, well, maintenance);
    expect(await rowsOf()).toEqual([]);
    for (const n of [5, 6]) await sweep(n, well, maintenance);
    expect(events()).toEqual([]);
  });

  it('that was notified as blind before it is notified as seen in it', async () => {
    await sweep(0, blind, new Map());
    await sweep(1, blind, during(1, 9));
    await sweep(2, well, during(1, 9));
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
  });

  it('says nothing of another cluster, which is notified as ever', async () => {
    await judge(0, { shop: blind, bank: blind, till: well }, [], services, during(0, 5));
    expect(events()).toEqual(['ClusterBlind bank']);
  });
});

describe('a cluster that an incident covers', () => {
  it('is not notified while it does, and is once it is blind without it', async () => {
    await judge(0, { shop: blind, bank: blind }, [], services, undefined, ['shop', 'bank']);
    expect(events()).toEqual([]);
    await judge(1, { shop: blind, bank: well }, [], services, undefined, ['shop', 'bank']);
    await judge(2, { shop: blind, bank: well });
    expect(events()).toEqual(['ClusterBlind shop']);
    expect(await rowsOf()).toEqual([nameOf('shop')]);
  });

  it('is notified of its end where it was notified of its start before', async () => {
    await judge(0, { shop: blind, bank: well });
    await judge(1, { shop: well, bank: well }, [], services, undefined, ['shop']);
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
  });
});

describe('a cluster whose row does not say that it is blind', () => {
  it('is noted as blind, and assessed at once; and once more when it sees again', async () => {
    const queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
    await queue.createIfNotExists();
    await queue.clearMessages();
    const row = rowOf('shop');
    await writeFleet(services.tables, [
      putCluster({ ...row, outageDays: {}, forgotten: sumWatched([]), buckets: noBuckets, places: [] }, undefined),
    ]);
    const noted = async () => (await readCluster(services.tables, row.cluster))?.row.blindSince;
    await judge(0, { shop: blind, bank: well }, [row]);
    expect(await noted()).toBe(sweepOf(0));
    await judge(1, { shop: blind, bank: well }, [{ ...row, blindSince: sweepOf(0) }]);
    await judge(2, { shop: well, bank: well }, [{ ...row, blindSince: sweepOf(0) }]);
    expect(await noted()).toBeUndefined();
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    const sent = peekedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()));
    const assessed = sent.filter(({ kind, cluster }) => kind === 'assess-cluster' && cluster === row.cluster);
    expect(assessed.map(({ assessAt }) => assessAt)).toEqual([timeOf(0.5), timeOf(2.5)]);
  });
});

describe('what could not be delivered', () => {
  it('is delivered with the next sweep, under the same id', async () => {
    down = true;
    await judge(0, { shop: blind, bank: well });
    await judge(1, { shop: blind, bank: well });
    down = false;
    await judge(2, { shop: blind, bank: well });
    expect(accepted.map(({ properties }) => properties.eventId)).toEqual([`${nameOf('shop')}|blind|${sweepOf(0)}/started`]);
    down = true;
    await judge(3, { shop: well, bank: well });
    down = false;
    await judge(4, { shop: well, bank: well });
    await judge(5, { shop: well, bank: well });
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
    expect(await rowsOf()).toEqual([]);
  });

  it('is delivered with its end where it is over meanwhile', async () => {
    down = true;
    await judge(0, { shop: blind, bank: well });
    await judge(1, { shop: well, bank: well });
    down = false;
    await judge(2, { shop: well, bank: well });
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
  });

  it('goes on as one where the cluster is blind again before its end was delivered', async () => {
    await judge(0, { shop: blind, bank: well });
    down = true;
    await judge(1, { shop: well, bank: well });
    down = false;
    await judge(2, { shop: blind, bank: well });
    await judge(3, { shop: well, bank: well });
    expect(events()).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
    expect(ids().size).toBe(2);
  });
});

describe('a sweep that is judged', () => {
  it('twice or by two at once notifies of each thing under one id', async () => {
    const other = startProcess();
    other.clock.at(timeOf(0.5));
    await Promise.all([
      judge(0, { shop: blind, bank: well, post: well }),
      judge(0, { shop: blind, bank: well, post: well }, [], other.services),
    ]);
    await judge(0, { shop: blind, bank: well, post: well });
    expect([...ids()]).toEqual([`${nameOf('shop')}|blind|${sweepOf(0)}/started`]);
    expect(await rowsOf()).toEqual([nameOf('shop')]);
  });

  it('after a newer one changes nothing', async () => {
    await judge(1, { shop: blind, bank: well });
    await judge(0, { shop: well, bank: well });
    expect(events()).toEqual(['ClusterBlind shop']);
  });
});

describe('of two sinks, one that cannot be reached', () => {
  const [mail, page] = [new FakeSink('mail'), new FakeSink('page')];
  let both: Services;
  beforeEach(() => {
    for (const each of [mail, page]) Object.assign(each, { down: false }).accepted.length = 0;
    both = { ...services, sinks: [mail, page] };
  });
  const starts = (each: FakeSink) => each.accepted.map(({ name, properties }) => `${name} ${properties.start ?? ''}`.trim());

  it('is notified until it accepts it, while the other is once, and the row stays until both are', async () => {
    page.down = true;
    for (const n of [0, 1]) await judge(n, { shop: blind, bank: well }, [], both);
    page.down = false;
    await judge(2, { shop: blind, bank: well }, [], both);
    page.down = true;
    for (const n of [3, 4]) await judge(n, { shop: well, bank: well }, [], both);
    expect(await rowsOf()).toEqual([nameOf('shop')]);
    expect(mail.log).toEqual(['ClusterBlind shop', 'ClusterSighted shop']);
    page.down = false;
    await judge(5, { shop: well, bank: well }, [], both);
    expect(page.log).toEqual(mail.log);
    expect(page.accepted.map(({ properties }) => properties.eventId)).toEqual(mail.accepted.map(({ properties }) => properties.eventId));
    expect(await rowsOf()).toEqual([]);
  });

  it('knows one blindness where the other was notified of its end before the next', async () => {
    await judge(0, { shop: blind, bank: well }, [], both);
    page.down = true;
    await judge(1, { shop: well, bank: well }, [], both);
    await judge(2, { shop: blind, bank: well }, [], both);
    page.down = false;
    await judge(3, { shop: well, bank: well }, [], both);
    expect(starts(mail)).toEqual([
      `ClusterBlind ${sweepOf(0)}`,
      `ClusterSighted ${sweepOf(0)}`,
      `ClusterBlind ${sweepOf(2)}`,
      `ClusterSighted ${sweepOf(2)}`,
    ]);
    expect(starts(page)).toEqual([`ClusterBlind ${sweepOf(0)}`, `ClusterSighted ${sweepOf(0)}`]);
    expect(await rowsOf()).toEqual([]);
  });
});
