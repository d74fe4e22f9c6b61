import pLimit from 'p-limit';
import { parseClusterId } from '../../model/resource-id.ts';
import { clusterView } from '../../views/clusters.ts';
import { incidentView } from '../../views/incidents.ts';
import { type NodeDetail, nodeDetailView } from '../../views/node-detail.ts';
import type { OutageView } from '../../views/outages.ts';
import type { SubjectName } from '../commands.ts';
import { NotFound } from '../not-found.ts';
import { UsageError } from '../usage-error.ts';
import type { AskServer } from './ask-server.ts';
import { describeClusterLines, describeIncidentLines, describeNodeLines, describeOutageLines } from './describe-lines.ts';
import { findClusterAt, readClusters, readNodes, readOutages } from './read-lists.ts';
import type { ServerOptions } from './server-options.ts';

const CONCURRENT_REQUESTS = 8;
const MOST_NODES = 20;
const MOST_OUTAGES = 20;
const MOST_SEARCHED = 10_000;

const pathOf = (cluster: string) => `clusters/${encodeURIComponent(cluster)}`;

/** The node of a name, in a cluster or in whichever has it. */
async function findNode(server: AskServer, node: string, named: string | undefined): Promise<NodeDetail> {
  const read = (cluster: string) => server.get(`${pathOf(cluster)}/nodes/${encodeURIComponent(node)}`, nodeDetailView);
  if (named !== undefined) return read((await findClusterAt(server, named)).cluster);
  const limit = pLimit(CONCURRENT_REQUESTS);
  const absent = (error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  };
  const { items } = await readClusters(server);
  const found = (await Promise.all(items.map(({ cluster }) => limit(() => read(cluster).catch(absent))))).filter(
    (each) => each !== undefined,
  );
  const [one, ...others] = found;
  if (one === undefined) throw new NotFound(`no node "${node}" is known; get nodes lists them`);
  if (others.length > 0)
    throw new UsageError(
      `several clusters have a node "${node}"; give --cluster as one of ${found.map(({ cluster }) => cluster).join(', ')}`,
    );
  return one;
}

/** The outage of an id, which begins with its cluster. */
async function findOutage(server: AskServer, id: string): Promise<OutageView> {
  const [cluster = ''] = id.split('|');
  if (parseClusterId(cluster) === undefined)
    throw new UsageError(`expected the id of an outage, as get outages -o name prints it, got "${id}"`);
  const { items } = await readOutages(server, { state: 'all', cluster, limit: MOST_SEARCHED });
  const found = items.find((each) => each.id.toLowerCase() === id);
  if (found === undefined) throw new NotFound(`no outage "${id}" is known; get outages --state all lists them`);
  return found;
}

/** What is known of a cluster, with its worst nodes and its open outages. */
async function readCluster(server: AskServer, name: string) {
  const { cluster } = await findClusterAt(server, name);
  const [facts, nodes, outages] = await Promise.all([
    server.get(pathOf(cluster), clusterView),
    readNodes(server, { cluster, reachable: undefined, limit: MOST_NODES }),
    readOutages(server, { state: 'open', cluster, limit: MOST_OUTAGES }),
  ]);
  return { ...facts, worstNodes: nodes.items.filter(({ verdict }) => verdict !== 'reachable'), outages: outages.items };
}
export type DescribedCluster = Awaited<ReturnType<typeof readCluster>>;

/** Shows all that a service knows of one thing. */
export async function runDescribe(server: AskServer, { what, name = '', cluster, format }: ServerOptions): Promise<number> {
  const show = <T>(found: T, lines: (found: T) => string[]) => {
    process.stdout.write(format === 'json' ? `${JSON.stringify(found)}\n` : `${lines(found).join('\n')}\n`);
    return 0;
  };
  switch (what as SubjectName) {
    case 'node':
      return show(await findNode(server, name, cluster), describeNodeLines);
    case 'cluster':
      return show(await readCluster(server, name), describeClusterLines);
    case 'outage':
      return show(await findOutage(server, name), describeOutageLines);
    case 'incident':
      return show(
        await server.get(`incidents/${encodeURIComponent(name.toUpperCase().replace(/-.*/, (hash) => hash.toLowerCase()))}`, incidentView),
        describeIncidentLines,
      );
  }
}
