import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TelemetryEvent } from '../../src/announce/events.ts';
import { postEvents } from '../../src/announce/ingestion.ts';
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
