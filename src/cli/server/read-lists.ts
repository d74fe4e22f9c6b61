import { type ClusterView, clusterListSchema } from '../../views/clusters.ts';
import { type IncidentView, incidentListSchema } from '../../views/incidents.ts';
import { nodeListSchema } from '../../views/node-list.ts';
import type { NodeView } from '../../views/nodes.ts';
import { outageListSchema } from '../../views/outage-list.ts';
import type { OutageView } from '../../views/outages.ts';
import { MOST_LIMIT as PAGE, type Page } from '../../views/paging.ts';
import { type SweepView, sweepListSchema } from '../../views/sweeps.ts';
import type * as z from '../../zod.ts';
import { isNamed } from '../find-cluster.ts';
import { NotFound } from '../not-found.ts';
import { UsageError } from '../usage-error.ts';
import type { AskServer } from './ask-server.ts';
import type { ServerOptions } from './server-options.ts';

/** What of a list was read. */
export interface ReadList<T> {
  items: T[];
  /** Whether there is more than the limit. */
  more: boolean;
}

const MOST_PAGES = 10_000;

type Query = Readonly<Record<string, string | undefined>>;

/** Reads a list page by page, up to a limit. */
async function readList<T>(
  server: AskServer,
  path: string,
  schema: z.ZodMiniType<Page<T>>,
  limit: number,
  query: Query = {},
): Promise<ReadList<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; ; pages++) {
    const page = await server.get(path, schema, { ...query, limit: String(Math.min(PAGE, limit - items.length)), cursor });
    items.push(...page.items);
    cursor = page.next ?? undefined;
    // A page may be empty although more follow, but not without end.
    if (cursor === undefined || items.length >= limit || pages >= MOST_PAGES) break;
  }
  return { items: items.slice(0, limit), more: cursor !== undefined };
}

/** All clusters, failures first. */
export const readClusters = (server: AskServer, limit = Number.MAX_SAFE_INTEGER): Promise<ReadList<ClusterView>> =>
  readList(server, 'clusters', clusterListSchema, limit);

export const readOutages = (
  server: AskServer,
  { state, cluster, limit }: { state: 'open' | 'all'; cluster?: string; limit: number },
): Promise<ReadList<OutageView>> => readList(server, 'outages', outageListSchema, limit, { state, cluster });

export const readIncidents = (server: AskServer, state: 'open' | 'all', limit: number): Promise<ReadList<IncidentView>> =>
  readList(server, 'incidents', incidentListSchema, limit, { state });

export const readSweeps = (server: AskServer, limit: number): Promise<ReadList<SweepView>> =>
  readList(server, 'sweeps', sweepListSchema, limit);

/** Nodes of one cluster, or of all, cluster by cluster. */
export async function readNodes(
  server: AskServer,
  { cluster, reachable, limit }: Pick<ServerOptions, 'cluster' | 'reachable' | 'limit'>,
): Promise<ReadList<NodeView>> {
  const clusters = cluster === undefined ? (await readClusters(server)).items.map((each) => each.cluster) : [cluster];
  const items: NodeView[] = [];
  for (const [at, id] of clusters.entries()) {
    const path = `clusters/${encodeURIComponent(id)}/nodes`;
    const list = await readList(server, path, nodeListSchema, limit - items.length, { reachable });
    items.push(...list.items);
    if (items.length >= limit) return { items, more: list.more || at < clusters.length - 1 };
  }
  return { items, more: false };
}

/**
 * Finds a cluster by its name.
 *
 * @param wanted - in lower case: its own name, `<resource group>/<name>`, or its id.
 * @throws NotFound if there is none, UsageError if there are several.
 */
export async function findClusterAt(server: AskServer, wanted: string): Promise<ClusterView> {
  const found = (await readClusters(server)).items.filter((each) => isNamed(each, wanted));
  const [one, ...others] = found;
  if (one === undefined) throw new NotFound(`no cluster "${wanted}" is known; get clusters lists them`);
  if (others.length > 0)
    throw new UsageError(`several clusters are named "${wanted}"; name one of ${found.map(({ cluster }) => cluster).join(', ')}`);
  return one;
}
