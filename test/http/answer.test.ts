import { setTimeout as sleep } from 'node:timers/promises';
import { HttpRequest } from '@azure/functions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../../src/http/answer.ts';
import { keepAnswers } from '../../src/http/keep-answers.ts';
import type { Reply, Route } from '../../src/http/route.ts';
import { Problem } from '../../src/model/problem.ts';
import * as z from '../../src/zod.ts';
import { servicesAt } from '../sweep/services-at.ts';

const { services, clock } = servicesAt('UseDevelopmentStorage=true', '2026-11-21T12:00:00Z');

/** A route of the test's own that counts how often it is made. */
function routeOf(make: (made: number) => Reply | Promise<Reply>, more: Partial<Route> = {}): Route & { made(): number } {
  let made = 0;
  return {
    name: 'of-the-test',
    method: 'GET',
    path: 'test',
    summary: 'For the test.',
    replies: {},
    handle: async () => make(++made),
    made: () => made,
    ...more,
  };
}

async function get(
  route: Route,
  {
    kept = keepAnswers(),
    headers = {},
    query = {},
    method = 'GET',
  }: { kept?: ReturnType<typeof keepAnswers>; headers?: Record<string, string>; query?: Record<string, string>; method?: string } = {},
) {
  const request = new HttpRequest({ method, url: 'http://127.0.0.1/api/test', headers, query });
  const response = await answer(services, kept, route, request);
  return { ...response, headers: new Headers(response.headers as Record<string, string>) };
}

async function post(
  body: string | Uint8Array | undefined,
  type: string | undefined,
  schema: z.ZodMiniType = z.strictObject({ a: z.number() }),
) {
  const route: Route = { ...routeOf(() => ({})), method: 'POST', body: schema, handle: async (_, request) => ({ json: request.body }) };
  const given = body === undefined ? {} : { body: typeof body === 'string' ? { string: body } : { bytes: body } };
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const request = new HttpRequest({ method: 'POST', url: 'http://127.0.0.1/api/test', headers, ...given });
  const { status, body: text } = await answer(services, keepAnswers(), route, request);
  return { status, json: JSON.parse(String(text)) };
}

afterEach(() => vi.restoreAllMocks());

describe('an answer', () => {
  it('has a strong ETag that is the same for the same body alone, and 304 for who has it', async () => {
    const route = routeOf(() => ({ json: { a: 1 } }));
    const { status, headers, body } = await get(route);
    const etag = headers.get('etag')!;
    expect([status, body, headers.get('cache-control')]).toEqual([200, '{"a":1}', 'private, no-cache']);
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect((await get(routeOf(() => ({ json: { a: 2 } })))).headers.get('etag')).not.toBe(etag);
    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(route, { headers: { 'if-none-match': condition } });
      expect([condition, again.status, again.body, again.headers.get('etag')]).toEqual([condition, 304, undefined, etag]);
      expect(again.headers.has('content-type')).toBe(false);
    }
    for (const condition of ['"other"', etag.slice(1, -1), ''])
      expect((await get(route, { headers: { 'if-none-match': condition } })).status).toBe(200);
  });

  it('gives no 304 for what is not a success, and one for a page that its caller has, whatever its form holds', async () => {
    expect(
      (
        await get(
          routeOf(() => ({ status: 503, json: {} })),
          { headers: { 'if-none-match': '*' } },
        )
      ).status,
    ).toBe(503);
    const route = routeOf((made) => ({ html: `<p>token-${made}`, varying: `token-${made}` }));
    const page = await get(route);
    expect([page.status, page.body, page.headers.get('cache-control')]).toEqual([200, '<p>token-1', 'private, no-cache']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect((await get(route, { headers: { 'if-none-match': page.headers.get('etag')! } })).status).toBe(304);
    const failed = await get(
      routeOf(() => ({ status: 401, html: '<p>' })),
      { headers: { 'if-none-match': '*' } },
    );
    expect([failed.status, failed.headers.get('cache-control'), failed.headers.get('etag')]).toEqual([401, 'no-store', null]);
  });

  it('is text of another type where the route says so, with its headers', async () => {
    const { headers, body } = await get(routeOf(() => ({ text: { type: 'text/plain', body: 'hi' }, headers: { location: '/x' } })));
    expect([body, headers.get('content-type'), headers.get('location')]).toEqual(['hi', 'text/plain', '/x']);
  });

  it('to HEAD is that to GET without its body, whose length it tells', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const failing = routeOf(() => {
      throw new Error('inside');
    });
    const replies: [string, Route][] = [
      ['json', routeOf(() => ({ json: { a: 'ä' } }))],
      ['503', routeOf(() => ({ status: 503, json: {} }))],
      ['page', routeOf(() => ({ html: '<p>é</p>' }))],
      ['text', routeOf(() => ({ text: { type: 'text/plain', body: 'hi' } }))],
      ['500', failing],
    ];
    for (const [what, route] of replies) {
      const [full, bare] = [await get(route), await get(route, { method: 'HEAD' })];
      const { 'content-length': length, ...headers } = Object.fromEntries(bare.headers);
      expect([what, bare.status, headers]).toEqual([what, full.status, Object.fromEntries(full.headers)]);
      expect([what, bare.body, Number(length)]).toEqual([what, undefined, Buffer.byteLength(String(full.body))]);
    }
    const route = routeOf(() => ({ json: { a: 1 } }));
    const etag = (await get(route)).headers.get('etag')!;
    const same = await get(route, { method: 'HEAD', headers: { 'if-none-match': etag } });
    expect([same.status, same.body, same.headers.has('content-length')]).toEqual([304, undefined, false]);
  });

  it('says nothing of what failed inside', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { status, headers, body } = await get(
      routeOf(() => {
        throw new Error('AccountKey=secret');
      }),
    );
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([500, 'application/problem+json', 'no-store']);
    expect(JSON.parse(String(body))).toEqual({
      type: 'urn:aks-fleet-prober:internal',
      title: 'Internal error',
      status: 500,
      detail: 'the request failed inside the prober; its log has the cause',
    });
    expect(error).toHaveBeenCalledOnce();
  });

  it('that is a page says so on a page, and when to try again', async () => {
    const page = { page: true as const };
    const { status, headers, body } = await get(
      routeOf(() => {
        throw new Problem('azure', 'expected Azure to answer, it did not', 30);
      }, page),
    );
    expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([503, 'text/html; charset=utf-8', '30']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(String(body)).toMatch(/^<!doctype html>[\s\S]*expected Azure to answer, it did not[\s\S]*in 30 s/);
  });

  it('refuses a query parameter that the route does not know, but for the key', async () => {
    const route = routeOf(() => ({ json: {} }), { query: z.object({ limit: z.optional(z.string()) }) });
    expect((await get(route, { query: { code: 'key', limit: '1' } })).status).toBe(200);
    expect(JSON.parse(String((await get(route, { query: { limt: '1' } })).body))).toMatchObject({
      type: 'urn:aks-fleet-prober:unknown-parameter',
      detail: 'expected no query parameter but limit, got "limt"',
    });
  });
});

describe('an answer that is kept', () => {
  const kept: Partial<Route> = { kept: true, query: z.object({ limit: z._default(z.string(), '50') }) };

  it('is made once for all who ask the same at once, and Age says how old it is', async () => {
    const answers = keepAnswers();
    const route = routeOf(async (made) => {
      await sleep(5);
      return { json: made };
    }, kept);
    const all = await Promise.all(Array.from({ length: 20 }, () => get(route, { kept: answers })));
    expect(all.map(({ body }) => body)).toEqual(Array(20).fill('1'));
    expect(all[0]!.headers.get('age')).toBe('0');
    clock.move(3_000);
    expect((await get(route, { kept: answers })).headers.get('age')).toBe('3');
    expect((await get(route, { kept: answers, query: { limit: '50', code: 'key' } })).body).toBe('1');
    expect((await get(route, { kept: answers, query: { limit: '51' } })).body).toBe('2');
    clock.move(2_001);
    const fresh = await get(route, { kept: answers });
    expect([fresh.body, fresh.headers.get('age'), route.made()]).toEqual(['3', '0', 3]);
  });

  it('is the same for HEAD, which makes none of its own', async () => {
    const answers = keepAnswers();
    const route = routeOf((made) => ({ json: made }), kept);
    await get(route, { kept: answers });
    clock.move(1_000);
    expect((await get(route, { kept: answers, method: 'HEAD' })).headers.get('age')).toBe('1');
    expect(route.made()).toBe(1);
  });

  it('is older than a sixtieth of the interval never', async () => {
    const quick = servicesAt('UseDevelopmentStorage=true', '2026-11-21T12:00:00Z', { SWEEP_SCHEDULE: '*/30 * * * * *' });
    const answers = keepAnswers();
    const route = routeOf((made) => ({ json: made }), kept);
    const request = () => new HttpRequest({ method: 'GET', url: 'http://127.0.0.1/api/test' });
    await answer(quick.services, answers, route, request());
    quick.clock.move(501);
    expect((await answer(quick.services, answers, route, request())).body).toBe('2');
  });

  it('is not kept when it failed', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const answers = keepAnswers();
    const route = routeOf((made) => {
      if (made === 1) throw new Error('once');
      return { json: made };
    }, kept);
    expect((await get(route, { kept: answers })).status).toBe(500);
    expect((await get(route, { kept: answers })).status).toBe(200);
  });

  it('is let go when there are many or large ones', async () => {
    const answers = keepAnswers();
    let made = 0;
    const make = (size: number) => async () => {
      made += 1;
      return { status: 200, headers: {}, body: 'x'.repeat(size) };
    };
    for (let n = 0; n < 201; n++) await answers.get(`small ${n}`, 0, 5000, make(1));
    await answers.get('small 200', 0, 5000, make(1));
    expect(made).toBe(201);
    await answers.get('small 0', 0, 5000, make(1));
    expect(made).toBe(202);
    for (let n = 0; n < 4; n++) await answers.get(`large ${n}`, 0, 5000, make(5_000_000));
    await answers.get('large 3', 0, 5000, make(1));
    await answers.get('large 0', 0, 5000, make(1));
    expect(made).toBe(207);
  });

  it('is not kept for routes that do not say so', async () => {
    const answers = keepAnswers();
    const route = routeOf((made) => ({ json: made }));
    await get(route, { kept: answers });
    const again = await get(route, { kept: answers });
    expect([again.body, again.headers.get('age')]).toEqual(['2', null]);
  });
});

describe('a body', () => {
  it('is read as JSON by the schema of its route', async () => {
    expect(await post('{"a": 1}', 'application/json; charset=utf-8')).toEqual({ status: 200, json: { a: 1 } });
  });

  it.each([
    ['no-json', '{"a":1}', 'text/plain', 415, 'not-json'],
    ['no type', '{"a":1}', undefined, 415, 'not-json'],
    ['nothing', undefined, 'application/json', 400, 'bad-body'],
    ['half of it', '{"a":', 'application/json', 400, 'bad-body'],
    ['another form', '{"b": 1}', 'application/json', 400, 'bad-body'],
    ['4 KB and one byte', `{"a":${' '.repeat(4090)}1}`, 'application/json', 413, 'body-too-large'],
  ] as const)('is refused: %s', async (_, body, type, status, problem) => {
    const answered = await post(body, type);
    expect(answered).toMatchObject({ status, json: { status, type: `urn:aks-fleet-prober:${problem}` } });
  });

  it('that is no UTF-8 is not mended', async () => {
    expect((await post(new Uint8Array([0x22, 0xff, 0x22]), 'application/json', z.string())).status).toBe(400);
  });

  it('may be 4 KB long', async () => {
    expect((await post(`{"a":${' '.repeat(4089)}1}`, 'application/json')).status).toBe(200);
  });

  it('that is refused is told which form was nearest', async () => {
    const either = z.described(
      z.union([z.strictObject({ node: z.string() }), z.strictObject({ a: z.number(), b: z.number() })]),
      'A node.',
    );
    const { json } = await post('{"node": 5}', 'application/json', either);
    expect(json.detail).toBe('expected as body: A node. Got another: node: Invalid input: expected string, received number');
  });
});
