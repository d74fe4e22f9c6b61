import pLimit from 'p-limit';
import { openEpisode } from '../history/node-state.ts';
import { clusterIdSchema } from '../model/name-schemas.ts';
import { isNodeName } from '../model/node-name.ts';
import type { Services } from '../services.ts';
import type { ListedCluster } from '../tables/cluster-list.ts';
import { readOutagePage } from '../tables/outage-pages.ts';
import * as z from '../zod.ts';
import { readCluster, readClusters } from './clusters.ts';
import { components } from './components.ts';
import { type OutageView, outageView, viewOutage } from './outages.ts';
import { listOf, type Page, type PageRequest, readPage, writeCursor } from './paging.ts';

/** The maximum number of clusters that one request reads. */
const CLUSTERS_READ = 64;
const CONCURRENT_READS = 8;
/** The approximate number of rows that one request holds in memory at once. */
const ROWS_AT_ONCE = 1000;

/** Whether a text is the key of an outage, of the cluster itself (`*`) or of a node. */
function isOutageKey(key: string): boolean {
  const subject = /^outage\|([^|]{1,253})\|\d{13}$/.exec(key)?.[1];
  return subject !== undefined && (subject === '*' || isNodeName(subject));
}

const outagePlace = z.object({ cluster: clusterIdSchema('a cluster id'), row: z.optional(z.string().check(z.refine(isOutageKey))) });

export const outageListSchema = listOf(outageView).register(components, { id: 'OutagePage' });

const newestFirst = (a: OutageView, b: OutageView) => (a.start < b.start ? 1 : a.start > b.start ? -1 : a.id < b.id ? -1 : 1);

const isDown = ({ outage }: ListedCluster) => openEpisode(outage.outage) !== undefined;

/**
 * The ids of the clusters that may have such outages.
 *
 * @throws Problem if the given cluster is not known: a misspelt id must not look like a cluster without outages.
 */
async function clustersWith(services: Services, which: 'open' | 'all', cluster: string | null): Promise<string[]> {
  const rows = cluster === null ? await readClusters(services) : [await readCluster(services, cluster)];
  return rows.filter((row) => which === 'all' || row.openOutages > 0 || isDown(row)).map((row) => row.cluster);
}

/**
 * Shows one page of outages. Pages follow the order of clusters and nodes; each page is sorted newest first.
 *
 * @param wanted - open ones or all, of one cluster and its nodes or of all clusters.
 * @throws Problem if the cluster is not known.
 */
export async function viewOutageList(
  services: Services,
  { which, cluster }: { which: 'open' | 'all'; cluster: string | null },
  request: PageRequest,
): Promise<Page<OutageView>> {
  // A cursor is valid only in the list that returned it: in that of another cluster it would find nothing.
  const list = cluster === null ? 'outages' : `outages of ${cluster}`;
  const { limit, from } = readPage(request, list, outagePlace);
  const ids = await clustersWith(services, which, cluster);
  const left = ids.sort().filter((id) => from === undefined || id >= from.cluster);
  const atOnce = Math.max(1, Math.min(CONCURRENT_READS, Math.floor(ROWS_AT_ONCE / limit)));
  const items: OutageView[] = [];
  const page = (next: z.output<typeof outagePlace> | undefined): Page<OutageView> => ({
    items: items.sort(newestFirst),
    next: next === undefined ? null : writeCursor(list, next),
  });
  for (let read = 0; read < left.length; read += atOnce) {
    if (read >= CLUSTERS_READ) return page({ cluster: left[read]! });
    const group = left.slice(read, read + atOnce);
    const afterIn = (id: string) => (id === from?.cluster ? from.row : undefined);
    const rows = await Promise.all(group.map((id) => readOutagePage(services.tables, id, { after: afterIn(id), which, most: limit + 1 })));
    let last = rows.flat()[0];
    for (const row of rows.flat()) {
      if (items.length === limit) return page({ cluster: last!.outage.cluster, row: last!.rowKey });
      items.push(viewOutage(row.outage));
      last = row;
    }
    // The page is full and this group has no more, but the next clusters may have some.
    if (items.length === limit && read + atOnce < left.length) return page({ cluster: left[read + atOnce]! });
  }
  return page(undefined);
}

/**
 * The most important open outages: for a cluster that has an outage itself only that one, otherwise those of its nodes.
 *
 * @param clusters - the clusters to read, the worst first.
 * @param mostOfOne - the maximum number of outages of one cluster.
 */
export async function viewWorstOutages(services: Services, clusters: readonly ListedCluster[], mostOfOne: number): Promise<OutageView[]> {
  const limit = pLimit(CONCURRENT_READS);
  const read = await Promise.all(
    clusters.map((row) => limit(() => readOutagePage(services.tables, row.cluster, { which: 'open', most: isDown(row) ? 1 : mostOfOne }))),
  );
  return read
    .flat()
    .map(({ outage }) => viewOutage(outage))
    .sort(newestFirst);
}
