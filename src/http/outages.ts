import pLimit from 'p-limit';
import type { LogEntry } from '../history/log.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { listClusterRows } from '../tables/cluster-rows.ts';
import { readOutages } from '../tables/outage-rows.ts';
import { pageOf } from './paging.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './routes.ts';

const CONCURRENT_READS = 16;
const READ_PER_CLUSTER = 1000;

/** A log entry in the shape of seed 001. */
export function viewLogEntry({ time, success, reason, message, latencyMs }: LogEntry) {
  return { time, success, reason, message, latency: latencyMs === undefined ? null : `${latencyMs}ms` };
}

/** An outage as the API shows it. */
export function viewOutage(outage: Outage) {
  const { cluster, node, reason, start, end, message, episode, episodes, startLogs, endLogs } = outage;
  const { nodes = [], counts, commonFactors = [] } = outage;
  return {
    id: outageId(outage),
    subject: node === undefined ? { kind: 'cluster', cluster } : { kind: 'node', cluster, node },
    reason,
    stage: reasons[reason].stage,
    start,
    end: end ?? null,
    message,
    flaps: episode - 1,
    episodes: episodes.map((each) => ({ start: each.start, end: each.end ?? null })),
    ...(node === undefined && { nodes, counts: counts ?? null, commonFactors }),
    startLogs: startLogs.map(viewLogEntry),
    endLogs: endLogs.map(viewLogEntry),
  };
}

/** The outages of the whole fleet, newest first. */
export async function viewOutages({ tables }: Services, which: 'open' | 'all'): Promise<ReturnType<typeof viewOutage>[]> {
  const [clusters, fleet] = [await listClusterRows(await tables.open('clusters')), await tables.open('fleet')];
  const limit = pLimit(CONCURRENT_READS);
  const read = await Promise.all(
    clusters.map(({ cluster }) => limit(() => readOutages(fleet, cluster, { which, most: READ_PER_CLUSTER }))),
  );
  const views = read.flat().map(({ outage }) => viewOutage(outage));
  return views.sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : a.id < b.id ? -1 : 1));
}

/** `GET /api/outages?state=open|all` */
export async function showOutages(services: Services, request: RouteRequest): Promise<Reply> {
  const state = request.query.get('state') ?? 'open';
  if (state !== 'open' && state !== 'all')
    throw new HttpProblem(400, 'bad-state', `expected state to be open or all, got "${state.slice(0, 40)}"`);
  return { json: pageOf(await viewOutages(services, state), request) };
}
