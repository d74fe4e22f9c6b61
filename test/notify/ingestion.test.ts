import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { postEvents } from '../../src/notify/ingestion.ts';
import { forgetStamp } from '../../src/notify/stamps.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import { json, type LoopbackAzure, type Received, serveHttps } from '../serve-https.ts';

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
let answer: (response: ServerResponse, request: Received) => void;
const scopes: (string | string[])[] = [];
const credential: TokenCredential = {
  async getToken(scope) {
    scopes.push(scope);
    return { token: 'crown-jewels', expiresOnTimestamp: Date.now() + 3_600_000 };
  },
};

beforeAll(async () => {
  azure = await serveHttps((request, response) => answer(response, request));
  elsewhere = await serveHttps((_, response) => json(response, 200, { itemsReceived: 3, itemsAccepted: 3, errors: [] }));
});
afterAll(() => Promise.all([azure.close(), elsewhere.close()]));
beforeEach(() => {
  azure.received.length = 0;
  scopes.length = 0;
  forgetStamp(`${azure.url}/`);
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
      status === 400
        ? /^expected the ingestion endpoint .* to accept events, got a refusal: .* answered 400: \{"itemsReceived":3,"itemsAccepted":0/
        : `expected the ingestion endpoint ${azure.url}/v2.1/track to accept events, got ${status}: {"itemsReceived":3,"itemsAccepted":0`,
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

  it('fails where the connection is cut', async () => {
    answer = (response) => response.destroy();
    await expect(post()).rejects.toThrow('fetch failed');
  });
});

/** The ids of the events of each request, after its path. */
const requests = () =>
  azure.received.map(({ path, body }) => [
    path,
    ...JSON.parse(body).map(({ tags }: { tags: Record<string, string> }) => tags['ai.operation.id']),
  ]);
const acceptAll = (response: ServerResponse, { body }: Received) => {
  const count = JSON.parse(body).length;
  json(response, 200, { itemsReceived: count, itemsAccepted: count, errors: [] });
};

describe('one bad item', () => {
  const tooLong = {
    ...event('two'),
    properties: { eventId: 'two', node: 'x'.repeat(5000) },
    measurements: { seconds: Number.NaN, members: 3 },
  };
  const sent = [event('one'), tooLong, event('three')];
  const isBad = (item: { data: { baseData: { properties: Record<string, string> } } }) =>
    Object.values(item.data.baseData.properties).some((value) => value.length > 4000);

  it('is sent once more, shortened, and keeps no other from being accepted', async () => {
    answer = (response, { body }) => {
      const items = JSON.parse(body);
      const errors = items.flatMap((item: never, index: number) => (isBad(item) ? [{ index, statusCode: 400 }] : []));
      json(response, errors.length > 0 ? 206 : 200, { itemsReceived: items.length, itemsAccepted: items.length - errors.length, errors });
    };
    expect(await post(sent)).toEqual(new Set(['one', 'two', 'three']));
    expect(requests()).toEqual([
      ['/v2.1/track', 'one', 'two', 'three'],
      ['/v2.1/track', 'two'],
    ]);
    const [{ data }] = JSON.parse(azure.received[1]!.body);
    expect(data.baseData).toEqual({
      ver: 2,
      name: 'NodeOutageStarted',
      properties: { eventId: 'two', node: 'x'.repeat(512) },
      measurements: { members: 3 },
    });
  });

  it('is not what the others wait for where it has the whole request refused', async () => {
    answer = (response, request) => (JSON.parse(request.body).some(isBad) ? response.writeHead(413).end() : acceptAll(response, request));
    expect(await post(sent)).toEqual(new Set(['one', 'two', 'three']));
    expect(azure.received).toHaveLength(2);
  });

  it('is not told as accepted where it is refused shortened too', async () => {
    answer = (response, { body }) => {
      const items: { tags: Record<string, string> }[] = JSON.parse(body);
      const errors = items.flatMap(({ tags }, index) => (tags['ai.operation.id'] === 'two' ? [{ index, statusCode: 400 }] : []));
      json(response, 206, { itemsReceived: items.length, itemsAccepted: items.length - errors.length, errors });
    };
    expect(await post(sent)).toEqual(new Set(['one', 'three']));
    expect(azure.received).toHaveLength(2);
  });
});

describe('many events', () => {
  const many = Array.from({ length: 1200 }, (_, n) => event(String(n)));

  it('go in several requests', async () => {
    answer = acceptAll;
    expect((await post(many)).size).toBe(1200);
    expect(requests().map((each) => each.length - 1)).toEqual([500, 500, 200]);
  });

  it('are told as accepted as far as they were, where the endpoint fails midway', async () => {
    answer = (response, request) => (azure.received.length === 2 ? json(response, 503, {}) : acceptAll(response, request));
    expect((await post(many)).size).toBe(500);
    expect(azure.received).toHaveLength(2);
  });
});

describe('a redirect', () => {
  const redirect = (response: ServerResponse, location?: string, status = 308) =>
    response.writeHead(status, location === undefined ? {} : { location }).end();
  /** An endpoint that redirects to its stamp, which answers as given. */
  const redirecting =
    (stamp: typeof answer, status = 308): typeof answer =>
    (response, request) =>
      request.path === '/stamp/v2.1/track' ? stamp(response, request) : redirect(response, '/stamp/v2.1/track', status);

  it.each([307, 308])('%i is followed to the stamp with the same token, and remembered', async (status) => {
    answer = redirecting(acceptAll, status);
    expect(await post()).toEqual(new Set(['one', 'two', 'three']));
    expect(await post()).toEqual(new Set(['one', 'two', 'three']));
    const all = ['one', 'two', 'three'];
    expect(requests()).toEqual([
      ['/v2.1/track', ...all],
      ['/stamp/v2.1/track', ...all],
      ['/stamp/v2.1/track', ...all],
    ]);
    expect(new Set(azure.received.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer crown-jewels']));
    expect(new Set(scopes)).toEqual(new Set(['https://monitor.azure.com/.default']));
  });

  it('is followed by its absolute address too', async () => {
    answer = (response, request) =>
      request.path.startsWith('/stamp') ? acceptAll(response, request) : redirect(response, `${azure.url}/stamp/v2.1/track`);
    expect((await post()).size).toBe(3);
  });

  it.each([
    ['to http', () => azure.url.replace('https', 'http'), 'it leads to http:, expected https'],
    ['to another host', () => `${elsewhere.url}/v2.1/track`, 'it leads to the foreign host'],
    ['without a Location', () => undefined, 'it names no Location'],
  ])('%s is not followed: the token goes nowhere else', async (_, location, why) => {
    answer = (response) => redirect(response, location());
    await expect(post()).rejects.toThrow(`got a redirect 308 that is not followed: ${why}`);
    expect(elsewhere.received).toEqual([]);
    expect(azure.received).toHaveLength(1);
  });

  it('of another kind is an answer like any other', async () => {
    answer = (response) => redirect(response, '/stamp/v2.1/track', 301);
    await expect(post()).rejects.toThrow('got 301');
    expect(azure.received).toHaveLength(1);
  });

  it('that leads round in circles is followed five times', async () => {
    answer = (response, { path }) => redirect(response, path === '/v2.1/track' ? '/stamp/v2.1/track' : '/v2.1/track');
    await expect(post()).rejects.toThrow('got a redirect 308 that is not followed: it is one of more than 5');
    expect(azure.received).toHaveLength(6);
  });

  it.each<[string, typeof answer]>([
    ['does not answer', (response) => response.destroy()],
    ['answers 503', (response) => json(response, 503, {})],
    ['is not there any more', (response) => json(response, 404, {})],
  ])('is forgotten once its stamp %s, and the endpoint asked in its place', async (_, dead) => {
    answer = redirecting(acceptAll);
    await post();
    azure.received.length = 0;
    answer = (response, request) => (request.path.startsWith('/stamp') ? dead(response, request) : acceptAll(response, request));
    expect((await post()).size).toBe(3);
    expect((await post()).size).toBe(3);
    expect(requests().map(([path]) => path)).toEqual(['/stamp/v2.1/track', '/v2.1/track', '/v2.1/track']);
  });

  it('is kept while its stamp asks for patience', async () => {
    answer = redirecting(acceptAll);
    await post();
    azure.received.length = 0;
    answer = (response) => json(response, 429, {});
    await expect(post()).rejects.toThrow('got 429');
    await expect(post()).rejects.toThrow('got 429');
    expect(requests().map(([path]) => path)).toEqual(['/stamp/v2.1/track', '/stamp/v2.1/track']);
  });

  it('of single items takes these alone to the stamp', async () => {
    const moved = (response: ServerResponse, location: Record<string, string>) =>
      json(response, 206, { itemsReceived: 3, itemsAccepted: 1, errors: [0, 2].map((index) => ({ index, statusCode: 307 })) }, location);
    answer = (response, request) =>
      request.path.startsWith('/stamp') ? acceptAll(response, request) : moved(response, { location: '/stamp/v2.1/track' });
    expect(await post()).toEqual(new Set(['one', 'two', 'three']));
    expect(requests()).toEqual([
      ['/v2.1/track', 'one', 'two', 'three'],
      ['/stamp/v2.1/track', 'one', 'three'],
    ]);
  });

  it.each([
    ['to nowhere', {}],
    ['to another host', { location: 'https://attacker.example/v2.1/track' }],
  ])('of single items %s leaves them for later', async (_, headers) => {
    answer = (response) => json(response, 206, { itemsReceived: 3, itemsAccepted: 2, errors: [{ index: 1, statusCode: 308 }] }, headers);
    expect(await post()).toEqual(new Set(['one', 'three']));
    expect(azure.received).toHaveLength(1);
  });

  it('of single items in circles ends', async () => {
    answer = (response, { body }) => {
      const count = JSON.parse(body).length;
      const errors = Array.from({ length: count }, (_, index) => ({ index, statusCode: 308 }));
      json(response, 206, { itemsReceived: count, itemsAccepted: 0, errors }, { location: '/v2.1/track' });
    };
    expect(await post()).toEqual(new Set());
    expect(azure.received).toHaveLength(6);
  });
});
