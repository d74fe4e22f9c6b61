import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Services } from '../../src/services.ts';
import { readMaintenanceRequest } from '../../src/tables/maintenance-rows.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { ask } from './ask.ts';
import { explainBreach } from './contract.ts';
import { assess, seedNodes } from './seed-cluster.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const LATER = '2026-11-21T14:00:00.000Z';
let storage: Storage;
let services: Services;
let clock: Clock;
let cluster: string;
let assessments: object[];
let nth = 0;
let warn: ReturnType<typeof vi.spyOn>;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  cluster = `aaaaaaaa-0000-4000-8000-000000000001.rg.shop${nth++}`;
  const process = servicesAt(storage.connectionString, NOW);
  clock = process.clock;
  assessments = [];
  const queue = { send: async (work: object) => void assessments.push(work), requeue: () => Promise.reject(new Error('not here')) };
  services = { ...process.services, queue };
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await seedNodes(services, cluster, { 'node-1': 'reachable' });
  await assess(services, cluster);
});

const headers = { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' };
async function call(method: 'POST' | 'DELETE', body?: unknown, of = cluster) {
  const path = `clusters/${of}/maintenance`;
  const answered = await ask(services, path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const { route, status, json } = answered;
  expect(explainBreach(route, status, answered.headers.get('content-type'), json)).toBeUndefined();
  return { status, json: json as Record<string, unknown> };
}
const shown = async () => ((await ask(services, `clusters/${cluster}`)).json as { maintenance: object | null }).maintenance;

describe('POST /api/clusters/{cluster}/maintenance', () => {
  it('puts a cluster into maintenance for so long, says who asked and why, and shows it until it ends by itself', async () => {
    const maintenance = {
      from: NOW,
      until: LATER,
      source: 'request',
      by: 'the holder of a function key at 192.0.2.7',
      reason: 'new firewall',
    };
    expect(await call('POST', { duration: 'PT2H', reason: 'new firewall' })).toEqual({ status: 201, json: maintenance });
    expect(await shown()).toEqual(maintenance);
    expect((await ask(services, 'metrics')).text).toContain(`aks_fleet_prober_cluster_maintenance{cluster_id="${cluster}"} 1`);
    expect(warn.mock.calls).toEqual([[expect.stringContaining(`${cluster} is in maintenance until ${LATER}, asked for by the holder of`)]]);
    clock.at(LATER);
    expect(await shown()).toBeNull();
    expect((await ask(services, 'metrics')).text).not.toContain(`cluster_maintenance{cluster_id="${cluster}"}`);
  });

  it('takes a time too, and changes the end of one that is on, not its beginning', async () => {
    expect((await call('POST', { until: '2026-11-21T15:00:00+01:00' })).json).toMatchObject({ until: LATER });
    clock.at('2026-11-21T13:00:00.000Z');
    const longer = await call('POST', { duration: 'PT3H' });
    expect(longer).toMatchObject({ status: 200, json: { from: NOW, until: '2026-11-21T16:00:00.000Z', reason: null } });
    clock.at('2026-11-21T17:00:00.000Z');
    expect(await call('POST', { duration: 'PT1H' })).toMatchObject({ status: 201, json: { from: '2026-11-21T17:00:00.000Z' } });
  });

  it.each<[string, object, string]>([
    ['longer than 7 days', { duration: 'P8D' }, 'bad-maintenance'],
    ['longer than 7 days, by its time', { until: '2026-12-01T00:00:00Z' }, 'bad-maintenance'],
    ['over already', { until: '2026-11-21T11:00:00Z' }, 'bad-maintenance'],
    ['no minute long', { duration: 'PT0M' }, 'bad-maintenance'],
    ['no duration', { duration: 'two hours' }, 'bad-body'],
    ['no time', { until: 'tomorrow' }, 'bad-body'],
    ['without an end', {}, 'bad-body'],
    ['with two ends', { duration: 'PT1H', until: LATER }, 'bad-body'],
    ['with a reason that is a book', { duration: 'PT1H', reason: 'x'.repeat(201) }, 'bad-body'],
    ['of something else', { duration: 'PT1H', cluster: 'all' }, 'bad-body'],
  ])('refuses one that is %s', async (_, body, type) => {
    expect(await call('POST', body)).toMatchObject({ status: 400, json: { type: `urn:aks-fleet-prober:${type}` } });
    expect(await shown()).toBeNull();
  });

  it('knows only clusters of the fleet', async () => {
    const other = cluster.replace('shop', 'nobody');
    expect(await call('POST', { duration: 'PT1H' }, other)).toMatchObject({ status: 404 });
    expect(await call('DELETE', undefined, other)).toMatchObject({ status: 404 });
    expect(await readMaintenanceRequest(services.tables, other)).toBeUndefined();
  });
});

describe('DELETE /api/clusters/{cluster}/maintenance', () => {
  it('ends it now, however often, and has what was held back notified', async () => {
    await call('POST', { duration: 'PT2H' });
    clock.at('2026-11-21T13:00:00.000Z');
    const fleet = await services.tables.open('fleet');
    await fleet.upsertEntity({ partitionKey: cluster, rowKey: 'cluster', sweep: '2026-11-21T12:00:00Z' });
    expect(await call('DELETE')).toEqual({ status: 204, json: undefined });
    expect(await shown()).toBeNull();
    expect(await readMaintenanceRequest(services.tables, cluster)).toMatchObject({
      from: NOW,
      until: '2026-11-21T13:00:00.000Z',
      endedBy: 'the holder of a function key at 192.0.2.7',
    });
    expect(assessments).toEqual([{ kind: 'assess-cluster', sweep: '2026-11-21T12:00:00Z', cluster, assessAt: '2026-11-21T13:00:00.000Z' }]);
    clock.at('2026-11-21T13:10:00.000Z');
    expect((await call('DELETE')).status).toBe(204);
    expect(await readMaintenanceRequest(services.tables, cluster)).toMatchObject({ until: '2026-11-21T13:00:00.000Z' });
    expect(assessments).toHaveLength(1);
  });

  it('says so where the tag of the cluster has it in maintenance, which only the tag can end', async () => {
    const clusters = await services.tables.open('clusters');
    // 21 November 2026 is a Saturday.
    await clusters.updateEntity({ partitionKey: 'fleet', rowKey: cluster, maintenanceTag: 'Sat 11:00Z/PT4H' }, 'Merge');
    expect(await shown()).toMatchObject({ source: 'tag', from: '2026-11-21T11:00:00.000Z', until: '2026-11-21T15:00:00.000Z', by: null });
    const { status, json } = await call('DELETE');
    expect([status, json.type]).toEqual([409, 'urn:aks-fleet-prober:maintained-by-tag']);
    expect(json.detail).toContain('whose tag aks-fleet-prober-maintenance says so until 2026-11-21T15:00:00.000Z');
  });
});

describe('the pages', () => {
  it('show the maintenance with its times, who asked for it and why, without markup of theirs', async () => {
    await call('POST', { duration: 'PT2H', reason: '<b>new</b> firewall' });
    for (const path of [`status/clusters/${cluster}`, 'status']) {
      const page = (await ask(services, path)).text;
      expect(page).toMatch(
        /From <time datetime="2026-11-21T12:00:00.000Z"[^>]*>12:00<\/time> to <time datetime="2026-11-21T14:00:00.000Z"/,
      );
      expect(page).toContain('asked for by the holder of a function key at 192.0.2.7: &lt;b&gt;new&lt;/b&gt; firewall');
    }
    clock.at('2026-11-21T18:00:00.000Z');
    expect((await ask(services, 'status')).text).not.toContain('in maintenance');
  });
});
