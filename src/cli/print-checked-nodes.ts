import { formatDuration } from '../history/outage.ts';
import type { ClusterFacts } from '../model/cluster-facts.ts';
import { reasons } from '../model/reasons.ts';
import { viewServed } from '../views/served.ts';
import type { CheckedNode } from './check-cluster.ts';
import type { Format } from './command-line.ts';
import { describeReason, type ReasonExplanation } from './explain-cluster.ts';
import { layOutTable, widthOf } from './table.ts';

const WORST_FIRST = ['unreachable', 'unknown', 'notProbed', 'reachable'] as const;
const worstFirst = (a: CheckedNode, b: CheckedNode) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict);

function toJson({ facts, verdict, reason, message, served, run }: CheckedNode) {
  const { node, pool, resourceId } = facts;
  return { node, pool, resourceId, verdict, reason, message, ...viewServed(served), stage: reasons[reason].stage, ms: run?.ms ?? null };
}

function rowOf({ facts, verdict, reason, message, served, run }: CheckedNode, isWide: boolean): string[] {
  const why = verdict === 'reachable' && served?.ok !== false ? '' : served?.ok === false ? `${served.reason} (not served)` : reason;
  const took = run === undefined ? '' : formatDuration(run.ms);
  const said = served?.ok === false ? served.message : verdict === 'reachable' ? '' : message;
  return [facts.node, facts.pool, verdict, why, took, ...(isWide ? [said, facts.resourceId] : [])];
}

/** Formats what came of the nodes of a cluster, the worst first. */
export function printCheckedNodes(
  { cluster }: ClusterFacts,
  nodes: readonly CheckedNode[],
  explanations: readonly ReasonExplanation[] | undefined,
  format: Format,
): string {
  const sorted = [...nodes].sort(worstFirst);
  if (format === 'json') return `${JSON.stringify({ cluster, nodes: sorted.map(toJson), ...(explanations && { explanations }) })}\n`;
  if (format === 'name')
    return sorted
      .filter(({ verdict }) => verdict === 'unreachable' || verdict === 'unknown')
      .map(({ facts }) => `${facts.node}\n`)
      .join('');
  const isWide = format === 'wide';
  const head = ['Node', 'Pool', 'Verdict', 'Reason', 'Took', ...(isWide ? ['Message', 'Resource ID'] : [])];
  const rows = sorted.map((each) => rowOf(each, isWide));
  const count = (verdict: CheckedNode['verdict']) => nodes.filter((each) => each.verdict === verdict).length;
  const why = explanations?.flatMap((each) => ['', ...describeReason(each)]) ?? [];
  return `${[
    ...layOutTable(head, rows, widthOf(format)),
    ...why,
    '',
    `${cluster}: ${count('reachable')} reachable, ${count('unreachable')} unreachable, ${count('unknown')} unknown, ${count('notProbed')} not probed`,
  ].join('\n')}\n`;
}
