import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Availability } from '../../src/notify/envelopes.ts';
import { postState, type StateLimits } from '../../src/notify/post-state.ts';
import { forgetStamp } from '../../src/notify/stamps.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import { json, type LoopbackAzure, type Received, serveHttps } from '../serve-https.ts';

const instrumentationKey = '00000000-1111-4222-8333-444444444444';
const heartbeat: TelemetryEvent = { name: 'SweepCompleted', time: '2026-11-21T09:36:00.000Z', properties: { eventId: 'the sweep' } };
const result = (n: number): Availability => {
  return {
    id: `sweep|c${n}`,
    name: `c${n}`,
    time: heartbeat.time,
    success: n > 0,
    durationMs: 13_727,
    message: 'fine',
    properties: { cluster: `c${n}` },
  };
};
function* state(count: number): Generator<Availability> {
  for (let n = 0; n < count; n++) yield result(n);
}

let azure: LoopbackAzure;
let answer: (response: ServerResponse, request: Received) => void;
let warn: ReturnType<typeof vi.spyOn>;
beforeAll(async () => {
  azure = await serveHttps((request, response) => answer(response, request));
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.received.length = 0;
  forgetStamp(`${azure.url}/`);
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warn.mockRestore());

const limits: StateLimits = { requestMs: 2000, totalMs: 20_000, backOffMs: 10, longestWaitMs: 1500 };
const post = (count: number, more: Partial<StateLimits> = {}) => {
  const target = { instrumentationKey, ingestionEndpoint: `${azure.url}/`, audience: 'https://monitor.azure.com' };
  return postState(target, undefined, heartbeat, state(count), { ...limits, ...more });
};

type Sent = { tags: Record<string, string>; data: { baseData: { name: string; id?: string } } };
const itemsOf = ({ body }: Received): Sent[] => JSON.parse(body);
const namesOf = (request: Received) => itemsOf(request).map(({ data }) => data.baseData.name);
const sent = () => azure.received.map(namesOf);
const acceptAllBut = (response: ServerResponse, request: Received, errors: { index: number; statusCode: number }[] = []) => {
  const count = itemsOf(request).length;
  json(response, errors.length > 0 ? 206 : 200, { itemsReceived: count, itemsAccepted: count - errors.length, errors });
};

describe('postState', () => {
  it('sends an availability result as Application Insights takes it', async () => {
    answer = acceptAllBut;
    await post(1);
    const [envelope] = itemsOf(azure.received[1]!);
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

  it.each([3000, 20_000])('sends the heartbeat first, and the state of all of %i clusters', async (count) => {
    answer = acceptAllBut;
    await post(count);
    expect(sent()[0]).toEqual(['SweepCompleted']);
    expect(new Set(sent().flat()).size).toBe(count + 1);
    expect(sent().flat()).toHaveLength(count + 1);
    expect(Math.max(...azure.received.map(({ body }) => body.length))).toBeLessThan(600_000);
  });

  it.each([3000, 20_000])('has all of %i clusters accepted, each under one id, by an endpoint that is out of sorts', async (count) => {
    const accepted = new Map<string, Set<string>>();
    let hung = 0;
    answer = (response, request) => {
      const nth = azure.received.length;
      if (nth % 11 === 1) return json(response, 429, {}, { 'retry-after': '0' });
      if (nth % 11 === 4) return json(response, 503, {});
      if (nth % 11 === 6) return response.destroy();
      // Never answered: the request ends by its own time limit.
      if (nth === 8) {
        hung += 1;
        return;
      }
      const items = itemsOf(request);
      const errors = items.flatMap((_, index) => ((index + nth) % 97 === 0 ? [{ index, statusCode: 439 }] : []));
      for (const [index, { tags, data }] of items.entries()) {
        if (errors.some((error) => error.index === index)) continue;
        const { name } = data.baseData;
        accepted.set(name, (accepted.get(name) ?? new Set()).add(tags['ai.operation.id']!));
      }
      acceptAllBut(response, request, errors);
    };
    await post(count, { requestMs: 500 });
    expect(accepted.size).toBe(count + 1);
    expect([...accepted.values()].every((ids) => ids.size === 1)).toBe(true);
    expect(hung).toBe(1);
    const heard = azure.received.findIndex((request, nth) => nth % 11 !== 0 && namesOf(request).includes('SweepCompleted'));
    expect(
      sent()
        .slice(0, heard + 1)
        .flat()
        .every((name) => name === 'SweepCompleted'),
    ).toBe(true);
  });

  it('sends again what was not accepted, and nothing else', async () => {
    answer = (response, request) =>
      acceptAllBut(response, request, azure.received.length === 2 ? [0, 2].map((index) => ({ index, statusCode: 429 })) : []);
    await post(3);
    expect(sent()).toEqual([['SweepCompleted'], ['c0', 'c1', 'c2'], ['c0', 'c2']]);
  });

  it('waits as long as Retry-After says, but never longer than it may', async () => {
    const times: number[] = [];
    answer = (response, request) => {
      times.push(performance.now());
      if (times.length === 1) json(response, 429, {}, { 'retry-after': '1' });
      else if (times.length === 2) json(response, 503, {}, { 'retry-after': '86400' });
      else acceptAllBut(response, request);
    };
    await post(1);
    const waits = times.slice(1).map((time, n) => time - times[n]!);
    expect(waits[0]).toBeGreaterThan(990);
    expect(waits[1]).toBeGreaterThan(1490);
    expect(waits[1]).toBeLessThan(10_000);
  });

  it('follows a redirect of one chunk, and goes on at the stamp', async () => {
    answer = (response, request) => {
      if (request.path === '/v2.1/track' && azure.received.length === 2) response.writeHead(307, { location: '/stamp/v2.1/track' }).end();
      else acceptAllBut(response, request);
    };
    await post(1000);
    expect(azure.received.map(({ path }) => path)).toEqual(['/v2.1/track', '/v2.1/track', '/stamp/v2.1/track', '/stamp/v2.1/track']);
    expect(new Set(sent().flat()).size).toBe(1001);
  });

  it('loses one item that is refused for good, and no other', async () => {
    answer = (response, request) => {
      const at = namesOf(request).indexOf('c1');
      acceptAllBut(response, request, at < 0 ? [] : [{ index: at, statusCode: 400 }]);
    };
    await expect(post(3)).rejects.toThrow('1 of 4 items of the state after a sweep were not accepted');
    expect(sent()).toEqual([['SweepCompleted'], ['c0', 'c1', 'c2'], ['c1']]);
  });

  it('gives up when its time is up, saying how much was lost and why', async () => {
    answer = (response) => json(response, 503, {});
    const begun = performance.now();
    const lost = await post(1200, { totalMs: 600 }).catch((error: Error) => error);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(lost).toMatchObject({
      message: '1201 of 1201 items of the state after a sweep were not accepted',
      cause: { message: expect.stringContaining('503') },
    });
    expect(new Set(sent().flat())).toContain('c0');
  });

  it('holds no more than a request of a fleet as text', async () => {
    let made = 0;
    function* counted(): Generator<Availability> {
      for (const each of state(3000)) {
        made += 1;
        yield each;
      }
    }
    const madeBefore: number[] = [];
    answer = (response, request) => {
      madeBefore.push(made);
      acceptAllBut(response, request);
    };
    const target = { instrumentationKey, ingestionEndpoint: `${azure.url}/`, audience: 'https://monitor.azure.com' };
    await postState(target, undefined, heartbeat, counted(), limits);
    expect(madeBefore.slice(0, 4)).toEqual([0, 501, 1001, 1501]);
  });
});
