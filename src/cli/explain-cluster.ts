import type { Arm } from '../azure/arm.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { namesOf, remedyLines } from '../model/remedies.ts';
import { parseTarget } from '../model/resource-id.ts';
import { factsIn } from '../probe/parse.ts';
import type { Settings } from '../settings.ts';
import type { CheckedNode } from './check-cluster.ts';
import { describeStages } from './describe-stages.ts';
import { describeExplanation, type Explanation, explainCheck } from './explain.ts';

/** What explains the nodes of a cluster that are not reachable for one reason, by one of them. */
export interface ReasonExplanation extends Partial<Explanation> {
  reason: ReasonCode;
  nodes: string[];
  example: string;
  measured: Record<string, string>;
}

/** Searches Azure's configuration for what cut nodes of a cluster off: once for each reason, by the first node that has it. */
export async function explainCluster(arm: Arm, settings: Settings, nodes: readonly CheckedNode[]): Promise<ReasonExplanation[]> {
  const failing = nodes.filter(({ verdict, run }) => verdict !== 'reachable' && run !== undefined);
  const reachable = nodes.filter(({ verdict }) => verdict === 'reachable').length;
  const explanations: ReasonExplanation[] = [];
  for (const [reason, group] of Map.groupBy(failing, (each) => each.reason)) {
    const [first] = group;
    const { facts, verdict, run } = first!;
    const checked = { verdict: { verdict: verdict === 'unreachable' ? verdict : ('unknown' as const), reason }, ...run! };
    const neighbours = { failing: group.length, reachable };
    const found = await explainCheck(arm, settings, parseTarget(facts.resourceId)!, checked, neighbours);
    const measured = Object.fromEntries(factsIn(run!.evidence, run!.nonce));
    explanations.push({ reason, nodes: group.map((each) => each.facts.node), example: facts.node, measured, ...found });
  }
  return explanations;
}

/** The lines that explain one reason. Pure. */
export function describeReason({ reason, nodes, example, measured, cluster, findings, changes = [] }: ReasonExplanation): string[] {
  const { sentence } = reasons[reason];
  const found = findings === undefined || cluster === undefined ? undefined : { findings, changes, cluster };
  return [
    `${reason}, ${nodes.length} node${nodes.length === 1 ? '' : 's'}: ${sentence}`,
    ...remedyLines(reason, namesOf({ cluster })).map((remedy) => `- ${remedy}`),
    '',
    `Of ${example}, as an example:`,
    ...describeStages(new Map(Object.entries(measured))),
    ...describeExplanation(found, 'Azure’s configuration:'),
  ];
}
