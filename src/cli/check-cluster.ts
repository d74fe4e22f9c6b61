import pLimit from 'p-limit';
import type { Arm } from '../azure/arm.ts';
import { listNodes } from '../inventory/list-nodes.ts';
import { NoSuchMachine } from '../inventory/read-machine.ts';
import type { NodeFacts } from '../model/node.ts';
import { policyOf, type ReasonCode } from '../model/reasons.ts';
import { parseTarget } from '../model/resource-id.ts';
import type { Outcome, Verdict } from '../model/verdict.ts';
import type { Settings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import { checkNode } from './check-node.ts';
import type { FoundCluster } from './find-cluster.ts';
import { UsageError } from './usage-error.ts';

/** What became of one node of a cluster. */
export interface CheckedNode {
  facts: NodeFacts;
  verdict: Outcome['verdict'];
  reason: ReasonCode;
  message: string;
  served?: Verdict['served'];
  /** Of a node that was probed: what it answered, in the frame with this nonce, and how long that took. */
  run?: { evidence: string; nonce: string; ms: number };
}

/** The exit status for several nodes: that of the worst. A node that is not to be probed, as one that is stopped, counts for nothing. Pure. */
export function exitOf(nodes: readonly Pick<CheckedNode, 'verdict'>[]): number {
  const has = (verdict: Outcome['verdict']) => nodes.some((each) => each.verdict === verdict);
  if (has('unreachable')) return 1;
  // That no node was asked proves nothing.
  return has('unknown') || !has('reachable') ? 3 : 0;
}

/** Probes one node of a cluster. What goes wrong with it costs no other node its verdict. */
async function checkOne(
  arm: Arm,
  settings: Settings,
  facts: NodeFacts,
  report: (line: string) => void,
  attempts: Attempts,
): Promise<CheckedNode> {
  const { skipped } = facts;
  if (skipped !== undefined) return { facts, verdict: 'notProbed', reason: skipped, message: '' };
  const startedAt = performance.now();
  try {
    const told = (line: string) => (line.startsWith('Still running') ? undefined : report(`${facts.node}: ${line}`));
    const { verdict, evidence, nonce } = await checkNode(arm, settings, parseTarget(facts.resourceId)!, () => {}, told, attempts);
    return { facts, ...verdict, run: { evidence, nonce, ms: Math.round(performance.now() - startedAt) } };
  } catch (error) {
    if (!(error instanceof NoSuchMachine)) throw error;
    return { facts, verdict: 'unknown', reason: 'NodeGone', message: error.message };
  }
}

/**
 * Probes every node of a cluster, several at once.
 *
 * @param report - called with a line for each node that is done.
 * @throws UsageError if the cluster is excluded from the fleet, Error if its nodes could not all be listed: those that are missing may be the sick ones.
 */
export async function checkCluster(
  arm: Arm,
  settings: Settings,
  { subscription, facts }: FoundCluster,
  concurrency: number,
  report: (line: string) => void,
  attempts: Attempts,
): Promise<CheckedNode[]> {
  const { cluster, recordOnly } = facts;
  if (recordOnly === 'Excluded')
    throw new UsageError(`the cluster ${cluster} is excluded from the fleet, by its tag, or by INCLUDE_CLUSTERS and EXCLUDE_CLUSTERS`);
  if (recordOnly !== undefined && policyOf(recordOnly).hides !== 'nothing') return [];
  const { nodes, unread } = await listNodes(await arm.compute(subscription), subscription, facts, new Date(), settings.NODE_GRACE_MINUTES);
  if (unread.length > 0)
    throw new Error(`a part of ${cluster} could not be read: ${unread.map(({ prefix, reason }) => `${prefix} (${reason})`).join(', ')}`);
  const inOrder = [...nodes].sort((a, b) => (a.node < b.node ? -1 : 1));
  const asked = inOrder.filter(({ skipped }) => skipped === undefined).length;
  report(`${cluster}: probing ${asked} of ${nodes.length} nodes, up to ${concurrency} at once`);
  const limit = pLimit(concurrency);
  let done = 0;
  const check = async (each: NodeFacts) => {
    const checked = await checkOne(arm, settings, each, report, attempts);
    if (checked.run !== undefined)
      report(`${++done}/${asked} ${each.node}: ${checked.verdict}${checked.verdict === 'reachable' ? '' : ` (${checked.reason})`}`);
    return checked;
  };
  return Promise.all(inOrder.map((each) => limit(() => check(each))));
}
