import type { Arm } from '../azure/arm.ts';
import type { Neighbours } from '../diagnose/evaluate/case.ts';
import { todoFor } from '../diagnose/evaluate/todo.ts';
import { observe } from '../diagnose/observe.ts';
import { openReadCache } from '../diagnose/read/read-cache.ts';
import { startReading } from '../diagnose/read/read-settings.ts';
import { search } from '../diagnose/search.ts';
import { managedClusterId } from '../diagnose/subject.ts';
import { listManagedClusters } from '../inventory/list-managed-clusters.ts';
import type { Change, Finding } from '../model/finding.ts';
import { remedyLine } from '../model/reasons/remedy.ts';
import { policyOf } from '../model/reasons.ts';
import { namesOf } from '../model/remedies.ts';
import { formatTarget, type Target } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import type { Verdict } from '../model/verdict.ts';
import { factsIn } from '../probe/parse.ts';
import type { Settings } from '../settings.ts';

const ALONE: Neighbours = { failing: 1, reachable: undefined };

/** What a search with the caller's own rights found for one node. */
export interface Explanation {
  findings: Finding[];
  changes: readonly Change[];
  /** The id of the cluster that has the node. */
  cluster: string;
}

/** The cluster whose nodes are in the resource group of a machine. */
async function clusterOf(arm: Arm, settings: Settings, { subscriptionId, resourceGroup }: Target): Promise<string | undefined> {
  const { clusters } = await listManagedClusters(await arm.clusters(subscriptionId), selectionOf(settings));
  return clusters.find(({ nodeResourceGroup }) => nodeResourceGroup.toLowerCase() === resourceGroup.toLowerCase())?.cluster;
}

/**
 * Searches Azure's configuration for what cut a node off. Where nobody knows whether its neighbours are cut off too, nothing is more than a
 * suspicion.
 *
 * @param evidence - what the node answered, in the frame with this nonce.
 * @param neighbours - how many nodes of its cluster fail like it and how many do not, where that is known.
 * @returns undefined if no cluster is known to have the node.
 */
export async function explainCheck(
  arm: Arm,
  settings: Settings,
  target: Target,
  { verdict, evidence, nonce }: { verdict: Pick<Verdict, 'verdict' | 'reason'>; evidence: string; nonce: string },
  neighbours: Neighbours = ALONE,
): Promise<Explanation | undefined> {
  const cluster = await clusterOf(arm, settings, target);
  if (cluster === undefined) return undefined;
  const isBlind = verdict.verdict === 'unknown' && policyOf(verdict.reason).blinds === 'cluster';
  const now = new Date();
  const sought = {
    cluster,
    clusterId: managedClusterId(cluster),
    nodeId: formatTarget(target),
    observation: observe(verdict.reason, factsIn(evidence, nonce), 1, isBlind),
    neighbours,
    start: now.toISOString(),
    now,
  };
  return { ...(await search(startReading(openReadCache(arm.request)), sought, settings.SHOW_CALLERS === 'on')), cluster };
}

const KINDS = { cause: 'cause', suspicion: 'suspicion', couldNotLook: 'could not look' } as const;

function changeLine({ time, resourceId, operation, property, before, after, by }: Change): string {
  const what = property === undefined ? operation : `${property} ${before ?? '(nothing)'} → ${after ?? '(nothing)'}`;
  return `- ${time} ${resourceId.split('/').at(-1)}: ${what}${by === undefined ? '' : `, by ${by}`}`;
}

/** The lines that say what was found; `title` says for what. */
export function describeExplanation(
  explanation: Explanation | undefined,
  title = 'Azure’s configuration (of one node alone, nothing is more than a suspicion):',
): string[] {
  if (explanation === undefined) return ['No cluster that you can read has this node: Azure’s configuration was not searched.', ''];
  const { findings, changes, cluster } = explanation;
  const names = namesOf({ cluster });
  const nothing = findings.length === 0 ? ['- nothing stands out'] : [];
  const found = findings.flatMap((each) => [
    `- ${KINDS[each.kind]}: ${each.sentence}`,
    ...each.evidence.map(({ setting, value, resourceId }) => `    ${setting}: ${value} (${resourceId})`),
    `    What to do: ${remedyLine(todoFor(each, names))}`,
  ]);
  const changed = changes.length === 0 ? [] : ['What changed in the last hour:', ...changes.map(changeLine)];
  return [title, ...nothing, ...found, ...changed, ''];
}
