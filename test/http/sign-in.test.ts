import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { keepAnswers } from '../../src/http/keep-answers.ts';
import { routes } from '../../src/http/routes.ts';
import type { Services } from '../../src/services.ts';
import { expectRules } from '../page/rules.ts';
import { wordsOf } from '../page/views.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';
import { ask } from './ask.ts';
import { explainBreach, undescribedHeaders } from './contract.ts';
import { assess, seedNodes } from './seed-cluster.ts';

const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg.shop';
let storage: Azurite;
let services: Services;
let clock: Clock;
beforeAll(async () => {
  storage = await startAzurite();
  ({ services, clock } = servicesAt(storage.connectionString, '2026-11-21T12:00:00Z'));
  await seedNodes(services, cluster, { 'node-secret': 'unreachable' });
  await assess(services, cluster);
});
afterAll(() => storage?.stop());

const signIn = (query = '', key = 'the key') => ask(services, `status/session${query}`, { headers: { 'x-functions-key': key } });
const cookieOf = (headers: Headers) => headers.get('set-cookie')!.split(';')[0]!;

describe('whoever has not signed in', () => {
  it('is shown where to give a key, for every page, and nothing else', async () => {
    const id = '2026-11-21-0123456789abcdef';
    const values: Record<string, string> = {
      cluster,
      node: 'node-secret',
      subject: '*',
      start: '2026-11-21T12:00:00.000Z',
      incident: '20261121T115000Z-0a1b2c3d',
      id,
    };
    const own = routes.filter(({ path, method }) => path.startsWith('pages') && method === 'GET');
    expect(own.length).toBe(10);
    for (const route of own) {
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]!));
      for (const format of ['', '?format=json', '?format=md']) {
        const { status, headers, text } = await ask(services, `${path}${format}`);
        expect([path, status, headers.get('cache-control'), headers.get('set-cookie')]).toEqual([path, 401, 'no-store', null]);
        expect(explainBreach(route, status, headers.get('content-type'), undefined)).toBeUndefined();
        expectRules(text, headers);
        expect(wordsOf(text)).toContain('A function key or host key of this app opens them.');
        expect(text.replace(/<input type="hidden"[^>]*>/, '')).not.toMatch(/node-secret|ConnectionRefused/);
        expect(text).toContain('<form class="filter" method="get" action="/api/status/session" data-sign-in>');
        expect(text).toContain(`name="to" value="/api/${path}${format}"`);
      }
    }
  });

  it('is shown no answer that is kept for others', async () => {
    const kept = keepAnswers();
    const { headers } = await signIn();
    const asked = (more: Record<string, string>) => ask(services, `pages/clusters/${cluster}`, { headers: more }, kept);
    const first = await asked({ cookie: cookieOf(headers) });
    expect([first.status, first.text.includes('node-secret')]).toEqual([200, true]);
    const etag = first.headers.get('etag')!;
    for (const more of [{}, { cookie: 'x' }, { 'if-none-match': etag }, { 'x-functions-key': 'made up' }]) {
      const { status, text } = await asked(more as Record<string, string>);
      expect([status, text.includes('node-secret')]).toEqual([401, false]);
    }
  });

  it('gets no session for a key as a parameter that no host has checked', async () => {
    const { status, headers } = await ask(services, 'pages?code=made-up');
    expect([status, headers.get('set-cookie')]).toEqual([401, null]);
    const session = cookieOf((await signIn()).headers);
    // A session does not last longer, nor become that of another account, by such a key.
    const renewed = await ask(services, 'pages?code=made-up', { headers: { cookie: session } });
    expect([renewed.status, renewed.headers.get('set-cookie')]).toEqual([200, null]);
  });
});

describe('signing in', () => {
  it('gives a cookie that does not hold the key, and leads to the page that was asked for', async () => {
    const to = `/api/pages/clusters/${cluster}?window=7d`;
    const { route, status, headers, text } = await signIn(`?to=${encodeURIComponent(to)}`);
    expect([status, headers.get('location'), text, headers.get('cache-control')]).toEqual([303, to, '', 'no-store']);
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-[\w-]+=session\.\d+\.key-[0-9a-f]{12}\.[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(headers.get('set-cookie')).not.toContain('the key');
    expect(undescribedHeaders(route, status, headers)).toEqual([]);
    const page = await ask(services, to.replace('/api/', ''), { headers: { cookie: cookieOf(headers) } });
    expect([page.status, page.text.includes('node-secret')]).toEqual([200, true]);
  });

  it('is also what a page by a key as a parameter does, whose links need no key from then on', async () => {
    const { status, headers, text } = await ask(services, `status/clusters/${cluster}?code=the%20key`);
    expect([status, headers.get('set-cookie')?.includes('HttpOnly; Secure')]).toEqual([200, true]);
    for (const [, link] of text.matchAll(/(?:href|action)="(\/[^"]*)"/g)) expect(link).toMatch(/^\/api\/pages(\/|\?|$)/);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/api/pages//evil.example',
    '/api/pages/\\evil.example',
    '/api/pagesevil',
    '/api/fleet',
    '/api/status',
    'javascript:alert(1)',
    '/api/pages/ä',
    '/api/pages/a b',
    '/api/pages/\r\nx: y',
    '',
  ])('leads to pages of ours alone, not to "%s"', async (to) => {
    const { status, headers } = await signIn(`?to=${encodeURIComponent(to)}`);
    expect([status, headers.get('location')]).toEqual([303, '/api/pages']);
  });

  it('leads to the page where a proxy has it', async () => {
    const behind = servicesAt(storage.connectionString, '2026-11-21T12:00:00Z', { PAGE_URL: 'https://ops.example/prober/status' }).services;
    const { text } = await ask(behind, `pages/clusters/${cluster}`);
    expect(text).toContain('action="/prober/status/session"');
    expect(text).toContain(`name="to" value="/prober/pages/clusters/${cluster}"`);
    const { headers } = await ask(behind, `status/session?to=${encodeURIComponent(`/prober/pages/clusters/${cluster}`)}`);
    expect(headers.get('location')).toBe(`/prober/pages/clusters/${cluster}`);
  });

  it('leads to the pages at the root of a host of their own', async () => {
    const behind = servicesAt(storage.connectionString, '2026-11-21T12:00:00Z', { PAGE_URL: 'https://fleet.example' }).services;
    const { text } = await ask(behind, `pages/clusters/${cluster}`);
    expect(text).toContain('action="/api/status/session"');
    expect(text).toContain(`name="to" value="/clusters/${cluster}"`);
    const leads = async (to: string) => (await ask(behind, `status/session?to=${encodeURIComponent(to)}`)).headers.get('location');
    expect(await leads(`/clusters/${cluster}`)).toBe(`/clusters/${cluster}`);
    for (const to of ['//evil.example', '/\\evil.example', '']) expect(await leads(to)).toBe('/');
    const cookie = cookieOf((await signIn()).headers);
    const page = await ask(behind, `pages/clusters/${cluster}`, { headers: { cookie } });
    expect(page.text).toContain(`href="/clusters/${cluster}/nodes/node-secret"`);
    expect(page.text).toContain('<a class="brand" href="/">');
    expect(page.text).toContain(`href="/clusters/${cluster}?refresh=off"`);
  });

  it('is over after 12 hours, and at once where the secret is another', async () => {
    const cookie = cookieOf((await signIn()).headers);
    const asked = async () => (await ask(services, 'pages', { headers: { cookie } })).status;
    expect(await asked()).toBe(200);
    const forged = cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A');
    expect((await ask(services, 'pages', { headers: { cookie: forged } })).status).toBe(401);
    clock.move(12 * 3_600_000 - 1000);
    expect(await asked()).toBe(200);
    clock.move(1000);
    expect(await asked()).toBe(401);
    const again = cookieOf((await signIn()).headers);
    await (await services.tables.open('clusters')).deleteEntity('secret', 'pages');
    clock.move(61_000);
    expect((await ask(services, 'pages', { headers: { cookie: again } })).status).toBe(401);
  });
});
