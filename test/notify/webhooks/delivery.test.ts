import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { handlePoison } from '../../../src/housekeeping/handle-poison.ts';
import { prune } from '../../../src/housekeeping/prune.ts';
import { deliverEach } from '../../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import { openWebhooks } from '../../../src/notify/webhooks/webhook-sink.ts';
import type { Services } from '../../../src/services.ts';
import { doWork } from '../../../src/sweep/work.ts';
import { countDeliveries } from '../../../src/tables/webhook-rows.ts';
import { type LoopbackAzure, type Received, serveHttps } from '../../serve-https.ts';
import { openClockQueue, type Queued } from '../../sweep/clock-queue.ts';
import { type Clock, servicesAt } from '../../sweep/services-at.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { FakeSink } from '../fake-sink.ts';

const START = '2026-11-21T09:35:00.000Z';
const secret = (byte: number) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`;
const eventOf = (eventId: string): TelemetryEvent => ({
  name: 'NodeOutageStarted',
  time: START,
  properties: { eventId, cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop', node: 'aks-web-vmss000000', message: 'a test' },
  measurements: { members: 3, durationSeconds: Number.NaN },
});

let receiver: LoopbackAzure;
let storage: Storage;
let answers: Record<string, (response: ServerResponse, request: Received) => void>;
const reply =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(`answer ${status} secret-of-path`);
beforeAll(async () => {
  receiver = await serveHttps((request, response) => (answers[request.path.split('/')[1]!] ?? reply(200))(response, request));
});
afterAll(() => receiver.close());

let services: Services;
let clock: Clock;
let messages: Queued[];
let takeUntil: (time: number) => Queued | undefined;
let insights: FakeSink;
let logged: Mock[];
beforeEach(async () => {
  answers = {};
  receiver.received.length = 0;
  logged = [
    vi.spyOn(console, 'warn').mockImplementation(() => {}) as Mock,
    vi.spyOn(console, 'error').mockImplementation(() => {}) as Mock,
  ];
  for (const each of logged) each.mockClear();
  storage = await startStorage();
  insights = new FakeSink('ApplicationInsights');
  open(['audit', 'pager']);
  return () => storage.stop();
});

/** Goes on as an app whose settings name these webhooks, with the same storage and queue. */
function open(names: readonly string[], path = 'secret-of-path'): void {
  const built = servicesAt(storage.connectionString, START, {
    WEBHOOKS: names.map((name) => `${name}=${receiver.url}/${name}/${path}`).join(' '),
    WEBHOOK_SECRETS: names.map((name, index) => `${name}=${secret(index)}`).join(' '),
  });
  clock = built.clock;
  const clockQueue = openClockQueue(built.services.now);
  ({ messages, takeUntil } = clockQueue);
  const context = { ...built.services, queue: clockQueue.queue };
  services = { ...context, sinks: [insights, ...openWebhooks(context)] };
}

/** Changes the settings of a running app: the queue and the clock stay. */
function change(names: readonly string[], path?: string): void {
  const [kept, time] = [[...messages], services.now()];
  open(names, path);
  messages.push(...kept);
  clock.at(time.getTime());
}

const deliver = (...ids: string[]) => deliverEach(services.sinks, () => ids.map(eventOf), 'a test');
const sink = (name: string) => services.sinks.find((each) => each.name === `webhook-${name}`)!;
const idsAt = (name: string) =>
  receiver.received.filter(({ path }) => path.startsWith(`/${name}/`)).map(({ headers }) => String(headers['webhook-id']));
const seconds = (count: number) => new Date(Date.parse(START) + count * 1000);
const hours = (count: number) => seconds(count * 3600);

/** Lets time pass in which messages are delivered; a clock of hours takes seconds. */
async function runUntil(end: Date): Promise<void> {
  for (let message = takeUntil(end.getTime()); message !== undefined; message = takeUntil(end.getTime())) {
    clock.at(Math.max(message.visibleAt, services.now().getTime()));
    await doWork(services, message.body);
  }
  clock.at(end.getTime());
}

const rows = async (name: 'webhooks' | 'poison') => {
  const table = await storage.tables.open(name);
  const found: Record<string, unknown>[] = [];
  for await (const row of table.listEntities()) found.push(row as Record<string, unknown>);
  return found;
};
const deliveries = async () => (await rows('webhooks')).filter(({ partitionKey }) => partitionKey !== 'gates');

describe('an event for webhooks', () => {
  it('is accepted once it is stored, leaves at once, and is not sent again', async () => {
    const accepted = await deliver('one', 'two');
    expect(accepted.map(({ sink: name, accepted: ids }) => [name, [...ids]])).toEqual([
      ['ApplicationInsights', ['one', 'two']],
      ['webhook-audit', ['one', 'two']],
      ['webhook-pager', ['one', 'two']],
    ]);
    expect([idsAt('audit').sort(), idsAt('pager').sort()]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    await deliver('one');
    await runUntil(hours(25));
    expect(receiver.received).toHaveLength(4);
    expect((await deliveries()).map(({ state, attempts }) => [state, attempts])).toEqual(Array(4).fill(['accepted', 1]));
    expect(messages).toEqual([]);
  });

  it('is named in the queue, and nothing else of it is: no address, no text', async () => {
    await deliver('one');
    const bodies = messages.map(({ body }) => Object.keys(body).sort());
    expect(bodies).toEqual(Array(2).fill(['day', 'deadline', 'event', 'kind', 'v', 'webhook']));
    expect(JSON.stringify(messages)).not.toMatch(/secret-of-path|https?:|a test/);
  });

  it('is tried again for hours, ever more seldom, until it is accepted', async () => {
    answers.pager = reply(503);
    await deliver('one');
    expect(await countDeliveries(storage.tables, services.now())).toEqual(new Map([['pager', 1]]));
    const times: number[] = [];
    answers.pager = (response) => {
      times.push(Math.round((services.now().getTime() - Date.parse(START)) / 1000));
      reply(503)(response);
    };
    await runUntil(hours(20));
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    expect(waits.slice(0, 4)).toEqual([15, 45, 135, 300]);
    expect(new Set(waits.slice(4))).toEqual(new Set([300]));
    answers.pager = reply(200);
    await runUntil(hours(20.2));
    await runUntil(hours(30));
    expect(new Set(idsAt('pager'))).toEqual(new Set(['one']));
    expect(await deliveries()).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
    expect(await rows('poison')).toEqual([]);
    expect(insights.accepted).toHaveLength(1);
  });

  it('that a webhook refuses is tried by itself, and hinders no other', async () => {
    answers.pager = (response, { headers }) => reply(headers['webhook-id'] === 'bad' ? 400 : 200)(response);
    await deliver('bad');
    await runUntil(hours(10));
    await deliver('good');
    expect(idsAt('pager').filter((id) => id === 'good')).toHaveLength(1);
    const tries = idsAt('pager').filter((id) => id === 'bad').length;
    expect([tries > 8, tries < 20]).toEqual([true, true]);
  });

  it('waits as long as a webhook asks it to', async () => {
    answers.pager = reply(429, { 'retry-after': '1800' });
    await deliver('one');
    expect(idsAt('pager')).toHaveLength(1);
    await runUntil(seconds(1790));
    expect(idsAt('pager')).toHaveLength(1);
    answers.pager = reply(200);
    await runUntil(seconds(1830));
    expect(idsAt('pager')).toHaveLength(2);
    expect(messages).toEqual([]);
  });

  it('is delivered by its message if the process ends before its first attempt', async () => {
    answers.audit = answers.pager = (response) => void response.destroy();
    await deliver('one');
    receiver.received.length = 0;
    answers = {};
    await runUntil(seconds(60));
    expect([idsAt('audit'), idsAt('pager')]).toEqual([['one'], ['one']]);
  });

  it('that could not be stored is not accepted, and is sent again with the next assessment', async () => {
    const broken = { ...services, queue: { ...services.queue, send: () => Promise.reject(new Error('the queue is away')) } };
    const [audit] = openWebhooks(broken);
    await expect(audit!.deliver([eventOf('one')])).rejects.toThrow('the queue is away');
    expect(await deliveries()).toEqual([]);
    expect(await sink('audit').deliver([eventOf('one')])).toEqual(new Set(['one']));
    expect(idsAt('audit')).toEqual(['one']);
  });

  it('is not forgotten by an instance whose clock is minutes behind, and its copies do not become more', async () => {
    answers.pager = reply(503);
    await deliver('one');
    await runUntil(seconds(60));
    const own = messages.findIndex(({ body }) => body.webhook === 'pager');
    const [message] = messages.splice(own, 1);
    clock.at(seconds(60).getTime() - 400_000);
    // Twice, as queues deliver at times.
    for (const _ of [1, 2]) await doWork(services, message!.body);
    clock.at(message!.visibleAt);
    answers.pager = reply(200);
    await runUntil(hours(1));
    expect(new Set(idsAt('pager'))).toEqual(new Set(['one']));
    expect((await deliveries()).map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    expect(messages).toEqual([]);
  });

  it('is not asked for in vain where the message came and its row did not', async () => {
    const row = { webhook: 'audit', day: '2026-11-21', event: '0123456789abcdef0123456789abcdef' };
    await services.queue.send({ kind: 'deliver-webhook', ...row });
    await runUntil(hours(1));
    expect([messages, receiver.received]).toEqual([[], []]);
  });
});

// Hours of a clock that stands are many requests.
describe('a webhook that is down', { timeout: 120_000 }, () => {
  it('neither blocks nor slows Application Insights, nor another webhook', async () => {
    const held: ServerResponse[] = [];
    answers.pager = (response) => void held.push(response);
    const startedAt = performance.now();
    const took: Record<string, number> = {};
    const timed = services.sinks.map((each) => ({
      name: each.name,
      async deliver(events: readonly TelemetryEvent[]) {
        const accepted = await each.deliver(events);
        took[each.name] = performance.now() - startedAt;
        return accepted;
      },
    }));
    await deliverEach(timed, () => [eventOf('one')], 'a test');
    expect(took.ApplicationInsights).toBeLessThan(500);
    expect(took['webhook-audit']).toBeLessThan(1500);
    expect(took['webhook-pager']).toBeLessThan(4000);
    expect([idsAt('audit'), insights.accepted.length]).toEqual([['one'], 1]);
    for (const response of held) response.writeHead(200).end();
  });

  it('is asked by one event at a time, however many wait, and gets all of them within minutes once it is back', async () => {
    answers.pager = reply(503);
    await deliver('first');
    await runUntil(seconds(21));
    const before = idsAt('pager').length;
    const ids = Array.from({ length: 60 }, (_, n) => `event-${n}`);
    for (let from = 0; from < ids.length; from += 20) await deliver(...ids.slice(from, from + 20));
    expect(idsAt('pager').length).toBe(before);
    await runUntil(hours(2));
    // Every five minutes at most, once the wait has grown to that.
    expect(idsAt('pager').length - before).toBeLessThan(32);
    answers.pager = reply(200);
    receiver.received.length = 0;
    await runUntil(seconds(2 * 3600 + 660));
    expect(idsAt('pager').sort()).toEqual(['first', ...ids].sort());
    expect(messages).toEqual([]);
  });

  it('is asked by one of several instances that find its wait over at the same moment', async () => {
    answers.pager = reply(503);
    await deliver('first');
    const ids = Array.from({ length: 12 }, (_, n) => `event-${n}`);
    await deliver(...ids);
    receiver.received.length = 0;
    const due = messages.splice(0).filter(({ body }) => body.webhook === 'pager');
    expect(due).toHaveLength(13);
    clock.at(seconds(30).getTime());
    await Promise.all(due.map(({ body }) => doWork(services, body)));
    expect(idsAt('pager')).toHaveLength(1);
    expect(messages).toHaveLength(13);
  });

  it('for a day loses the event: a poison letter and one event a day to the others say so', async () => {
    answers.pager = reply(500);
    await deliver('one', 'two');
    await runUntil(hours(26));
    expect(messages).toEqual([]);
    const errors = insights.accepted.filter(({ name }) => name === 'ProberError');
    expect(new Set(errors.map(({ properties }) => properties.eventId))).toEqual(new Set(['webhook/pager/2026-11-22']));
    expect(errors[0]!.properties).toMatchObject({
      message: expect.stringMatching(/^the webhook pager accepted no request for 24 hours: events are lost to it/),
      evidence: expect.stringContaining('answer 500'),
    });
    expect(idsAt('audit').sort()).toEqual(['one', 'two', 'webhook%2Fpager%2F2026-11-22']);
    expect(idsAt('pager')).not.toContain('webhook%2Fpager%2F2026-11-22');
    expect(await rows('poison')).toMatchObject([{ rowKey: 'webhook-pager', error: expect.stringContaining('answer 500') }]);
    const lost = (await deliveries()).filter(({ rowKey }) => String(rowKey).startsWith('pager|'));
    expect(lost.map(({ state }) => state)).toEqual(['givenUp', 'givenUp']);
  });

  it('gives no secret away in logs, tables, events or messages', async () => {
    answers.pager = (response, { headers }) => void response.writeHead(500).end(JSON.stringify({ headers, path: 'secret-of-path' }));
    await deliver('one');
    await runUntil(hours(26));
    const kept = [...(await rows('webhooks')), ...(await rows('poison')), ...insights.accepted, ...messages];
    const written = JSON.stringify([kept, ...logged.map(({ mock }) => mock.calls)]);
    expect(written).toContain('pager');
    for (const hidden of ['secret-of-path', secret(0), secret(1), secret(1).slice(6), receiver.url]) expect(written).not.toContain(hidden);
  });
});

describe('a webhook that is gone', () => {
  it('is not asked again for a day, which is told once, while the others go on', async () => {
    answers.pager = reply(410);
    await deliver('one');
    await runUntil(hours(1));
    await deliver('two');
    await runUntil(hours(20));
    expect(idsAt('pager')).toEqual(['one']);
    expect(idsAt('audit')).toEqual(expect.arrayContaining(['one', 'two']));
    const errors = insights.accepted.filter(({ name }) => name === 'ProberError');
    expect(errors.map(({ properties }) => properties.message)).toEqual([
      expect.stringMatching(/^the webhook pager answered 410 Gone and is not/),
    ]);
    answers.pager = reply(200);
    clock.at(hours(25).getTime());
    await deliver('three');
    expect(idsAt('pager')).toEqual(['one', 'three']);
  });

  it('is asked at once where the settings give it another address', async () => {
    answers.pager = reply(410);
    await deliver('one');
    await runUntil(hours(1));
    answers.pager = reply(200);
    change(['audit', 'pager'], 'another-path');
    await deliver('two');
    expect(idsAt('pager')).toEqual(['one', 'two']);
  });
});

describe('a webhook that is taken out of the settings', () => {
  it('leaves nothing behind: its messages end, and its rows are cleared after days', async () => {
    answers.pager = reply(503);
    await deliver('one');
    await runUntil(hours(1));
    change(['audit']);
    await runUntil(hours(3));
    expect(messages).toEqual([]);
    expect(await deliveries()).toHaveLength(2);
    clock.at(hours(24 * 9).getTime());
    const poisonQueue = (async () => ({ name: 'work-poison', getProperties: async () => ({}) })) as unknown as Services['poisonQueue'];
    await prune({ ...services, poisonQueue });
    expect(await deliveries()).toEqual([]);
  });
});

describe('a message that failed each time it was tried', () => {
  it('gives its event up, which is told like that of every other message', async () => {
    answers.pager = reply(503);
    await deliver('one');
    const { body } = messages.find(({ body: each }) => each.webhook === 'pager')!;
    await handlePoison(services, body);
    expect((await deliveries()).find(({ rowKey }) => rowKey === `pager|${body.event}`)).toMatchObject({ state: 'givenUp' });
    expect(insights.accepted.map(({ properties }) => properties.eventId)).toEqual(['one', expect.stringMatching(/^poison\//)]);
  });
});
