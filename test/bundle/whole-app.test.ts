import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.ts';
import type { OutageView } from '../../src/views/outages.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { type App, fetchAgain, quickSweeps, type Stage, setStage } from '../e2e/stage.ts';
import { until } from '../host/until.ts';
import { document, explainBreach, undescribedHeaders } from '../http/contract.ts';
import { parseOpenMetrics } from './open-metrics.ts';

const subscription = 'eeeeeeee-0000-4000-8000-000000000001';
const cluster = `${subscription}.rg.shop(1).shop`;
const common = { resourceGroup: 'RG.shop(1)', location: 'westeurope', kubernetesVersion: '1.33.5' };
const fleet = {
  subscriptions: [{ id: subscription, name: 'One', clusters: [{ ...common, name: 'shop', pools: [{ name: 'web', count: 3 }] }] }],
};
/** An hour in a second, a day in 24: what the app and its libraries do so seldom has happened by the end. */
const ADVANCE = 3600;
const DAY_MS = 86_400_000;
const MOST_MS = 120_000;

let stage: Stage;
let app: App;
let startedAt: number;
let sick: string;
let completed: string;
/** When the outage of the sick node began. */
let began: string;

beforeAll(async () => {
  stage = await setStage(fleet);
  [, sick] = (await stage.nodesOf(cluster)) as [string, string];
  await stage.setFault(sick, 'refused');
  startedAt = Date.now();
  app = await stage.startApp({ ...quickSweeps(10), FAILURE_THRESHOLD: '1', HOST_ADVANCE_TIMERS: String(ADVANCE) });
  const some = async (path: string, isIt: (item: Partial<SweepView>) => unknown) =>
    (await app.get<{ items: SweepView[] }>(path)).items.some(isIt);
  await until('an outage to be listed', () => some('outages', Boolean), MOST_MS);
  await until('a sweep to complete', () => some('sweeps', ({ completedAt }) => completedAt), MOST_MS);
  began = (await app.get<{ items: OutageView[] }>('outages')).items[0]!.start;
  completed = (await app.get<{ items: SweepView[] }>('sweeps')).items.find(({ completedAt }) => completedAt)!.id;
}, 2 * MOST_MS);
afterAll(() => stage.end());

const parameters: Record<string, string> = { cluster: encodeURIComponent(cluster), node: '', incident: '20261121T115000Z-0a1b2c3d' };

/** What a path is answered with: one cluster alone is no incident, and nobody has signed in. */
function statusOf(path: string, hasCheck = true): number {
  if (path.startsWith('pages')) return 401;
  if (path === 'status/session') return 303;
  return path.includes('{incident}') || (path.includes('checks/{id}') && !hasCheck) ? 404 : 200;
}

/** An address for each route that is asked with GET. */
function addresses(check: string): { path: string; url: string }[] {
  const subject = { subject: sick, start: encodeURIComponent(began) };
  const values = { ...parameters, ...subject, node: sick, id: check, sweep: encodeURIComponent(completed) };
  return Object.entries(document.paths)
    .filter(([, methods]) => 'get' in methods)
    .map(([path]) => ({
      path: path.slice('/api/'.length),
      url: app.url + path.replace(/\{(\w+)\}/g, (_, name: string) => values[name as 'id']!),
    }));
}

describe('the app as it is deployed, in a host', { timeout: MOST_MS }, () => {
  it('answers every route as its own OpenAPI document says', async () => {
    expect(await app.get('openapi.json')).toEqual(document);
    const body = JSON.stringify({ node: sick });
    const headers = { 'content-type': 'application/json', prefer: 'wait=60' };
    const asked = await fetch(`${app.url}/api/checks`, { method: 'POST', headers, body });
    const check = (await asked.json()) as { id: string; reason: string };
    expect([asked.status, explainBreach({ method: 'POST', path: 'checks' }, 200, asked.headers.get('content-type'), check)]).toEqual([
      200,
      undefined,
    ]);
    expect(check.reason).toBe('ConnectionRefused');
    const all = addresses(check.id);
    expect(all.length).toBeGreaterThan(15);
    for (const { path, url } of all) {
      const response = await fetchAgain(url, { redirect: 'manual' });
      const text = await response.text();
      const type = text === '' ? null : response.headers.get('content-type');
      const route = { method: 'GET', path };
      const breach = explainBreach(route, response.status, type, type?.includes('json') ? JSON.parse(text) : text);
      expect({ path, status: response.status, breach, headers: undescribedHeaders(route, response.status, response.headers) }).toEqual({
        path,
        status: statusOf(path),
        headers: [],
      });
    }
  });

  it('answers HEAD where it answers GET, as monitors of uptime ask', async () => {
    for (const { path, url } of addresses('2026-11-21-0123456789abcdef')) {
      const bare = await fetch(url, { method: 'HEAD', redirect: 'manual' });
      expect([path, bare.status, await bare.text()]).toEqual([path, statusOf(path, false), '']);
      if (bare.status !== 303) expect([path, Number(bare.headers.get('content-length')) > 20]).toEqual([path, true]);
    }
  });

  it('takes 300 requests at once under one idempotency key for one check', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'three-hundred' };
    const ask = () => fetch(`${app.url}/api/checks`, { method: 'POST', headers, body: JSON.stringify({ node: sick }) });
    const answers = await Promise.all(Array.from({ length: 300 }, ask));
    const ids = await Promise.all(answers.map(async (each) => ((await each.json()) as { id: string }).id));
    expect([new Set(answers.map(({ status }) => status)).has(429), new Set(ids).size]).toEqual([false, 1]);
  });

  it('shows its pages whole', async () => {
    for (const path of ['status', `status/clusters/${parameters.cluster}`, `status/clusters/${parameters.cluster}/nodes/${sick}`]) {
      const response = await fetchAgain(`${app.url}/api/${path}`);
      const text = await response.text();
      expect([path, response.status, response.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(text).toMatch(/^<!doctype html>[\s\S]*<h1>[\s\S]*<\/html>$/);
      expect(text).toContain('ConnectionRefused');
      expect(text.replace(/<script>[\s\S]*?<\/script>/, '')).not.toMatch(/undefined|\[object|NaN/);
    }
  });

  it('tells of a page that it cannot show by a page', async () => {
    const response = await fetch(`${app.url}/api/status/clusters/${subscription}.rg.nobody`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await response.text()).toMatch(/^<!doctype html>[\s\S]*href="\/api\/status"[\s\S]*no cluster/);
  });

  it('gives its figures in the OpenMetrics format', async () => {
    const response = await fetchAgain(`${app.url}/api/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ]);
    const families = parseOpenMetrics(await response.text());
    expect(families.get('aks_fleet_prober_nodes')).toContain(`aks_fleet_prober_nodes{cluster_id="${cluster}",verdict="unreachable"} 1`);
    expect(families.has('aks_fleet_prober_last_sweep_completion_timestamp_seconds')).toBe(true);
    expect(families.get('aks_fleet_prober_build')?.[0]).toContain(`{version="${version}",script="`);
    expect(response.headers.get('content-encoding')).toBe('gzip');
  });

  it('runs every function: the timers, the work, HTTP, and what is left of poison', async () => {
    const poison = new QueueClient(stage.azurite.connectionString, 'work-poison');
    await poison.createIfNotExists();
    await poison.sendMessage(Buffer.from('{"none":"of ours"}').toString('base64'));
    const pruned = await fetch(`${app.url}/admin/functions/prune`, { method: 'POST', body: '{}' });
    expect(pruned.status).toBe(202);
    await app.sweepNow();
    const told = async (name: string) => {
      const events = await stage.events(name);
      return events.length > 0 && events;
    };
    // Pruning counts what it finds in the queue, and may be there before the queue's own function.
    const settled = async () =>
      (await stage.events('ProberError')).some(({ properties }) => String(properties.message).includes('none of ours'));
    await until('the poison message to be settled', settled, MOST_MS);
    await until('the heartbeat', () => told('SweepCompleted'), MOST_MS);
    const [outage] = await until('the outage to be notified', () => told('NodeOutageStarted'), MOST_MS);
    expect(outage?.properties).toMatchObject({ node: sick, reason: 'ConnectionRefused' });
  });

  it('has had its day, by timers that run early, without an error or a restart', async () => {
    // From its first report on, which is when the slowest of its libraries start their timers.
    await sleep(Math.max(0, startedAt + MOST_MS / 2 - Date.now()));
    expect(Date.now() - startedAt).toBeGreaterThan((1.5 * DAY_MS) / ADVANCE);
    const errors = stage.log.filter((line) => /error|exception|is not a (constructor|function)/i.test(line) && !line.includes('poison: '));
    expect(errors).toEqual([]);
    expect(await Promise.race([app.exited, Promise.resolve('still running')])).toBe('still running');
    await app.get('fleet');
  });
});
