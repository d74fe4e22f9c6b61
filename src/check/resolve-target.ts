import { type FoundNode, subscriptionOf, type Wanted } from '../inventory/find-node.ts';
import { NoSuchMachine, readMachine } from '../inventory/read-machine.ts';
import { isInScope } from '../inventory/scope.ts';
import { Problem } from '../model/problem.ts';
import { formatTarget } from '../model/resource-id.ts';
import type { Services } from '../services.ts';
import { askAzure } from './ask-azure.ts';
import { chooseNode } from './choose-node.ts';
import type { SearchBudget } from './search-budget.ts';
import { searchNode } from './search-node.ts';

const MOST_GAPS_NAMED = 5;
const UNREADABLE_SECONDS = 300;

/** The problem for a node that was not found; if it was named by its resource ID, it says which part of that does not exist. */
async function noSuchNode({ arm }: Services, wanted: Wanted): Promise<Problem> {
  const lists = 'GET /api/clusters/{cluster}/nodes lists those that are known';
  if (!('target' in wanted)) return new Problem('unknown-node', `no such node is known or listed by Azure; ${lists}`);
  const why = await askAzure('read the machine', () => readMachine(arm, wanted.target)).then(
    () => `the machine ${formatTarget(wanted.target)} is not a node of a watched cluster`,
    (error: unknown) => {
      if (error instanceof NoSuchMachine) return error.message;
      throw error;
    },
  );
  return new Problem('unknown-node', `no such node: ${why}; ${lists}`);
}

/**
 * Finds the one node that a check is for: in the tables, otherwise by a search in Azure.
 *
 * @param search - the caller's budget of searches in Azure.
 * @throws Problem if there is none or there are several, or if it is excluded or out of scope.
 */
export async function resolveTarget(services: Services, wanted: Wanted, search: SearchBudget): Promise<FoundNode> {
  const subscription = subscriptionOf(wanted);
  if (subscription !== undefined && !isInScope(services.settings, subscription))
    throw new Problem(
      'out-of-scope',
      `expected a node of a subscription in scope, got one of ${subscription}; SUBSCRIPTIONS names what is watched`,
    );
  const choice = chooseNode(await searchNode(services, wanted, search));
  switch (choice.status) {
    case 'one':
      return choice.node;
    case 'none':
      throw await noSuchNode(services, wanted);
    case 'several':
      throw new Problem(
        'ambiguous-node',
        `expected a node of one cluster, several have one of that name; give "cluster" as one of ${choice.clusters.join(', ')}`,
      );
    case 'excluded':
      throw new Problem(
        'excluded',
        `the node ${choice.node.facts.node} of ${choice.node.cluster} is excluded from the fleet, by the tag of its cluster or pool, or by INCLUDE_CLUSTERS and EXCLUDE_CLUSTERS`,
      );
    case 'unreadable': {
      const more = choice.gaps.length > MOST_GAPS_NAMED ? ` and ${choice.gaps.length - MOST_GAPS_NAMED} more` : '';
      throw new Problem(
        'unreadable',
        `no such node is in what could be read; Azure refused to list ${choice.gaps.slice(0, MOST_GAPS_NAMED).join(', ')}${more}: give the prober access, see docs/guides/deploy.md`,
        UNREADABLE_SECONDS,
      );
    }
  }
}
