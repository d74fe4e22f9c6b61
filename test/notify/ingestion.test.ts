import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Availability } from '../../src/notify/envelopes.ts';
import { postEvents, postState } from '../../src/notify/ingestion.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import { json, type LoopbackAzure, serveHttps } from '../serve-https.ts';

const instrumentationKey = '00000000-1111-4222-8333-444444444444';
const event = (eventId: string): TelemetryEvent => ({
  name: 'NodeOutageStarted',
  time: '2026-11-21T09:35:02.000Z',
  properties: { eventId, node: 'aks-web-vmss000000' },
});
const events = [event('one'), event('two'), event('three')];

let azure: LoopbackAzure;
let elsewhere: LoopbackAzure;
let warn: ReturnType<typeof vi.spyOn>;
let answer: (response: ServerResponse) => void;
const scopes: (string | string[])[] = [];
const credential: TokenCredential = {
  async getToken(scope) {
    scopes.push(scope);
    return { token: 'crown-jewels', expiresOnTimestamp: Date.now() + 3_600_000 };
  },
};

beforeAll(async () => {
  azure = await serveHttps((_, response) => answer(response));
  elsewhere = await serveHttps((_, response) => json(response, 200, { itemsReceived: 3, itemsAccepted: 3, errors: [] }));
});
afterAll(() => Promise.all([azure.close(), elsewhere.close()]));
beforeEach(() => {
  azure.received.length = 0;
  scopes.length = 0;
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warn.mockRestore());

const target = (audience = 'https://monitor.azure.com') => ({ instrumentationKey, ingestionEndpoint: `${azure.url}/`, audience });
const post = (all: readonly TelemetryEvent[] = events) => postEvents(target(), credential, all);
const accept = (itemsAccepted: number, errors: { index: number; statusCode: number; message?: string }[] = [], status = 200) => {
  answer = (response) => json(response, status, { itemsReceived: 3, itemsAccepted, errors });
};

describe('postEvents', () => {
  it('sends all events in one request, as Application Insights takes them', async () => {
    accept(1);
    await postEvents(target(), credential, [{ ...event('one'), measurements: { durationSeconds: 3 } }]);
    expect(azure.received).toHaveLength(1);
    const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: '' }] = azure.received;
    expect({ method, path, type: headers['content-type'], authorization: headers.authorization }).toEqual({
      method: 'POST',
      path: '/v2.1/track',
      type: 'application/json',
      authorization: 'Bearer crown-jewels',
    });
    expect(JSON.parse(body)).toMatchInlineSnapshot(`
      [
        {
          "data": {
            "baseData": {
              "measurements": {
                "durationSeconds": 3,
              },
              "name": "NodeOutageStarted",
              "properties": {
                "eventId": "one",
                "node": "aks-web-vmss000000",
              },
              "ver": 2,
            },
            "baseType": "EventData",
          },
          "iKey": "00000000-1111-4222-8333-444444444444",
          "name": "Microsoft.ApplicationInsights.Event",
          "sampleRate": 100,
          "tags": {
            "ai.cloud.role": "aks-fleet-prober",
            "ai.operation.id": "one",
          },
          "time": "2026-11-21T09:35:02.000Z",
          "ver": 1,
        },
      ]
    `);
  });

  it('asks for a token of the audience, and sends none where there is no credential', async () => {
    accept(3);
    await postEvents(target('https://monitor.azure.us/'), credential, events);
    await postEvents(target(), undefined, events);
    expect(scopes).toEqual(['https://monitor.azure.us/.default']);
    expect(azure.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer crown-jewels', undefined]);
  });

  it('tells that all were accepted', async () => {
    accept(3);
    expect(await post()).toEqual(new Set(['one', 'two', 'three']));
    expect(warn).not.toHaveBeenCalled();
  });

  it('tells only what was accepted of a part, and warns of the rest', async () => {
    accept(2, [{ index: 1, statusCode: 429, message: 'Too many requests' }], 206);
    expect(await post()).toEqual(new Set(['one', 'three']));
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^warning: 1 of 3 events were not accepted and are sent again: .*429.*Too many requests/)],
    ]);
  });

  it.each<[string, number, { index: number; statusCode: number }[]]>([
    ['counts fewer than it names no error for', 2, []],
    ['counts more than were sent', 4, []],
    ['counts all and names an error', 3, [{ index: 0, statusCode: 500 }]],
    ['names an event that was not sent', 2, [0, 7].map((index) => ({ index, statusCode: 500 }))],
  ])('takes nothing for accepted where the answer %s', async (_, accepted, errors) => {
    accept(accepted, errors, 206);
    expect(await post()).toEqual(new Set());
  });

  it.each([400, 401, 402, 403, 429, 439, 500, 503])('fails on %i, saying who answered what', async (status) => {
    answer = (response) => json(response, status, { itemsReceived: 3, itemsAccepted: 0, errors: [] });
    await expect(post()).rejects.toThrow(
      `expected the ingestion endpoint ${azure.url}/ to accept events, got ${status}: {"itemsReceived":3,"itemsAccepted":0`,
    );
  });

  it.each([
    ['text', 'fine'],
    ['nothing', ''],
    ['JSON of another kind', '{"ok":true}'],
    ['counts that are no numbers', '{"itemsReceived":"3","itemsAccepted":"3"}'],
  ])('fails on an answer that is %s', async (_, body) => {
    answer = (response) => response.writeHead(200).end(body);
    await expect(post()).rejects.toThrow();
  });

  it.each([301, 307, 308])('never takes its token elsewhere on a redirect %i', async (status) => {
    answer = (response) => response.writeHead(status, { location: `${elsewhere.url}/v2.1/track` }).end();
    await expect(post()).rejects.toThrow();
    expect(elsewhere.received).toEqual([]);
  });

  it('fails where the connection is cut', async () => {
    answer = (response) => response.destroy();
    await expect(post()).rejects.toThrow('fetch failed');
  });
});

describe('postState', () => {
  const heartbeat: TelemetryEvent = { name: 'SweepCompleted', time: '2026-11-21T09:36:00.000Z', properties: { eventId: 'the sweep' } };
  const result = (n: number): Availability => {
    const id = `sweep|c${n}`;
    return {
      id,
      name: `c${n}`,
      time: heartbeat.time,
      success: n > 0,
      durationMs: 13_727,
      message: 'fine',
      properties: { cluster: `c${n}` },
    };
  };
  const state = (count: number) => Array.from({ length: count }, (_, n) => result(n));
  const sent = () =>
    azure.received.map(({ body }) =>
      (JSON.parse(body) as { data: { baseData: { name: string } } }[]).map(({ data }) => data.baseData.name),
    );
  /** Accepts a request but for the items at these places, in turn. */
  const acceptAllBut = (...refused: number[][]) => {
    answer = (response) => {
      const count = sent().at(-1)!.length;
      const errors = (refused[azure.received.length - 1] ?? []).map((index) => ({ index, statusCode: 429, message: 'Too many requests' }));
      json(response, errors.length > 0 ? 206 : 200, { itemsReceived: count, itemsAccepted: count - errors.length, errors });
    };
  };

  it('sends an availability result as Application Insights takes it', async () => {
    acceptAllBut();
    await postState(target(), credential, heartbeat, [result(0)]);
    const [, envelope] = JSON.parse(azure.received[0]!.body);
    expect(envelope).toEqual({
      ver: 1,
      name: 'Microsoft.ApplicationInsights.Availability',
      time: heartbeat.time,
      sampleRate: 100,
      iKey: instrumentationKey,
      tags: { 'ai.cloud.role': 'aks-fleet-prober', 'ai.operation.id': 'sweep|c0' },
      data: {
        baseType: 'AvailabilityData',
        baseData: {
          ver: 2,
          id: 'sweep|c0',
          name: 'c0',
          duration: '00:00:13.727',
          success: false,
          runLocation: 'aks-fleet-prober',
          message: 'fine',
          properties: { cluster: 'c0' },
          measurements: {},
        },
      },
    });
  });

  it('sends the heartbeat first, and all of however many clusters', async () => {
    acceptAllBut();
    await postState(target(), credential, heartbeat, state(20_000));
    expect(sent()[0]![0]).toBe('SweepCompleted');
    expect(new Set(sent().flat()).size).toBe(20_001);
    expect(Math.max(...azure.received.map(({ body }) => body.length))).toBeLessThan(1_000_000);
  });

  it('sends again what was not accepted, and nothing else', async () => {
    acceptAllBut([0, 2]);
    await postState(target(), credential, heartbeat, state(3));
    expect(sent()).toEqual([
      ['SweepCompleted', 'c0', 'c1', 'c2'],
      ['SweepCompleted', 'c1'],
    ]);
  });

  it('gives up after the third time, saying how much was lost and why', async () => {
    answer = (response) => json(response, 503, {});
    const lost = await postState(target(), credential, heartbeat, state(2)).catch((error: Error) => error);
    expect(lost).toMatchObject({
      message: '3 of 3 items of the state after a sweep were not accepted',
      cause: { message: expect.stringContaining('503') },
    });
    expect(azure.received).toHaveLength(3);
  });
});
