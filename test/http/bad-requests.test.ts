import { Agent, request } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Host, startHost } from '../../local/host/start-host.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { isNodeName } from '../../src/model/node-name.ts';
import { parseClusterId } from '../../src/model/resource-id.ts';
import { writeCursor } from '../../src/views/paging.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { explainBreach } from './contract.ts';
import { assess, seedNodes } from './seed-cluster.ts';

const cluster = 'aaaaaaaa-0000-4000-8000-000000000001.rg.one';
const REQUESTS = 400;

let storage: Storage;
let host: Host;
const agent = new Agent({ keepAlive: true });
const log: string[] = [];

beforeAll(async () => {
  storage = await startStorage();
  const { services } = servicesAt(storage.connectionString, new Date().toISOString());
  await seedNodes(services, cluster, { 'node-1': 'reachable', 'node-2': 'unreachable' });
  await assess(services, cluster);
  const env = { AzureWebJobsStorage: storage.connectionString, ARM_ENDPOINT: 'https://127.0.0.1:1', SWEEP_SCHEDULE: '0 0 0 1 1 *' };
  host = await startHost({ appDir: inject('appDir'), env, onLog: (line) => log.push(line) });
});
afterAll(async () => {
  agent.destroy();
  await host?.stop();
  await storage?.stop();
});

interface Sent {
  route: Route;
  /** Below `/api/`, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

function send({ route, path, headers, body }: Sent): Promise<{ status: number; type: string | null; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { agent, method: route.method, path: `/api/${path}`, headers };
    const sent = request(host.url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? null,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// Azure's front end takes an escaped slash for a slash: only one that is escaped twice comes to the app within a segment.
const encoded = (text: string) =>
  encodeURIComponent(text)
    .replaceAll('.', '%2E')
    .replace(/%(2F|5C)/g, '%25$1');
const wild = fc.oneof(
  // One or two dots alone, escaped or not, are the way to another path.
  fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => !/^\.{1,2}$/.test(text)),
  fc.constantFrom(
    "' or '1' eq '1",
    'a\u0000b',
    '$(reboot)',
    '`id`',
    '../../etc/passwd',
    '<script>',
    'a|b',
    'x'.repeat(3000),
    'İ',
    '\uFEFF',
  ),
  fc.tuple(fc.constant(cluster), fc.string({ minLength: 1, maxLength: 5 })).map(([id, more]) => `${id}/${more}`),
);
/** A segment that is no text at all. */
const garbled = fc.constantFrom('%FF', '%C0%AF', '%252F', '%252f..%252f', '%00', '%E0%A4', `${cluster}%252Fnodes`, '%25%32%46', '+');

const badCluster = fc.oneof(wild.filter((text) => parseClusterId(text) === undefined && text.isWellFormed()).map(encoded), garbled);
const badNode = fc.oneof(wild.filter((text) => !isNodeName(text.toLowerCase()) && text.isWellFormed()).map(encoded), garbled);
/** Well formed, and of a cluster that nobody knows: group names hold letters of any script. */
const unknownCluster = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .map((group) => `bbbbbbbb-0000-4000-8000-000000000002.${group}.name`)
  .filter((id) => parseClusterId(id) !== undefined)
  .map(encoded);

const bomb = `d${deflateRawSync(Buffer.alloc(3_000_000, ' ')).toString('base64url').slice(0, 3900)}`;
const badCursor = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    bomb,
    'AAAA',
    writeCursor('nobody', 'x'),
    writeCursor('nodes', { first: ["' or true"] }),
    writeCursor('outages', 1),
    writeCursor('outages', { cluster, row: 'outage|\ud800|1234567890123' }),
    writeCursor('outages', { cluster, row: 'outage|a\u0000b|1234567890123' }),
    'o10',
  ),
  fc.json().map((json) => `d${deflateRawSync(json).toString('base64url')}`),
  fc.json().map((json) => `p${Buffer.from(json).toString('base64url')}`),
);
const badQueries: Record<string, fc.Arbitrary<string>> = {
  limit: fc.oneof(
    fc.constantFrom('0', '-1', '1001', '1e2', '0x10', ' 5', '', '1,2', '٥'),
    fc.string({ unit: 'grapheme' }).filter((text) => !/^\d+$/.test(text)),
  ),
  cursor: badCursor,
  reachable: wild,
  state: wild,
  since: fc.oneof(wild, fc.constantFrom('2026-13-01', '2026-02-30T00:00:00Z', '1', 'Infinity', '275760-09-13')),
};
const foreignName = fc.oneof(
  fc.constantFrom('reachabel', 'Limit', 'constructor', 'hasOwnProperty', '$filter', 'limit[]', 'a b', 'clientid'),
  fc
    .string({ minLength: 1, maxLength: 10 })
    .filter((name) => !['limit', 'cursor', 'code', '__proto__', ...Object.keys(badQueries)].includes(name)),
);

const pathOf = (route: Route, values: Record<string, string>) => route.path.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? 'x');
const good = { cluster: encodeURIComponent(cluster), node: 'node-1', id: '2026-11-21-0123456789abcdef' };

const routesWith = (name: 'params' | 'query', field: string) => routes.filter((route) => route[name]?.shape[field] !== undefined);
const headers = fc.record(
  {
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"', '"'.repeat(200), ',,,'),
    accept: fc.constantFrom('text/plain', '*/*;q=', 'x'.repeat(2000)),
    'x-functions-key': fc.constantFrom("' or 1", 'x'),
    'content-type': fc.constantFrom('application/json', 'text/html', 'application/json; charset=utf-7', ';;'),
    prefer: fc.constantFrom('wait=1', 'wait=-1', 'wait=99999999'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;

const inPath = fc.oneof(
  fc
    .record({ route: fc.constantFrom(...routesWith('params', 'cluster')), cluster: fc.oneof(badCluster, unknownCluster) })
    .map(({ route, cluster: id }) => ({
      route,
      path: pathOf(route, { ...good, cluster: id }),
    })),
  fc.record({ route: fc.constantFrom(...routesWith('params', 'node')), node: badNode }).map(({ route, node }) => ({
    route,
    path: pathOf(route, { ...good, node }),
  })),
);
const inQuery = fc.oneof(
  ...Object.entries(badQueries).flatMap(([name, value]) =>
    routesWith('query', name).map((route) =>
      value
        .filter((text) => text.isWellFormed())
        .map((text) => ({ route, path: `${pathOf(route, good)}?${name}=${encodeURIComponent(text)}` })),
    ),
  ),
  fc.record({ route: fc.constantFrom(...routes.filter(({ method }) => method === 'GET')), name: foreignName }).map(({ route, name }) => ({
    route,
    path: `${pathOf(route, good)}?${encodeURIComponent(name)}=1`,
  })),
);
const posts = routes.filter(({ body }) => body !== undefined);
const inBody = fc
  .record({
    route: fc.constantFrom(...(posts.length > 0 ? posts : routes)),
    type: fc.constantFrom('application/json', 'application/json', 'application/json', 'text/plain', 'application/jsonp', ''),
    body: fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '{"id": "/subscriptions/$(reboot)"}',
          '{"node": "a; reboot"}',
          '[',
          '['.repeat(4000),
          ' '.repeat(5000),
          '{"__proto__": {}}',
        )
        .map((text) => Buffer.from(text)),
    ),
  })
  .map(({ route, type, body }) => ({ route, path: pathOf(route, good), body: posts.length > 0 ? body : undefined, type }));

const bad = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: inPath },
      { weight: 5, arbitrary: inQuery },
      ...(posts.length > 0 ? [{ weight: 3, arbitrary: inBody }] : []),
    ),
    headers,
  )
  .map(([one, more]): Sent => {
    const type: Record<string, string> = 'type' in one ? { 'content-type': one.type as string } : {};
    const body = 'body' in one ? (one.body as Buffer | undefined) : undefined;
    return { route: one.route, path: one.path, body, headers: { ...more, ...type, 'content-length': String(body?.length ?? 0) } };
  });

it(`answers each of ${REQUESTS} bad requests with a problem that the document describes, and fails at none`, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(bad, async (sent) => {
      const { status, type, text } = await send(sent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(status, `${text}\n${log.slice(-3).join('\n')}`).toBeGreaterThanOrEqual(400);
      expect(status, text).toBeLessThan(500);
      if (sent.route.page) {
        expect([type, explainBreach(sent.route, status, type, text)]).toEqual(['text/html; charset=utf-8', undefined]);
        // Whoever has not signed in is shown where to, whatever else is wrong.
        expect(text).toMatch(status === 401 ? /<h1>Sign in</ : /<p class="lede">(expected|no )/);
        expect(text.match(/<script/g)).toHaveLength(1);
        return;
      }
      expect(type).toBe('application/problem+json');
      const body = JSON.parse(text);
      expect(explainBreach(sent.route, status, type, body)).toBeUndefined();
      expect(body).toMatchObject({ type: expect.stringMatching(/^urn:aks-fleet-prober:[a-z-]+$/i), status });
      expect(body.detail).toMatch(/^(expected|no )/);
      expect(text.length).toBeLessThan(1500);
    }),
    { numRuns: REQUESTS },
  );
  // Both that cannot be read, and that names what nobody knows.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([400, 404]));
  expect(log.filter((line) => /error|fail/i.test(line))).toEqual([]);
}, 60_000);

it('answers 404 to other methods and to what is no route, as Azure does', async () => {
  for (const [method, path] of [
    ['HEAD', '/api/checks'],
    ['OPTIONS', '/api/fleet'],
    ['DELETE', `/api/clusters/${good.cluster}`],
    ['GET', '/api/clusters/a/b'],
    ['GET', '/api/clusters/a%2Fb'],
    ['GET', '/api/clusters/a%5cb'],
    ['GET', `/api/clusters/${good.cluster}/nodes/node-1/results/more`],
  ])
    expect([method, path, (await fetch(`${host.url}${path}`, { method })).status]).toEqual([method, path, 404]);
});

it('answers HEAD wherever it answers GET, and goes on with the same connection', async () => {
  const once = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (method: string, path: string) =>
    new Promise<{ status?: number; length?: string; bytes: number }>((resolve, reject) => {
      const sent = request(host.url, { agent: once, method, path }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve({ status: response.statusCode, length: response.headers['content-length'], bytes }));
      });
      sent.on('error', reject);
      sent.end();
    });
  for (const route of routes.filter(({ method }) => method === 'GET')) {
    const url = `/api/${pathOf(route, good)}`;
    const [full, bare] = [await ask('GET', url), await ask('HEAD', url)];
    expect([url, bare.status, bare.bytes]).toEqual([url, full.status, 0]);
    // Where it says how old something is, a body is as long as the time is.
    expect([url, Math.abs(Number(bare.length) - full.bytes) < 20]).toEqual([url, true]);
  }
  once.destroy();
});

it('takes an escaped slash for a slash, as Azure does', async () => {
  const response = await fetch(`${host.url}/api/clusters/${good.cluster}%2Fnodes%2Fnode-1`);
  expect([response.status, await response.json()]).toMatchObject([200, { node: 'node-1' }]);
});

it('ignores the body of a GET', async () => {
  const route = routes.find(({ name }) => name === 'get-fleet')!;
  const body = Buffer.from('x'.repeat(10_000));
  const { status } = await send({ route, path: 'fleet', headers: { 'content-length': String(body.length) }, body });
  expect(status).toBe(200);
});
