import { type FoundNode, findNode, type Search, subscriptionOf, type Wanted } from '../inventory/find-node.ts';
import { isInScope, subscriptionsInScope } from '../inventory/scope.ts';
import { log } from '../log.ts';
import { nameOfInstance } from '../model/node-name.ts';
import { Problem } from '../model/problem.ts';
import { formatTarget, parseClusterId, type Target } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import type { Services } from '../services.ts';
import { writeNodeChanges } from '../sweep/plan/write-node-changes.ts';
import { isTakenOut } from '../sweep/run/claim.ts';
import { readRegion } from '../tables/cluster-list.ts';
import { clustersOfName } from '../tables/name-rows.ts';
import { readNodes } from '../tables/node-rows.ts';
import { isLostWrite } from '../tables/rows.ts';
import { askAzure } from './ask-azure.ts';
import { listedFacts } from './newest-facts.ts';
import { oneSearchAtATime } from './one-search-at-a-time.ts';
import type { SearchBudget } from './search-budget.ts';

/** How long Azure is searched for a bare name: the front end ends a request after 230 s, and sweeps need Azure's budget of reads. */
const LONGEST_SEARCH_MS = 30_000;
/** How long a search waits for those before it. */
const LONGEST_WAIT_MS = 120_000;
const SEARCH_AGAIN_SECONDS = 60;

/** The name that a node of this resource is likely to have. */
function likelyName(target: Target): string {
  if (target.kind === 'vm') return target.vm.toLowerCase();
  return nameOfInstance(target.vmss, target.instanceId);
}

/** The region of a cluster from its latest assessment or the newest sweeps; empty if neither has it. */
async function regionOf(services: Services, cluster: string): Promise<string> {
  return (await readRegion(services.tables, cluster)) || (await listedFacts(services, cluster))?.region || '';
}

/** Finds nodes in the tables. The region is empty if no sweep has listed the cluster yet. */
async function findInTables(services: Services, wanted: Wanted): Promise<FoundNode[]> {
  const { settings, tables } = services;
  const name = 'target' in wanted ? likelyName(wanted.target) : wanted.node;
  const found: FoundNode[] = [];
  for (const cluster of await clustersOfName(tables, name)) {
    const named = parseClusterId(cluster);
    if (named === undefined || !isInScope(settings, named.subscriptionId)) continue;
    if ('node' in wanted && wanted.cluster !== undefined && wanted.cluster !== cluster) continue;
    const row = (await readNodes(tables, cluster, [name])).get(name);
    const isIt = !('target' in wanted) || row?.facts.resourceId.toLowerCase() === formatTarget(wanted.target).toLowerCase();
    if (row === undefined || row.retiredAt !== undefined || !isIt) continue;
    // The settings may have changed since a sweep saw it.
    const excluded = isTakenOut(settings, cluster, row);
    found.push({ cluster, region: await regionOf(services, cluster), facts: row.facts, excluded });
  }
  return found;
}

/** Searches in Azure. A bare name may be in any subscription: such searches run one after the other, for a limited time each. */
async function searchAzure({ settings, arm, now }: Services, wanted: Wanted, search: SearchBudget): Promise<Search> {
  await search.useUp();
  const scope = await askAzure('list the subscriptions', () => subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions));
  const subscription = subscriptionOf(wanted);
  if (subscription !== undefined && !scope.includes(subscription))
    throw new Problem('unknown-node', `no such node: no subscription "${subscription}" is readable; GET /api/fleet counts those that are`);
  const isBare = 'node' in wanted && wanted.cluster === undefined;
  const requested = now().getTime();
  const find = () => {
    if (now().getTime() > requested + LONGEST_WAIT_MS)
      throw new Problem(
        'search-too-long',
        `so many searches in Azure are waiting that this one did not start within ${LONGEST_WAIT_MS / 1000} s; give "cluster" too, or "id" instead`,
        SEARCH_AGAIN_SECONDS,
      );
    const until = now().getTime() + LONGEST_SEARCH_MS;
    const isOver = () => isBare && now().getTime() > until;
    return findNode(arm, scope, selectionOf(settings), wanted, { now: now(), report: log.warn, isOver });
  };
  const found = await askAzure('list the nodes', () => (isBare ? oneSearchAtATime(search.account, find) : find()));
  // If a node was found, it is not known whether it is the only one of that name.
  if (found.cutShort)
    throw new Problem(
      'search-too-long',
      `no sweep has seen a node of that name, and ${LONGEST_SEARCH_MS / 1000} s were too short to search for it everywhere${found.found.map(({ cluster }) => ` (${cluster} has one)`).join('')}; give "cluster" too, or "id" instead`,
      SEARCH_AGAIN_SECONDS,
    );
  return found;
}

/** Creates the row of a node that no sweep has seen yet. */
async function remember(services: Services, { cluster, facts }: FoundNode): Promise<void> {
  try {
    await writeNodeChanges(services, '', cluster, [{ kind: 'new', facts }]);
  } catch (error) {
    // It has a row already, or the name belongs to a retired node: the next listing corrects that.
    if (!isLostWrite(error)) throw error;
  }
}

/**
 * Searches for a node in the tables, otherwise in Azure, and creates the row of one that no sweep has seen yet.
 *
 * @param search - how often the caller may still have Azure searched.
 */
export async function searchNode(services: Services, wanted: Wanted, search: SearchBudget): Promise<Pick<Search, 'found' | 'gaps'>> {
  const known = await findInTables(services, wanted);
  if (known.length === 0) {
    const { found, gaps } = await searchAzure(services, wanted, search);
    const [one, ...others] = found;
    if (one !== undefined && others.length === 0 && !one.excluded) await remember(services, one);
    return { found, gaps };
  }
  const done: Pick<Search, 'found' | 'gaps'>[] = [];
  for (const each of known) {
    // Without the region, the start would not be counted in any bucket of Compute's throttling.
    const named = { node: each.facts.node, cluster: each.cluster };
    done.push(each.region !== '' ? { found: [each], gaps: [] } : await searchAzure(services, named, search));
  }
  return { found: done.flatMap(({ found }) => found), gaps: done.flatMap(({ gaps }) => gaps) };
}
