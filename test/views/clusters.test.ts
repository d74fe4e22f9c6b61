import { describe, expect, it } from 'vitest';
import { addUptimes } from '../../src/history/uptime.ts';
import type { ListedCluster } from '../../src/tables/cluster-list.ts';
import { isFresh, viewCluster } from '../../src/views/clusters.ts';

const assessedAt = '2026-11-21T09:35:00.000Z';
const moment = Date.parse(assessedAt);
const row: ListedCluster = {
  cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop',
  subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
  resourceGroup: 'rg',
  name: 'shop',
  region: 'westeurope',
  version: '1.33.5',
  nodes: { known: 4, reachable: 2, unreachable: 1, unknown: 0, notProbed: 1 },
  upgrading: false,
  openOutages: 1,
  blindNodes: 0,
  shortfalls: {},
  unseen: [],
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
    expect(viewCluster(row, moment).nodes).toEqual(row.nodes);
  });

  it('shows as unknown what nobody has assessed for long, whatever it was: nothing is green without proof', () => {
    expect(viewCluster(row, moment + 1).nodes).toEqual({ known: 4, reachable: 0, unreachable: 0, unknown: 3, notProbed: 1 });
  });

  it('is never fresh where the time of its assessment cannot be read', () => {
    for (const time of ['', 'soon']) expect(isFresh({ ...row, assessedAt: time }, 0)).toBe(false);
  });

  it('counts its own outage beside those of its nodes, and shows it while it is open', () => {
    const outage = { outage: assessedAt, episode: 2, from: assessedAt, reason: 'DnsTimeout' as const };
    const down = viewCluster({ ...row, outage: { outage } }, moment);
    expect([down.openOutages, down.clusterOutage]).toEqual([2, { start: assessedAt, reason: 'DnsTimeout', flaps: 1 }]);
    const over = viewCluster({ ...row, outage: { outage: { ...outage, end: assessedAt } } }, moment);
    expect([over.openOutages, over.clusterOutage]).toEqual([1, null]);
  });
});
