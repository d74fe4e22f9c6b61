import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeMaintenanceRequest,
  deleteMaintenanceRequest,
  readClusterMaintenance,
  readMaintenanceRequest,
  readMaintenanceRequests,
} from '../../src/tables/maintenance-rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const clusterOf = () => `${randomUUID()}.rg.shop`;
const request = { from: '2026-11-22T21:00:00.000Z', until: '2026-11-22T23:00:00.000Z', by: 'Ann' };

describe('a request for maintenance', () => {
  it('is read back as it was written, by its cluster and among all', async () => {
    const cluster = clusterOf();
    await changeMaintenanceRequest(storage.tables, cluster, () => ({ ...request, reason: 'new firewall' }));
    expect(await readMaintenanceRequest(storage.tables, cluster)).toEqual({ ...request, reason: 'new firewall', endedBy: undefined });
    expect((await readMaintenanceRequests(storage.tables)).get(cluster)).toMatchObject(request);
  });

  it('is changed as it stands, and left where nothing is to be changed', async () => {
    const cluster = clusterOf();
    await changeMaintenanceRequest(storage.tables, cluster, () => request);
    const until = '2026-11-22T22:00:00.000Z';
    await Promise.all([
      changeMaintenanceRequest(storage.tables, cluster, (before) => before && { ...before, until }),
      changeMaintenanceRequest(storage.tables, cluster, (before) => before && { ...before, endedBy: 'Bob' }),
    ]);
    expect(await readMaintenanceRequest(storage.tables, cluster)).toMatchObject({ until, endedBy: 'Bob' });
    await changeMaintenanceRequest(storage.tables, cluster, () => undefined);
    expect(await readMaintenanceRequest(storage.tables, cluster)).toMatchObject({ until, endedBy: 'Bob' });
  });

  it('is none once it is deleted, or where its times cannot be read', async () => {
    const [cluster, broken] = [clusterOf(), clusterOf()];
    await changeMaintenanceRequest(storage.tables, cluster, () => request);
    await deleteMaintenanceRequest(storage.tables, cluster);
    await changeMaintenanceRequest(storage.tables, broken, () => ({ ...request, until: 'for ever' }));
    expect(await readMaintenanceRequest(storage.tables, cluster)).toBeUndefined();
    expect(await readMaintenanceRequest(storage.tables, broken)).toBeUndefined();
    expect((await readMaintenanceRequests(storage.tables)).has(broken)).toBe(false);
  });
});

describe('what says when a cluster is in maintenance', () => {
  it('is its request, and its tag as of the latest assessment unless it was just read', async () => {
    const cluster = clusterOf();
    const clusters = await storage.tables.open('clusters');
    await clusters.createEntity({ partitionKey: 'fleet', rowKey: cluster, maintenanceTag: 'Sun 22:00Z/PT4H' });
    await changeMaintenanceRequest(storage.tables, cluster, () => request);
    expect(await readClusterMaintenance(storage.tables, cluster)).toMatchObject({ tag: 'Sun 22:00Z/PT4H', request });
    expect(await readClusterMaintenance(storage.tables, cluster, { tag: undefined })).toMatchObject({ tag: undefined, request });
    expect(await readClusterMaintenance(storage.tables, clusterOf())).toEqual({ tag: undefined, request: undefined });
  });
});
