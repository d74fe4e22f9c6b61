import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { nothingDelivered } from '../../src/history/outage.ts';
import { keepAnswers } from '../../src/http/keep-answers.ts';
import { emptyLedger } from '../../src/model/ledger.ts';
import { clusterPageUrl, nodePageUrl } from '../../src/notify/page-url.ts';
import type { Services } from '../../src/services.ts';
import { insertCheck } from '../../src/tables/check-rows.ts';
import { putLog } from '../../src/tables/log-rows.ts';
import { writeNames } from '../../src/tables/name-rows.ts';
import { insertOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { insertCompleted } from '../../src/tables/sweep-list.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { INCIDENT, seedIncident } from '../http/seed-incident.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { expectRules } from './rules.ts';
import { HOSTILE, wordsOf } from './views.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg(1).shop';
const CHECK = '2026-11-21-0123456789abcdef';
const resource = `/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"><i>`;
let storage: Azurite;
let services: Services;
beforeAll(async () => {
  storage = await startAzurite();
  ({ services } = servicesAt(storage.connectionString, NOW));
  const many = Array.from({ length: 60 }, (_, n): [string, Condition] => [`node-${String(n).padStart(2, '0')}`, 'reachable']);
  await seedNodes(services, cluster, { ...Object.fromEntries(many), 'node-sick': 'unreachable', 'node-off': 'skipped' });
  await seedNodes(services, cluster, { 'node-sold': 'retired' });
  const failure = { nonce: 'n', time: NOW, success: false, reason: 'ConnectionRefused', message: HOSTILE };
  const outage = {
    cluster,
    start: NOW,
    reason: 'ConnectionRefused' as const,
    message: HOSTILE,
    openedAt: NOW,
    episode: 1,
    episodes: [{ start: NOW }],
    startLogs: [failure],
    endLogs: [],
    findings: [
      {
        code: 'NsgDenies' as const,
        kind: 'cause' as const,
        sentence: HOSTILE,
        resourceId: resource,
        evidence: [{ resourceId: resource, setting: HOSTILE, value: HOSTILE }],
        changedAt: NOW,
        changedBy: HOSTILE,
        foundAt: NOW,
      },
    ],
    changes: [{ time: NOW, resourceId: resource, operation: HOSTILE, property: HOSTILE, before: HOSTILE, after: HOSTILE, by: HOSTILE }],
    searchedAt: NOW,
    ...nothingDelivered,
  };
  await writeBatch(await services.tables.open('fleet'), [
    insertOutage({ ...outage, node: 'node-sick' }),
    putLog(cluster, 'node-sick', { successes: [], failures: [failure] }),
  ]);
  await assess(services, cluster, { region: HOSTILE, version: HOSTILE, openOutages: 1 });
  await seedIncident(services, { members: [cluster], open: [], value: HOSTILE, factor: 'region', finding: outage.findings[0] });
  const line = { sweep: '2026-11-21T11:55:00Z', startedAt: '2026-11-21T11:55:02.000Z', completedAt: '2026-11-21T11:56:32.000Z' };
  const ledger = { ...emptyLedger, known: 62, reachable: 60, unreachable: 1, notProbed: 1, byReason: { Reachable: 60, [HOSTILE]: 1 } };
  await insertCompleted(services.tables, { ...line, starter: 'timer', ledger, warnings: [HOSTILE] });
  const check = { id: CHECK, cluster, region: 'westeurope', node: 'node-sick', os: 'Linux' as const, target: resource };
  await insertCheck(services.tables, { ...check, requestedAt: NOW, requestedBy: HOSTILE, asked: 'x' });
}, 60_000);
afterAll(() => storage?.stop());

const encoded = encodeURIComponent(cluster);
const outagePath = `clusters/${encoded}/outages/node-sick/${encodeURIComponent(NOW)}`;
const ALL = [
  '',
  `/clusters/${encoded}`,
  `/clusters/${encoded}/nodes/node-sick`,
  `/clusters/${encoded}/nodes/node-off`,
  `/${outagePath}`,
  `/incidents/${INCIDENT}`,
  '/incidents',
  '/outages',
  '/outages?state=all',
  '/sweeps',
  '/reasons',
  `/checks/${CHECK}`,
];

/** The cookie of somebody who has signed in. */
async function signedIn(): Promise<string> {
  const { headers } = await ask(services, 'status/session', { headers: { 'x-functions-key': 'the key' } });
  return headers.get('set-cookie')!.split(';')[0]!;
}

/** A page by the address that events say, or that another page links to. */
async function open(address: string, cookie?: string) {
  const { pathname, search } = new URL(address, 'https://prober.example');
  const asked = cookie === undefined ? {} : { headers: { cookie } };
  const { status, text, headers } = await ask(services, pathname.replace('/api/', '') + search, asked);
  const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'));
  return { status, text, headers, links: links.filter((link) => link.startsWith('/')) };
}
const page = 'https://prober.example/api/status';

describe('the page of a cluster', () => {
  it('is where events say, with its failing nodes first and their outages', async () => {
    const { status, text } = await open(clusterPageUrl(page, cluster));
    expect(status).toBe(200);
    expect(wordsOf(text)).toContain('shop: 1 of 62 nodes cannot reach the API server');
    const nodes = text.slice(text.indexOf('id="nodes"'));
    expect(nodes.indexOf('node-sick')).toBeLessThan(nodes.indexOf('node-00'));
    expect(text).toContain('#ConnectionRefused');
  });
});

describe('the page of a node', () => {
  it('is where events say, with what it has, since when, and what to do about it', async () => {
    const { status, text } = await open(nodePageUrl(page, cluster, 'node-sick'));
    expect(status).toBe(200);
    const words = wordsOf(text);
    expect(words).toContain('node-sick cannot reach its API server');
    expect(words).toMatch(/ConnectionRefused since 12:00 \(0 s\): /);
    expect(words).toContain('It is the only one of the 62 nodes of rg(1)/shop.');
    for (const said of ['What to do', 'The way to the API server', 'broke here', `datetime="${NOW}"`]) expect(text).toContain(said);
  });

  it('says of one that is not probed why', async () => {
    const { text } = await open(nodePageUrl(page, cluster, 'node-off'));
    expect(wordsOf(text)).toMatch(/node-off is not probedDeallocated: /);
    expect(text).not.toContain('passed</span>');
  });

  it('says of one that is gone that it is, whatever it was like', async () => {
    const { text } = await open(nodePageUrl(page, cluster, 'node-sold'));
    expect(wordsOf(text)).toMatch(/node-sold is not probedNodeGone: /);
  });
});

describe('every page', () => {
  it.each(ALL)('"%s" lets nothing run that somebody else said, and has a structure that all can read', async (path) => {
    const { status, text, headers } = await open(`${page}${path}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expectRules(text, headers);
  });

  it('shows what others said as text', async () => {
    for (const path of ['', `/clusters/${encoded}`, `/${outagePath}`, `/incidents/${INCIDENT}`, '/outages', '/sweeps', `/checks/${CHECK}`])
      expect([path, (await open(`${page}${path}`)).text.includes('&lt;script&gt;')]).toEqual([path, true]);
  });

  it.each(ALL)('"%s" can be had as JSON', async (path) => {
    const { status, headers, text } = await open(`${page}${path}${path.includes('?') ? '&' : '?'}format=json`);
    expect([status, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([200, 'application/json', 'nosniff']);
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it.each(ALL)('"%s" can be had as Markdown, in which nothing is a link, a picture or HTML but ours', async (path) => {
    const { status, headers, text } = await open(`${page}${path}${path.includes('?') ? '&' : '?'}format=md`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    expect(text).toMatch(/^(- .*\n)*\s*# \S/);
    const outside = text.replaceAll(/^(`{3,})$[\s\S]*?^\1$/gm, '');
    expect(outside).not.toMatch(/(?<!\\)</);
    for (const [, address] of outside.matchAll(/\]\(([^)]*)\)/g)) expect(address).toMatch(/^https?:\/\//);
    // By the scheme by which it was asked for: the other would lead nowhere.
    expect(outside).not.toContain('](https://127.0.0.1');
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['http://127.0.0.1/api/', {}, {}],
    ['https://127.0.0.1/api/', {}, { 'x-forwarded-proto': 'https' }],
    ['https://ops.example/prober/', { PAGE_URL: 'https://ops.example/prober/status' }, {}],
  ])('leads from Markdown to addresses below %s, if people have them there', async (address, settings, headers) => {
    const own = servicesAt(storage.connectionString, NOW, settings).services;
    const { text } = await ask(own, 'status?format=md', { headers });
    expect(text).toContain(`](${address}status/clusters/`);
  });

  it.each(['/reasons', `/checks/${CHECK}`, ''])('"%s" is shown anew as often as it can change', async (path) => {
    const wanted: Record<string, string | null> = { '/reasons': null, [`/checks/${CHECK}`]: '3', '': '60' };
    const { headers, text } = await open(`${page}${path}`);
    expect(headers.get('refresh')).toBe(wanted[path]);
    expect(text.includes(`data-refresh="${wanted[path]}"`)).toBe(wanted[path] !== null);
    const paused = await open(`${page}${path}?refresh=off`);
    expect(paused.headers.get('refresh')).toBeNull();
    expect(paused.text).not.toContain('data-refresh');
    expect(paused.text.includes('Resume')).toBe(wanted[path] !== null);
    expect(wordsOf(paused.text)).not.toContain('refreshes until');
  });

  it('is large and without controls on a wall, and leads back', async () => {
    const { text, links } = await open(`${page}?wall=1`);
    expect(text).toContain('<body class="wall">');
    expect(text).toContain('Leave the wall mode');
    expect(links.some((link) => link.includes('wall=1&refresh=off') || link.includes('refresh=off'))).toBe(true);
  });

  it('has an ETag, and is 304 for who has it, also where the token of its form is another', async () => {
    for (const path of ['', `/clusters/${encoded}`, `/clusters/${encoded}/nodes/node-sick`, '/reasons']) {
      const address = `status${path}`;
      const { headers } = await ask(services, address);
      expect(headers.get('cache-control')).toBe('private, no-cache');
      const again = await ask(services, address, { headers: { 'if-none-match': headers.get('etag')! } });
      expect([path, again.status, again.text]).toEqual([path, 304, '']);
    }
  });
});

describe('the pages', () => {
  it('lead to each other, by links that hold no key, for who opened the first with one', async () => {
    const first = await ask(services, 'status?code=a%26b%22');
    const cookie = first.headers.get('set-cookie')!.split(';')[0]!;
    const seen = new Set<string>();
    const todo = [...first.text.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'));
    for (let address = todo.pop(); address !== undefined; address = todo.pop()) {
      const target = address.replace(/#.*/, '');
      if (seen.has(target)) continue;
      seen.add(target);
      expect(target).not.toMatch(/code=|a%26b|the%20key/);
      // How a page is shown is tried above; here it is where pages lead.
      if (/[?&](format|wall|refresh|window|state|q)=/.test(target)) continue;
      const { status, links } = await open(target, cookie);
      expect([target, status]).toEqual([target, 200]);
      todo.push(...links);
    }
    const base = '/api/pages';
    for (const path of [
      '',
      '/incidents',
      '/outages',
      '/sweeps',
      '/reasons',
      `/clusters/${encoded}`,
      `/clusters/${encoded}/nodes/node-sick`,
    ])
      expect(seen).toContain(base + path);
    expect([...seen].filter((path) => path.includes('/nodes/') && !path.includes('?')).length).toBe(62);
  }, 60_000);

  it.each(['status', `status/clusters/${encoded}`, `status/clusters/${encoded}/nodes/node-sick`])(
    'give nobody the key or the session of another, though %s is kept for some seconds',
    async (path) => {
      const kept = keepAnswers();
      const asked = (query: string) => ask(services, `${path}${query}`, {}, kept);
      const [first, second, none] = [await asked('?code=key-one'), await asked('?code=key-two'), await asked('')];
      const cookies = [first, second, none].map(({ headers }) => headers.get('set-cookie'));
      expect([cookies[0] !== cookies[1], cookies[2]]).toEqual([true, null]);
      for (const { text } of [first, second, none]) expect(text).not.toMatch(/code=|key-(one|two)/);
    },
  );

  it('are pages too where they cannot be shown: what was expected, what to do, and the way back', async () => {
    const wrong: [string, number, string][] = [
      [`clusters/${encoded.replace('shop', 'none')}`, 404, 'no cluster "'],
      [`clusters/${encoded}/nodes/none`, 404, 'no node "none"'],
      [`clusters/${encoded}/outages/none/${encodeURIComponent(NOW)}`, 404, 'no outage "'],
      ['incidents/20261121T115000Z-ffffffff', 404, 'no incident '],
      ['checks/2026-11-21-ffffffffffffffff', 404, 'no check "'],
      [`clusters/${encodeURIComponent(HOSTILE)}`, 400, 'got "<script>'],
      [`clusters/${encoded}?limit=0`, 400, 'expected limit to be'],
      [`clusters/${encoded}?window=1y`, 400, 'expected window to be'],
      ['checks/x', 400, 'expected id to be'],
    ];
    for (const [path, expected, said] of wrong) {
      const { status, headers, text } = await ask(services, `status/${path}`);
      expect([path, status, headers.get('content-type')]).toEqual([path, expected, 'text/html; charset=utf-8']);
      expectRules(text, headers);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(wordsOf(text)).toContain(said);
      expect(text).toContain('<a href="/api/status">AKS fleet</a>');
      // It leads to pages alone.
      for (const [, link] of text.matchAll(/href="(\/[^"]*)"/g)) expect(link).toMatch(/^\/api\/status/);
    }
  });

  it('say that the prober failed, and where to look, and nothing of what failed', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = { ...services, tables: { ...services.tables, open: () => Promise.reject(new Error('AccountKey=secret')) } };
    const cookie = await signedIn();
    const paths = ALL.filter((path) => path !== '/reasons').map((path) => `status${path}`);
    for (const path of [...paths, 'pages', 'status/session']) {
      const { status, headers, text } = await ask(broken, path, { headers: { cookie } });
      expect([path, status, headers.get('content-type')]).toEqual([path, 500, 'text/html; charset=utf-8']);
      expectRules(text, headers);
      expect(text).toContain('the request failed inside the prober');
      expect(text).toContain('Application Insights');
      expect(text).not.toContain('secret');
    }
    expect(said).toHaveBeenCalledTimes(paths.length + 2);
    said.mockRestore();
  });

  it('find a node by its name, and clusters by a part of theirs', async () => {
    await writeNames(services.tables, cluster, ['node-sick']);
    const found = await ask(services, 'status?q=node-sick');
    expect([found.status, found.headers.get('location')]).toEqual([303, `/api/status/clusters/${encoded}/nodes/node-sick`]);
    expect((await open(`${page}?q=shop`)).text).toContain(`href="/api/status/clusters/${encoded}"`);
    const none = await open(`${page}?q=${encodeURIComponent(HOSTILE)}`);
    expect(wordsOf(none.text)).toMatch(/No cluster matches|1 of 1 match/);
    expectRules(none.text, none.headers);
  });
});
