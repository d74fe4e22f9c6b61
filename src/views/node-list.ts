import { statusOf } from '../history/node-state.ts';
import { outcomeOf } from '../history/roll-up.ts';
import { nodeNameSchema } from '../model/name-schemas.ts';
import { isNodeName } from '../model/node-name.ts';
import type { Services } from '../services.ts';
import { readTroubledNames } from '../tables/cluster-list.ts';
import { readEndpoint } from '../tables/cluster-rows.ts';
import { type ReachableStatus, readNamedNodes, readNodePage } from '../tables/node-pages.ts';
import type { NodeRow } from '../tables/node-rows.ts';
import * as z from '../zod.ts';
import { components } from './components.ts';
import { staleBefore } from './current-interval.ts';
import { momentOf, type NodeView, nodeView, viewNode } from './nodes.ts';
import { isShort, listOf, type Page, writeCursor } from './paging.ts';
import { WORST_FIRST } from './worst-first.ts';

const READS = 4;
const ROWS_OF_A_READ = 1000;

export const nodeListSchema = z
  .described(
    listOf(nodeView),
    'Nodes that were not reachable at the latest assessment come first, at most 500, then those that were not served, at most 20 for each reason, then the others by name; within a page the worst come first.',
  )
  .register(components, { id: 'NodePage' });

const name = nodeNameSchema('a node name');
/** `first`: the nodes that were listed first and must not be repeated. `after`: the last of the other nodes, once these have begun. */
export const nodePlace = z.object({ first: z.array(name), after: z.optional(name) });
type Place = z.output<typeof nodePlace>;

/** The position of a node on its page: by its verdict, those that are not served before the other reachable ones. */
const rankOf = ({ verdict, served }: NodeView) => WORST_FIRST.indexOf(verdict) - (served === false ? 0.5 : 0);

/** The status of a node's condition Reachable. */
function statusOfRow(row: NodeRow, { at, intervalMs }: ReturnType<typeof momentOf>): ReachableStatus {
  const { verdict } = outcomeOf(row, at, intervalMs);
  return verdict === 'notProbed' ? 'Unknown' : statusOf(verdict);
}

/** The nodes that come before the others: as many names as fit on the page and in its cursor. */
async function chooseFirst(services: Services, cluster: string, given: readonly string[], limit: number): Promise<string[] | undefined> {
  const names = await readTroubledNames(services.tables, cluster);
  const before = new Set(given);
  let chosen = (names ?? []).filter((each) => isNodeName(each) && !before.has(each)).slice(0, limit);
  while (chosen.length > 0 && !isShort(writeCursor('nodes', { first: [...given, ...chosen] }))) chosen = chosen.slice(0, chosen.length / 2);
  return names && chosen;
}

/** Reads nodes in the order of their names until a page is full, in a bounded number of range reads. */
async function readOn(
  read: (after: string | undefined, most: number) => Promise<NodeRow[]>,
  keep: (row: NodeRow) => boolean,
  { after, limit, spare }: { after?: string; limit: number; spare: number },
): Promise<{ rows: NodeRow[]; after?: string }> {
  const kept: NodeRow[] = [];
  let from = after;
  for (let nth = 0; nth < READS; nth++) {
    // One more than needed shows whether there are more.
    const most = Math.min(ROWS_OF_A_READ, limit - kept.length + 1 + spare);
    const rows = await read(from, most);
    for (const row of rows.filter(keep)) {
      if (kept.length === limit) return { rows: kept, after: from };
      kept.push(row);
      from = row.facts.node;
    }
    if (rows.length < most) return { rows: kept };
    if (kept.length < limit) from = rows.at(-1)!.facts.node;
  }
  return { rows: kept, after: from };
}

/**
 * Shows one page of a cluster's nodes.
 *
 * @param from - the end of the page before; undefined for the first page.
 * @returns undefined if the cluster is not known.
 */
export async function viewNodeList(
  services: Services,
  cluster: string,
  { limit, from, reachable }: { limit: number; from?: Place; reachable?: ReachableStatus },
): Promise<Page<NodeView> | undefined> {
  const moment = momentOf(services);
  const isFirstPhase = reachable === undefined && from?.after === undefined;
  const chosen = isFirstPhase ? await chooseFirst(services, cluster, from?.first ?? [], limit) : [];
  const first = [...(from?.first ?? []), ...(chosen ?? [])];
  const show = async (rows: readonly NodeRow[], next: Place | undefined): Promise<Page<NodeView>> => {
    const endpoint = rows.every((row) => row.endpoint !== undefined) ? undefined : await readEndpoint(services.tables, cluster);
    const items = rows.map((row) => viewNode(services, cluster, row, moment, endpoint));
    items.sort((a, b) => rankOf(a) - rankOf(b) || (a.node < b.node ? -1 : 1));
    return { items, next: next === undefined ? null : writeCursor('nodes', next) };
  };
  const named = (chosen?.length ? await readNamedNodes(services.tables, cluster, chosen) : []).filter(
    ({ retiredAt }) => retiredAt === undefined,
  );
  if (chosen?.length === limit) return show(named, { first });

  const before = new Set(first);
  const stale = new Date(staleBefore(services, moment.at)).toISOString();
  const condition = reachable && { status: reachable, staleBefore: stale };
  const isWanted = (row: NodeRow) => !before.has(row.facts.node) && (reachable === undefined || statusOfRow(row, moment) === reachable);
  const others = await readOn((after, most) => readNodePage(services.tables, cluster, { after, condition, most }), isWanted, {
    after: from?.after,
    limit: limit - named.length,
    spare: first.filter((each) => each > (from?.after ?? '')).length,
  });
  const isEmpty = from === undefined && others.after === undefined && others.rows.length + named.length === 0;
  if (isEmpty && (isFirstPhase ? chosen : await readTroubledNames(services.tables, cluster)) === undefined) return undefined;
  const { after } = others;
  return show([...named, ...others.rows], after === undefined ? undefined : { first: first.filter((each) => each > after), after });
}
