import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { nothingDelivered } from '../../src/history/outage.ts';
import { keepAnswers } from '../../src/http/keep-answers.ts';
import { clusterPageUrl, nodePageUrl } from '../../src/notify/page-url.ts';
import type { Services } from '../../src/services.ts';
import { putLog } from '../../src/tables/log-rows.ts';
import { insertOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { servicesAt } from '../sweep/services-at.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg(1).shop';
const hostile = '<script>alert("x")</script>';
let storage: Azurite;
let services: Services;
beforeAll(async () => {
  storage = await startAzurite();
  ({ services } = servicesAt(storage.connectionString, NOW));
  const many = Array.from({ length: 60 }, (_, n): [string, Condition] => [`node-${String(n).padStart(2, '0')}`, 'reachable']);
  await seedNodes(services, cluster, { ...Object.fromEntries(many), 'node-sick': 'unreachable', 'node-off': 'skipped' });
  await seedNodes(services, cluster, { 'node-sold': 'retired' });
  const outage = { cluster, node: 'node-sick', start: NOW, reason: 'ConnectionRefused' as const, message: hostile, openedAt: NOW };
  const failure = { nonce: 'n', time: NOW, success: false, reason: 'ConnectionRefused', message: hostile };
  await writeBatch(await services.tables.open('fleet'), [
    insertOutage({ ...outage, episode: 1, episodes: [{ start: NOW }], startLogs: [], endLogs: [], ...nothingDelivered }),
    putLog(cluster, 'node-sick', { successes: [], failures: [failure] }),
  ]);
  await assess(services, cluster);
});
afterAll(() => storage?.stop());

/** A page by the address that events tell, or that another page links to. */
async function open(address: string): Promise<{ status: number; text: string; links: string[] }> {
  const { pathname, search } = new URL(address, 'https://prober.example');
  const { status, text } = await ask(services, pathname.replace('/api/', '') + search);
  const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'));
  return { status, text, links: links.filter((link) => link.startsWith('/')) };
}
const page = 'https://prober.example/api/status';

describe('the page of a cluster', () => {
  it('is where events say, with its failing nodes first and their outages', async () => {
    const { status, text } = await open(clusterPageUrl(page, cluster));
    expect(status).toBe(200);
    expect(text).toContain('1 of 62 nodes cannot reach their API server');
    expect(text.indexOf('node-sick')).toBeLessThan(text.indexOf('node-00'));
    expect(text).toContain('ConnectionRefused</strong>');
  });

  it('leads to the nodes that one page does not hold', async () => {
    const first = await open(clusterPageUrl(page, cluster));
    const more = first.links.find((link) => link.includes('cursor='));
    const short = await open(`${clusterPageUrl(page, cluster)}?limit=20`);
    expect(short.links.find((link) => link.includes('cursor='))).toContain('limit=20');
    const second = await open(more!);
    expect([first.text.includes('node-00'), first.text.includes('node-59')]).toEqual([true, false]);
    expect([second.text.includes('node-00'), second.text.includes('node-59')]).toEqual([false, true]);
  });
});

describe('the page of a node', () => {
  it('is where events say, with what it has, since when, and what to do about it', async () => {
    const { status, text } = await open(nodePageUrl(page, cluster, 'node-sick'));
    expect(status).toBe(200);
    for (const told of ['✖ unreachable', 'ConnectionRefused', '<li>', 'Outages', 'Failures', NOW]) expect(text).toContain(told);
  });

  it('tells of one that is not probed why', async () => {
    const { text } = await open(nodePageUrl(page, cluster, 'node-off'));
    expect(text).toContain('Deallocated');
    expect(text).not.toMatch(/not probed since|Outage since/);
  });

  it('tells of one that is gone that it is, whatever it was like', async () => {
    const { text } = await open(nodePageUrl(page, cluster, 'node-sold'));
    expect(text).toContain('NodeGone');
    expect(text).toContain('banner notProbed');
  });
});

describe('the pages', () => {
  it('let nothing run that a node said', async () => {
    for (const address of [nodePageUrl(page, cluster, 'node-sick'), clusterPageUrl(page, cluster), page]) {
      const { text } = await open(address);
      expect(text).toContain('&lt;script&gt;');
      expect(text).not.toContain('<script');
    }
  });

  it('lead to each other, with the key by which they were asked for and no other', async () => {
    const seen = new Set<string>();
    const todo = [`${page}?code=a%26b%22`];
    for (let address = todo.pop(); address !== undefined; address = todo.pop()) {
      const { status, links } = await open(address);
      expect([address, status]).toEqual([address, 200]);
      for (const link of links) expect(new URL(link, page).searchParams.get('code')).toBe('a&b"');
      for (const link of links) if (!seen.has(link)) todo.push(link);
      for (const link of links) seen.add(link);
    }
    // The fleet, the cluster and its second page, and each node.
    expect(seen.size).toBe(3 + 62);
    expect((await open(page)).links.filter((link) => link.includes('code'))).toEqual([]);
  });

  it.each(['status', `status/clusters/${cluster}`, `status/clusters/${cluster}/nodes/node-sick`])(
    'give nobody the key of another, though %s is kept for some seconds',
    async (path) => {
      const kept = keepAnswers();
      const asked = async (query: string) => (await ask(services, `${path}${query}`, {}, kept)).text;
      const [first, second, none] = [await asked('?code=first'), await asked('?code=second'), await asked('')];
      expect([first.includes('code=first'), second.includes('code=second'), second.includes('first')]).toEqual([true, true, false]);
      expect(none).not.toContain('code=');
    },
  );

  it('are pages too where they cannot be shown: what was expected, what to do, and the way back', async () => {
    const wrong: [string, number, string][] = [
      [`clusters/${cluster.replace('shop', 'none')}`, 404, 'no cluster &quot;'],
      [`clusters/${cluster}/nodes/none`, 404, 'no node &quot;none&quot;'],
      [`clusters/${encodeURIComponent(hostile)}`, 400, 'got &quot;&lt;script&gt;'],
      [`clusters/${cluster}?limit=0`, 400, 'expected limit to be'],
    ];
    for (const [path, expected, told] of wrong) {
      const address = `status/${path}${path.includes('?') ? '&' : '?'}code=a%26b`;
      const { status, headers, text } = await ask(services, address);
      expect([path, status, headers.get('content-type')]).toEqual([path, expected, 'text/html; charset=utf-8']);
      // A browser applies the style only if its hash is that of the policy, to the byte.
      const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
      const hash = createHash('sha256').update(style).digest('base64');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
      expect(headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}';`);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(text).not.toMatch(/ style="/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(text).toContain(`? ${told.startsWith('got') ? 'expected cluster' : told}`);
      expect(text).toContain(told);
      expect(text).toContain('<a href="/api/status?code=a%26b">AKS fleet</a>');
      expect(text).not.toContain('<script');
    }
  });

  it('say that the prober failed, and where to look, and nothing of what failed', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = { ...services, tables: { ...services.tables, open: () => Promise.reject(new Error('AccountKey=secret')) } };
    for (const path of ['status', `status/clusters/${cluster}`, `status/clusters/${cluster}/nodes/node-sick`]) {
      const { status, headers, text } = await ask(broken, path);
      expect([path, status, headers.get('content-type')]).toEqual([path, 500, 'text/html; charset=utf-8']);
      expect(text).toContain('the request failed inside the prober');
      expect(text).toContain('Application Insights');
      expect(text).not.toContain('secret');
    }
    expect(said).toHaveBeenCalledTimes(3);
    said.mockRestore();
  });

  it.each([
    ['cluster', clusterPageUrl(page, 'aaaaaaaa-0000-4000-8000-000000000001.rg.none')],
    ['node', nodePageUrl(page, cluster, 'none')],
  ])('are none of a %s that nobody knows', async (_, address) => {
    expect((await open(address)).status).toBe(404);
  });
});
