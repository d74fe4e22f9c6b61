import { emptyLog } from '../history/log.ts';
import { windowsOf } from '../history/watched.ts';
import { emptyWatch } from '../model/watch.ts';
import type { Services } from '../services.ts';
import { readEndpoint } from '../tables/cluster-rows.ts';
import { readLogs } from '../tables/log-rows.ts';
import { readNodes } from '../tables/node-rows.ts';
import { readOutages } from '../tables/outage-rows.ts';
import * as z from '../zod.ts';
import { components } from './components.ts';
import { momentOf, type NodeView, nodeSpec, nodeStatus, nodeView, unknownNode, viewNode } from './nodes.ts';
import { logEntryView, outageView, viewLogEntry, viewOutage } from './outages.ts';
import { namesOf, remediesFor, remedyView } from './remedies.ts';
import { uptimeShares, viewShares } from './uptime.ts';

const OUTAGES_SHOWN = 20;

/** A node with all that is known about it; `status` has the shape of OpenShift's PodNetworkConnectivityCheck. */
export const nodeDetailView = z
  .extend(nodeView, {
    spec: z.extend(nodeSpec, {
      vmId: z.string(),
      size: z.nullable(z.string()),
      image: z.nullable(z.string()),
      subnet: z.nullable(z.string()),
      created: z.nullable(z.string()),
    }),
    remedies: z.described(z.array(remedyView), 'What to check or do next about its reason, most likely first.'),
    status: z.extend(nodeStatus, {
      successes: z.described(z.array(logEntryView), 'The newest 10, newest first.'),
      failures: z.described(z.array(logEntryView), 'The newest 10, newest first.'),
      outages: z.described(z.array(outageView), 'The newest 20, newest first.'),
      uptime: uptimeShares,
    }),
  })
  .register(components, { id: 'NodeDetail' });
export type NodeDetail = z.output<typeof nodeDetailView>;

/** What is wrong with a node: why it is not served, where it is reached and not served. */
const reasonOf = ({ served, reason, status }: NodeView) =>
  served === false ? (status.conditions.find(({ type }) => type === 'Served')?.reason ?? reason) : reason;

/**
 * Shows a node with all that is known about it.
 *
 * @throws Problem if the node is not known.
 */
export async function viewNodeDetail(services: Services, cluster: string, node: string): Promise<NodeDetail> {
  const [rows, logs, outages] = await Promise.all([
    readNodes(services.tables, cluster, [node]),
    readLogs(services.tables, cluster, [node]),
    readOutages(services.tables, cluster, { node, most: OUTAGES_SHOWN }),
  ]);
  const row = rows.get(node);
  if (row === undefined) throw unknownNode(cluster, node);
  const { successes, failures } = logs.get(node) ?? emptyLog;
  const moment = momentOf(services);
  const view = viewNode(services, cluster, row, moment, row.endpoint ?? (await readEndpoint(services.tables, cluster)));
  const { vmId, size = null, image = null, subnet = null, created = null } = row.facts;
  const names = namesOf({ ...row.facts, cluster, subnet, endpoint: view.spec.targetEndpoint });
  const status = {
    ...view.status,
    successes: successes.map(viewLogEntry),
    failures: failures.map(viewLogEntry),
    outages: outages.map(({ outage }) => viewOutage(outage, names)),
    uptime: viewShares(windowsOf(row.state.watch ?? emptyWatch, moment.at)),
  };
  return { ...view, remedies: remediesFor(reasonOf(view), names), spec: { ...view.spec, vmId, size, image, subnet, created }, status };
}
