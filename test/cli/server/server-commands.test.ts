import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pLimit from 'p-limit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { nothingDelivered } from '../../../src/history/outage.ts';
import type { Services } from '../../../src/services.ts';
import { insertOutage, replaceOutage } from '../../../src/tables/outage-rows.ts';
import { writeBatch } from '../../../src/tables/rows.ts';
import { assess, seedNodes } from '../../http/seed-cluster.ts';
import { INCIDENT } from '../../http/seed-incident.ts';
import { idOf, SINCE, seedTroubledFleet } from '../../http/seed-troubled-fleet.ts';
import { type Clock, servicesAt } from '../../sweep/services-at.ts';
import { runCli, startCli } from '../run-cli.ts';
import { type ServedApi, serveApi } from './serve-api.ts';

const KEY = 'a-function-key-of-the-app==';
const outage = {
  cluster: idOf('shop'),
  node: 'a',
  start: SINCE,
  openedAt: SINCE,
  reason: 'ConnectionRefused' as const,
  message: 'TCP refused',
  episode: 1,
  episodes: [{ start: SINCE, end: undefined }],
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
};

let azurite: Azurite;
let services: Services;
let clock: Clock;
let open: ServedApi;
let locked: ServedApi;
let troubled: ServedApi;
let dir: string;
beforeAll(async () => {
  azurite = await startAzurite();
  ({ services, clock } = servicesAt(azurite.connectionString, '2026-11-21T12:00:00Z'));
  await seedTroubledFleet(services);
  await writeBatch(await services.tables.open('fleet'), [insertOutage(outage)]);
  [open, locked, troubled] = await Promise.all([serveApi(services), serveApi(services, KEY), serveApi(services)]);
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-cli-'));
  await writeFile(join(dir, 'key'), `\uFEFF${KEY}\r\n`);
});
afterAll(async () => {
  await Promise.all([open?.stop(), locked?.stop(), troubled?.stop(), azurite?.stop()]);
  await rm(dir, { recursive: true, force: true });
});
// Each takes a second of a core to load the SDKs.
const few = pLimit(3);
const cli = (...args: string[]) => few(() => runCli(args, { AKS_FLEET_PROBER_SERVER: open.url }));

// All begin at once, and most of their time is waiting for their turn.
const patience = { timeout: 90_000 };

describe.concurrent('get', patience, () => {
  it('lists clusters, the worst first', async () => {
    const { code, stdout, stderr } = await cli('get', 'clusters');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^Cluster +State +Nodes +Reachable +Unreachable +Unknown +Outages +Uptime 24h$/);
    expect(lines[1]).toMatch(/^rg-shop\/shop +outage +3 +1 +2 +0 +\d+ +99\.00 %$/);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['Cluster', 'rg-shop/shop', 'rg-bank/bank', 'rg-mail/mail', 'rg-vault/vault']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('prints names for other commands, and JSON for programs', async () => {
    expect((await cli('get', 'clusters', '-o', 'name')).stdout.split('\n')[0]).toBe(idOf('shop'));
    const nodes = JSON.parse((await cli('get', 'nodes', '--cluster', 'shop', '--reachable', 'False', '-o', 'json')).stdout);
    expect(nodes).toMatchObject([{ node: 'a', verdict: 'unreachable' }, { node: 'b' }]);
  });

  it('follows the pages of all clusters up to its limit, and says that there is more', async () => {
    const { stdout, stderr } = await cli('get', 'nodes', '--limit', '4', '-o', 'name');
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(stderr).toBe('the first 4; --limit shows more\n');
    const all = await cli('get', 'nodes', '-o', 'name');
    expect([all.stdout.trim().split('\n').length, all.stderr]).toEqual([11, '']);
  });

  it('lists outages, incidents and sweeps, and says where there is nothing', async () => {
    const outages = await cli('get', 'outages', '-o', 'wide');
    expect(outages.stdout).toMatch(
      /^a of rg-shop\/shop +ConnectionRefused +2026-11-21T11:50:00Z .*, open .* TCP refused +\S+\.rg-shop\.shop\|a\|/m,
    );
    expect((await cli('get', 'incidents')).stdout).toContain(INCIDENT);
    expect((await cli('get', 'sweeps')).stdout).toMatch(/^2026-11-21T11:55:00Z +timer +1m30s /m);
    const none = await cli('get', 'outages', '--cluster', 'rg-vault/vault');
    expect(none).toEqual({ code: 0, stdout: '', stderr: 'no open outages\n' });
    expect((await cli('get', 'outages', '--cluster', 'vault', '-o', 'json')).stdout).toBe('[]\n');
  });

  it('does not find a cluster that nobody knows', async () => {
    expect(await cli('get', 'nodes', '--cluster', 'shopp')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'no cluster "shopp" is known; get clusters lists them\n',
    });
  });
});

describe.concurrent('describe', patience, () => {
  it('shows a node with its conditions, in whichever cluster it is', async () => {
    const { code, stdout } = await cli('describe', 'node', 'D');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Node: +d\nCluster: +rg-mail\/mail \(/);
    expect(stdout).toMatch(/\nConditions:\n {2}Reachable Unknown, /);
    const several = await cli('describe', 'node', 'a');
    expect([several.code, several.stderr]).toEqual([
      2,
      expect.stringMatching(/^several clusters have a node "a"; give --cluster as one of /),
    ]);
    expect((await cli('describe', 'node', 'a', '--cluster', 'shop')).stdout).toMatch(/\nOutages:\n {2}since 2026-11-21T11:50:00Z, /);
    expect((await cli('describe', 'node', 'nobody')).code).toBe(4);
  });

  it('shows a cluster with its worst nodes, an outage with its reason, and an incident', async () => {
    const cluster = (await cli('describe', 'cluster', 'rg-shop/shop')).stdout;
    expect(cluster).toMatch(/\nState: +outage\n/);
    expect(cluster).toMatch(/\nNodes that are not reachable:\n {2}Node .*\n {2}a .*\n {2}b .*\n/);
    const [id = ''] = (await cli('get', 'outages', '-o', 'name')).stdout.split('\n');
    expect((await cli('describe', 'outage', id)).stdout).toMatch(/\nReason: +ConnectionRefused: .*\n[\s\S]*\nWhat to do:\n {2}/);
    expect(JSON.parse((await cli('describe', 'incident', INCIDENT, '-o', 'json')).stdout)).toMatchObject({ id: INCIDENT });
    expect((await cli('describe', 'incident', INCIDENT)).stdout).toMatch(/\nSeverity: +\d\n/);
  });
});

describe('a service that asks who it is', () => {
  const ask = (environment: Record<string, string>, ...args: string[]) =>
    runCli(['get', 'clusters', '-o', 'name', '--server', locked.url, ...args], environment);

  it('is shown a key from a file or from the environment, as a header and never in the address', async () => {
    locked.requests.length = 0;
    for (const output of [await ask({}, '--key-file', join(dir, 'key')), await ask({ AKS_FLEET_PROBER_KEY: KEY })])
      expect(output).toMatchObject({ code: 0, stderr: '' });
    expect(locked.requests.map(({ headers }) => headers['x-functions-key'])).toEqual([KEY, KEY]);
    expect(locked.requests.some(({ address }) => address.includes('key'))).toBe(false);
  });

  it('refuses those without, which are shown what to do and no key', async () => {
    const none = await ask({});
    expect([none.code, none.stderr]).toEqual([
      3,
      expect.stringMatching(/was answered 401; give a key by --key-file or AKS_FLEET_PROBER_KEY/),
    ]);
    const wrong = await ask({ AKS_FLEET_PROBER_KEY: 'another-key' });
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringMatching(/was answered 401; see whether the key is one of this app\n$/)]);
    expect(wrong.stderr).not.toContain('another-key');
  });
});

describe('an answer that is none', patience, () => {
  const sweeps = () => runCli(['get', 'sweeps'], { AKS_FLEET_PROBER_SERVER: troubled.url });
  afterEach(() => {
    troubled.instead = undefined;
  });

  it('shows the title and the detail of a problem', async () => {
    const body = JSON.stringify({ type: 'urn:x', title: 'Unavailable', status: 503, detail: 'Azure did not answer; ask again' });
    troubled.instead = () => ({ status: 503, headers: { 'content-type': 'application/problem+json' }, body });
    const { code, stderr } = await sweeps();
    expect([code, stderr]).toEqual([3, `GET ${troubled.url}/api/sweeps was answered 503: Unavailable: Azure did not answer; ask again\n`]);
  });

  it('is not followed to another host, and not taken for a list', async () => {
    troubled.instead = () => ({ status: 302, headers: { location: locked.url } });
    expect((await sweeps()).stderr).toContain('was answered 302; it leads elsewhere, which is not followed');
    for (const body of ['<html>', '{"items": [{"id": 3}], "next": null}']) {
      troubled.instead = () => ({ status: 200, body });
      const { code, stderr } = await sweeps();
      expect([code, stderr]).toEqual([3, expect.stringMatching(/was answered in a form that this program \(\S+\) does not know, at /)]);
    }
  });

  it('is said to be one of nobody where nobody listens', async () => {
    const { code, stderr } = await runCli(['get', 'sweeps', '--server', 'http://127.0.0.1:1']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:1\/api\/sweeps was not reached, without a proxy .*ECONNREFUSED/),
    ]);
  });
});

describe('watch', () => {
  it('prints what is open, what begins, and what ends, as JSON lines too, and outlives a failure', { timeout: 60_000 }, async () => {
    const cluster = idOf('fresh');
    await seedNodes(services, cluster, { x: 'reachable' });
    await assess(services, cluster);
    const environment = { AKS_FLEET_PROBER_SERVER: troubled.url };
    const text = startCli(['watch', '--every', '5'], environment);
    const json = startCli(['watch', '--every', '5', '-o', 'json'], environment);
    const next = ({ child }: typeof text) => {
      const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
      return async (pattern: RegExp): Promise<string> => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done) throw new Error(`expected a line like ${pattern}, and it ended`);
          if (pattern.test(value)) return value;
        }
      };
    };
    const [readText, readJson] = [next(text), next(json)];
    try {
      expect(await readText(/outage open/)).toBe('2026-11-21T11:50:00Z outage open: a of rg-shop/shop: ConnectionRefused: TCP refused');
      await readJson(/"OutageOpen"/);
      // Answers are kept for some seconds of the service's clock.
      const later = () => clock.move(10_000);
      // One poll fails: the service asks for a second of patience, and is asked again.
      let failures = 0;
      troubled.instead = (address) =>
        address.includes('outages') && failures++ < 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
      const started = { ...outage, cluster, node: 'x', start: '2026-11-21T11:58:00.000Z' };
      await seedNodes(services, cluster, { x: 'unreachable' });
      await assess(services, cluster);
      await writeBatch(await services.tables.open('fleet'), [insertOutage(started)]);
      later();
      expect(await readText(/outage started/)).toContain('x of rg-fresh/fresh: ConnectionRefused');
      expect(JSON.parse(await readJson(/"OutageStarted"/))).toMatchObject({ event: 'OutageStarted', outage: { start: started.start } });
      await seedNodes(services, cluster, { x: 'reachable' });
      const end = '2026-11-21T11:59:30.000Z';
      const ended = { ...started, end, episodes: [{ start: started.start, end }] };
      await writeBatch(await services.tables.open('fleet'), [replaceOutage({ outage: ended, etag: '*' })]);
      await assess(services, cluster);
      later();
      expect(await readText(/outage ended/)).toBe(
        '2026-11-21T11:59:30Z outage ended after 1m30s: x of rg-fresh/fresh: ConnectionRefused: TCP refused',
      );
      // What has not changed was not sent again.
      expect(troubled.requests.some(({ status }) => status === 304)).toBe(true);
    } finally {
      for (const { child } of [text, json]) {
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await gone;
      }
    }
    expect((await text.ended).stderr).toMatch(/open outages, 1 open incidents; asking every 5 s/);
    expect(`${(await text.ended).stderr}${(await json.ended).stderr}`).toContain('was answered 429; asking again in 5 s');
  });
});
