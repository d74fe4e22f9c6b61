import { addUptimes } from '../../src/history/uptime.ts';
import { emptyCounts } from '../../src/model/ledger.ts';
import type { ClusterRow } from '../../src/tables/cluster-rows.ts';

type Own = Pick<ClusterRow, 'cluster' | 'subscriptionId' | 'resourceGroup' | 'name'> & Partial<ClusterRow>;

/** The row of a cluster of which nothing stands, and no node is known, but for what is its own. */
export const bareCluster = (own: Own): ClusterRow => ({
  region: '',
  version: '',
  nodes: emptyCounts,
  upgrading: false,
  openOutages: 0,
  blindNodes: 0,
  shortfalls: {},
  recent: [],
  unseen: [],
  notServed: [],
  degradation: {},
  notReachable: [],
  networks: [],
  alerts: {},
  outage: {},
  commonFactors: [],
  uptime: addUptimes([]),
  assessedAt: '',
  sweep: '',
  finalizedSweep: '',
  assessAt: '',
  ...own,
});
