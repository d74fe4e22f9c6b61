import type { CheckRequest } from '../http/check-schemas.ts';
import { type FoundNode, subscriptionOf, type Wanted } from '../inventory/find-node.ts';
import { NoSuchMachine, readMachine } from '../inventory/read-machine.ts';
import { isInScope } from '../inventory/scope.ts';
import { Problem } from '../model/problem.ts';
import { formatTarget, instanceTarget, parseTarget } from '../model/resource-id.ts';
import type { Services } from '../services.ts';
import { askAzure } from './ask-azure.ts';
import { chooseNode } from './choose-node.ts';
import type { SearchBudget } from './search-budget.ts';
import { searchNode } from './search-node.ts';

const MOST_GAPS_TOLD = 5;
const UNREADABLE_SECONDS = 300;

/** Reads what is asked for; ids are parsed by grammar, never pasted, and their schema has done so before. */
function wantedOf(asked: CheckRequest): Wanted {
  if ('node' in asked) return { node: asked.node, cluster: asked.cluster };
  const target = 'id' in asked ? parseTarget(asked.id) : instanceTarget({ ...asked, resourceGroup: asked.nodeResourceGroup });
  return { target: target! };
}

/** The answer to whoever asks for a node that is nowhere: which part of its name leads nowhere, where parts were given. */
async function unknownNode({ arm }: Services, wanted: Wanted): Promise<Problem> {
  const lists = 'GET /api/clusters/{cluster}/nodes lists those that are known';
  if (!('target' in wanted)) return new Problem('unknown-node', `no such node is known or listed by Azure; ${lists}`);
  const why = await askAzure('read the machine', () => readMachine(arm, wanted.target)).then(
    () => `the machine ${formatTarget(wanted.target)} is no node of a cluster that is watched`,
    (error: unknown) => {
      if (error instanceof NoSuchMachine) return error.message;
      throw error;
    },
  );
  return new Problem('unknown-node', `no such node: ${why}; ${lists}`);
}

/**
 * Finds the one node that a check is for: in the fleet table, else by listing.
 *
 * @param search - what the caller may still have searched in Azure.
 * @throws Problem where there is none, several, or one that is out of scope.
 */
export async function resolveTarget(services: Services, asked: CheckRequest, search: SearchBudget): Promise<FoundNode> {
  const wanted = wantedOf(asked);
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
      throw await unknownNode(services, wanted);
    case 'several':
      throw new Problem(
        'ambiguous-node',
        `expected a node of one cluster, several have one of that name; give "cluster" as one of ${choice.clusters.join(', ')}`,
      );
    case 'excluded':
      throw new Problem(
        'excluded',
        `the node ${choice.node.facts.node} of ${choice.node.cluster} is taken out of the fleet, by the tag of its cluster or pool, or by INCLUDE_CLUSTERS and EXCLUDE_CLUSTERS`,
      );
    case 'unreadable': {
      const more = choice.gaps.length > MOST_GAPS_TOLD ? ` and ${choice.gaps.length - MOST_GAPS_TOLD} more` : '';
      throw new Problem(
        'unreadable',
        `no such node is in what could be read; Azure refused to list ${choice.gaps.slice(0, MOST_GAPS_TOLD).join(', ')}${more}: give the prober access, see docs/guides/deploy.md`,
        UNREADABLE_SECONDS,
      );
    }
  }
}
