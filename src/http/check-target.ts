import { isRestError } from '@azure/core-rest-pipeline';
import { findNode, type Wanted } from '../fleet/find-node.ts';
import { formatTarget, parseClusterId, parseTarget, type Target } from '../fleet/resource-id.ts';
import { subscriptionsInScope } from '../fleet/scope.ts';
import { selectionOf } from '../fleet/selection.ts';
import type { Services } from '../services.ts';
import { writeNodeChanges } from '../sweep/write-node-changes.ts';
import { clustersOfName } from '../tables/name-rows.ts';
import { type NodeFacts, readNodes } from '../tables/node-rows.ts';
import { isLostWrite, readRow } from '../tables/rows.ts';
import type { CheckRequest } from './check-schemas.ts';
import { HttpProblem } from './problem.ts';

/** The node of a check, which has a row by now. */
export interface CheckTarget {
  cluster: string;
  region: string;
  facts: NodeFacts;
}

/** Reads what is asked for; ids are parsed by grammar, never pasted. */
function wantedOf(asked: CheckRequest): Wanted {
  if ('node' in asked) return { node: asked.node, cluster: asked.cluster?.toLowerCase() };
  const { subscriptionId, nodeResourceGroup, vmss, instanceId } = 'id' in asked ? ({} as Record<string, string>) : asked;
  const id =
    'id' in asked
      ? asked.id
      : `/subscriptions/${subscriptionId}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmss}/virtualMachines/${instanceId}`;
  const target = parseTarget(id);
  if (target === undefined)
    throw new HttpProblem(400, 'bad-target', `expected the four parts of a scale set instance, got "${id.slice(0, 200)}"`);
  return { target };
}

/** The name that a node of this resource is likely to have: a scale set's instances bear their number as six base-36 digits. */
function likelyName(target: Target): string {
  if (target.kind === 'vm') return target.vm.toLowerCase();
  return `${target.vmss}${Number(target.instanceId).toString(36).padStart(6, '0')}`.toLowerCase();
}

async function findInTables({ tables }: Services, wanted: Wanted): Promise<CheckTarget[]> {
  const name = 'target' in wanted ? likelyName(wanted.target) : wanted.node;
  const fleet = await tables.open('fleet');
  const clusters = await clustersOfName(await tables.open('names'), name);
  const found: CheckTarget[] = [];
  for (const cluster of clusters.filter((id) => 'target' in wanted || wanted.cluster === undefined || wanted.cluster === id)) {
    const row = (await readNodes(fleet, cluster, [name])).get(name);
    const isIt = !('target' in wanted) || row?.facts.resourceId.toLowerCase() === formatTarget(wanted.target).toLowerCase();
    if (row === undefined || row.retiredAt !== undefined || !isIt) continue;
    const listed = await readRow(await tables.open('clusters'), 'fleet', cluster, ['region']);
    found.push({ cluster, region: String(listed?.region ?? ''), facts: row.facts });
  }
  return found;
}

/** Looks in Azure, and gives a node that no sweep has seen yet its row. */
async function findInAzure(services: Services, scope: readonly string[], wanted: Wanted): Promise<CheckTarget[]> {
  const { settings, arm, now } = services;
  const found = await findNode(arm, scope, selectionOf(settings), wanted, now(), console.warn);
  for (const { cluster, node } of found) {
    if (cluster.recordOnly === 'Excluded')
      throw new HttpProblem(
        403,
        'excluded',
        `${cluster.cluster} is taken out of the fleet, by its tag or by INCLUDE_CLUSTERS and EXCLUDE_CLUSTERS`,
      );
    try {
      await writeNodeChanges(services, '', cluster.cluster, [{ kind: 'new', facts: node }]);
    } catch (error) {
      // A sweep was faster, or the name is of a node that is gone: its next listing puts that right.
      if (!isLostWrite(error)) throw error;
    }
  }
  return found.map(({ cluster, node }) => ({ cluster: cluster.cluster, region: cluster.region, facts: node }));
}

async function readScope({ settings, arm }: Services): Promise<string[]> {
  try {
    return await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions);
  } catch (error) {
    if (!isRestError(error)) throw error;
    throw new HttpProblem(503, 'azure', 'Azure did not list the subscriptions; try again in a minute');
  }
}

/**
 * Finds the one node that a check is for: in the fleet table, else by listing.
 *
 * @throws HttpProblem where there is none, several, or one that is out of scope.
 */
export async function resolveTarget(services: Services, asked: CheckRequest): Promise<CheckTarget> {
  const wanted = wantedOf(asked);
  const scope = await readScope(services);
  const subscription = 'target' in wanted ? wanted.target.subscriptionId : wanted.cluster && parseClusterId(wanted.cluster)?.subscriptionId;
  if (subscription !== undefined && !scope.includes(subscription))
    throw new HttpProblem(
      403,
      'out-of-scope',
      `expected a node of a subscription in scope, got one of ${subscription}; SUBSCRIPTIONS names what is watched`,
    );
  const known = await findInTables(services, wanted);
  const inScope = known.filter(({ cluster }) => scope.includes(parseClusterId(cluster)?.subscriptionId ?? ''));
  const found = inScope.length > 0 ? inScope : await findInAzure(services, scope, wanted);
  const [one, ...others] = found;
  if (one === undefined)
    throw new HttpProblem(404, 'unknown-node', 'no such node is known or listed by Azure; GET /api/clusters/{cluster}/nodes lists them');
  if (others.length > 0)
    throw new HttpProblem(
      409,
      'ambiguous-node',
      `expected a node of one cluster, several have one of that name; give "cluster" as one of ${found.map(({ cluster }) => cluster).join(', ')}`,
    );
  if (one.facts.skipped === 'Excluded')
    throw new HttpProblem(403, 'excluded', `the node ${one.facts.node} is taken out of the fleet by the tag of its pool`);
  return one;
}
