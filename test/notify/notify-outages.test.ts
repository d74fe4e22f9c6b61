import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NotificationContext } from '../../src/history/next-notification.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import { IngestionError } from '../../src/notify/ingestion-error.ts';
import type { NotifyContext } from '../../src/notify/notify-context.ts';
import { notifyOutages } from '../../src/notify/notify-outages.ts';
import type { Sink } from '../../src/notify/sink.ts';
import { changeOutages } from '../../src/tables/change-outages.ts';
import { insertOutage, readOutages } from '../../src/tables/outage-rows.ts';
import { readSummaries } from '../../src/tables/outbox-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { FakeSink } from './fake-sink.ts';

const START = Date.parse('2026-11-21T09:35:00Z');
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const names = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `aks-web-vmss${String(from + n).padStart(6, '0')}`);

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

let cluster: string;
let mail: FakeSink;
let page: FakeSink;
let services: NotifyContext;
let clock: Clock;
beforeEach(() => {
  cluster = `${randomUUID()}.rg.shop`;
  [mail, page] = [new FakeSink('mail'), new FakeSink('page')];
  const started = servicesAt(storage.connectionString, at(0));
  clock = started.clock;
  services = { ...started.services, sinks: [mail, page] };
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

async function open(nodes: readonly string[], minute: number): Promise<void> {
  const outage = {
    cluster,
    reason: 'DnsTimeout',
    message: 'Connectivity outage detected',
    episode: 1,
    startLogs: [],
    endLogs: [],
  } as const;
  const [start, openedAt] = [at(minute), at(minute)];
  const whole = (node: string): Outage => ({ ...outage, ...nothingDelivered, node, start, openedAt, episodes: [{ start }] });
  await writeBatch(
    await storage.tables.open('fleet'),
    nodes.map((node) => insertOutage(whole(node))),
  );
}

async function end(nodes: readonly string[], minute: number): Promise<void> {
  const rows = (await readOutages(storage.tables, cluster, { which: 'open' })).filter(({ outage }) => nodes.includes(outage.node ?? ''));
  const change = (outage: Outage): Outage => ({ ...outage, end: at(minute), episodes: [{ start: outage.start, end: at(minute) }] });
  await changeOutages(
    storage.tables,
    rows.map((row) => ({ row, change })),
  );
}

const outages = async () => (await readOutages(storage.tables, cluster)).map(({ outage }) => outage);

/** Notifies at a minute, with more of the context where it matters. */
function notify(minute: number, more: Partial<NotificationContext> = {}, sinks: readonly Sink[] = services.sinks) {
  const now = clock.at(at(minute));
  const context = { finalizedSweep: '', flapWindowMs: 900_000, lateMs: 750_000, now, ...more };
  return notifyOutages({ ...services, sinks }, { cluster, commonFactors: [] }, context);
}

const ways: [string, (sink: FakeSink) => void][] = [
  ['refuses', (sink) => Object.assign(sink, { accepts: () => false })],
  ['cannot be reached', (sink) => Object.assign(sink, { down: true })],
];
const recover = (sink: FakeSink) => Object.assign(sink, { accepts: () => true, down: false });

describe.each(ways)('of two sinks, one that %s', (_, fail) => {
  it('is sent each event until it accepts it, while the other gets it once', async () => {
    await open(names(3), 0);
    fail(page);
    expect(await notify(2)).toEqual(new Date(at(2.25)));
    expect(await notify(3)).toEqual(new Date(at(3.25)));
    expect([mail.accepted.length, page.accepted.length, page.refused.length]).toEqual([3, 0, 6]);
    expect((await outages()).map(({ delivered }) => delivered)).toMatchObject(Array(3).fill({ mail: { started: 1, ended: 0 } }));
    recover(page);
    expect(await notify(4)).toBeUndefined();
    await end(names(3), 5);
    fail(page);
    await notify(6);
    recover(page);
    await notify(7);
    await notify(8);
    const both = ['NodeOutageStarted', 'NodeOutageEnded'].flatMap((name) => names(3).map((node) => `${name} ${node}`));
    expect(mail.log).toEqual(both);
    expect(page.log).toEqual(both);
    expect(mail.accepted.map(({ properties }) => properties.eventId)).toEqual(page.accepted.map(({ properties }) => properties.eventId));
  });

  it('is sent a summary with the same members under the same id until it accepts it, while the other gets it once', async () => {
    await open(names(25), 0);
    fail(page);
    await notify(2);
    expect(await readSummaries(storage.tables, cluster)).toMatchObject([{ sinks: ['mail', 'page'] }]);
    await open(names(1, 30), 0);
    await end(names(1), 3);
    await notify(4);
    expect(mail.log).toEqual(['NodeOutageStarted *', `NodeOutageEnded ${names(1)[0]}`, `NodeOutageStarted ${names(1, 30)[0]}`]);
    recover(page);
    await notify(5);
    await notify(6);
    expect(page.log).toEqual(mail.log);
    expect(page.accepted.map(({ properties }) => properties)).toEqual(mail.accepted.map(({ properties }) => properties));
    expect(await readSummaries(storage.tables, cluster)).toEqual([]);
  });

  it('is sent in one summary what it has missed, while the other had it one by one', async () => {
    fail(page);
    await open(names(15), 0);
    await notify(2);
    await open(names(15, 15), 2);
    await notify(4);
    expect(mail.accepted).toHaveLength(30);
    recover(page);
    await notify(5);
    await notify(6);
    expect(page.log).toEqual(['NodeOutageStarted *']);
    expect(page.accepted[0]!.properties.nodes?.split(',')).toEqual(names(30));
    expect(mail.accepted).toHaveLength(30);
  });
});

describe('a sink', () => {
  it('that is added to the settings is sent what is open, and none of it again to those that have it', async () => {
    await open(names(2), 0);
    await notify(2, {}, [mail]);
    await notify(3);
    await notify(4);
    expect([mail.log.length, page.log]).toEqual([2, names(2).map((node) => `NodeOutageStarted ${node}`)]);
  });

  it('that is taken out of the settings keeps no summary in the outbox', async () => {
    page.down = true;
    await open(names(25), 0);
    await notify(2);
    expect(await readSummaries(storage.tables, cluster)).toHaveLength(1);
    await end(names(1), 3);
    await notify(4, {}, [mail]);
    expect(await readSummaries(storage.tables, cluster)).toEqual([]);
  });

  it('whose answer was lost learns of the end of what it may have accepted, though an incident has covered it meanwhile', async () => {
    await open(names(1), 0);
    const deliver = page.deliver.bind(page);
    page.deliver = async (events) => {
      await deliver(events);
      throw new IngestionError('expected an answer, got none');
    };
    await notify(2);
    page.deliver = deliver;
    const incident = { since: at(1) };
    await notify(3, { incident });
    await end(names(1), 4);
    await notify(5, { incident });
    expect(mail.log).toEqual([`NodeOutageStarted ${names(1)[0]}`, `NodeOutageEnded ${names(1)[0]}`]);
    // Under the same id, so that it is one.
    expect(page.log).toEqual([`NodeOutageStarted ${names(1)[0]}`, ...mail.log]);
  });

  it('that was notified of a node before its cluster failed is sent its end, and one that was not is sent nothing', async () => {
    await open(names(1), 0);
    page.down = true;
    await notify(2);
    page.down = false;
    const down = { clusterOutage: { start: at(3) } };
    await notify(4, down);
    await end(names(1), 5);
    await notify(6, down);
    expect(mail.log).toEqual(['NodeOutageStarted', 'NodeOutageEnded'].map((name) => `${name} ${names(1)[0]}`));
    expect(page.log).toEqual([]);
    expect(await outages()).toMatchObject([{ covered: 1, delivered: { mail: { started: 1, ended: 1 } } }]);
  });
});
