import { describe, expect, it } from 'vitest';
import { addUptimes } from '../../src/history/uptime.ts';
import type { ListedCluster } from '../../src/tables/cluster-list.ts';
import { isFresh, viewCluster } from '../../src/views/clusters.ts';

const assessedAt = '2026-11-21T09:35:00.000Z';
const moment = Date.parse(assessedAt);
const now = new Date(moment);
const row: ListedCluster = {
  cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop',
  subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
  resourceGroup: 'rg',
  name: 'shop',
  region: 'westeurope',
  version: '1.33.5',
  nodes: { known: 4, reachable: 2, notServed: 1, unreachable: 1, unknown: 0, notProbed: 1 },
  upgrading: false,
  openOutages: 1,
  blindNodes: 0,
  shortfalls: {},
  recent: [],
  unseen: [],
  notServed: [{ reason: 'EtcdUnavailable', nodes: 1, names: ['a'], since: assessedAt }],
  degradation: {},
  outage: {},
  commonFactors: [],
  uptime: addUptimes([]),
  assessedAt,
  sweep: '',
  finalizedSweep: '',
  assessAt: '',
};

describe('the view of a cluster', () => {
  it('shows its nodes as they were assessed while that is recent', () => {
    expect(viewCluster(row, moment, now).nodes).toEqual(row.nodes);
  });

  it('shows as unknown what nobody has assessed for long, whatever it was: nothing is green without proof', () => {
    expect(viewCluster(row, moment + 1, now).nodes).toEqual({
      known: 4,
      reachable: 0,
      notServed: 0,
      unreachable: 0,
      unknown: 3,
      notProbed: 1,
    });
  });

  it('shows the nodes that are not served by reason, and whether they are so many that it is degraded', () => {
    const degraded = { since: assessedAt, reason: 'EtcdUnavailable' as const, notServed: 2, asked: 3 };
    const shown = viewCluster({ ...row, degradation: { degraded } }, moment, now);
    expect([shown.degraded, shown.notServed]).toEqual([degraded, row.notServed]);
    expect(viewCluster(row, moment, now).degraded).toBeNull();
    expect(viewCluster(row, moment + 1, now).notServed).toEqual([]);
  });

  it('is never fresh where the time of its assessment cannot be read', () => {
    for (const time of ['', 'soon']) expect(isFresh({ ...row, assessedAt: time }, 0)).toBe(false);
  });

  it('counts its own outage beside those of its nodes, and shows it while it is open', () => {
    const outage = { outage: assessedAt, episode: 2, from: assessedAt, reason: 'DnsTimeout' as const };
    const down = viewCluster({ ...row, outage: { outage } }, moment, now);
    expect([down.openOutages, down.clusterOutage]).toEqual([2, { start: assessedAt, reason: 'DnsTimeout', flaps: 1 }]);
    const over = viewCluster({ ...row, outage: { outage: { ...outage, end: assessedAt } } }, moment, now);
    expect([over.openOutages, over.clusterOutage]).toEqual([1, null]);
  });

  it('shows the maintenance that it is in, by tag or by request', () => {
    // 21 November 2026 is a Saturday.
    const byTag = viewCluster({ ...row, maintenanceTag: 'Sat 09:00Z/PT1H' }, moment, now).maintenance;
    expect(byTag).toEqual({
      from: '2026-11-21T09:00:00.000Z',
      until: '2026-11-21T10:00:00.000Z',
      source: 'tag',
      by: null,
      reason: null,
    });
    const request = { from: assessedAt, until: '2026-11-21T12:00:00.000Z', by: 'Ann', reason: 'new firewall' };
    expect(viewCluster({ ...row, maintenance: request }, moment, now).maintenance).toEqual({ ...request, source: 'request' });
    expect(viewCluster({ ...row, maintenance: { ...request, until: assessedAt } }, moment, now).maintenance).toBeNull();
    expect(viewCluster(row, moment, now).maintenance).toBeNull();
  });
});
