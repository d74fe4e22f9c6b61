import type { Diagnosis } from '../history/diagnosis.ts';
import type { ProbeResult } from '../model/node-state.ts';
import type { ReasonCode } from '../model/reasons.ts';
import type { Facts } from '../probe/facts.ts';
import { factsIn } from '../probe/parse.ts';
import { readNodes } from '../tables/node-rows.ts';
import type { Tables } from '../tables/open-tables.ts';
import { readResult } from '../tables/result-rows.ts';

/** What one probe of a node saw, and the node as it is now. */
export interface NodeEvidence {
  nodeId: string;
  probe: NonNullable<Diagnosis['probe']>;
  reason: ReasonCode;
  facts: Facts;
  /** How many probes in a row have failed by now. */
  failures: number;
  latest: ProbeResult;
}

/** Reads what a probe of a node saw, by default its latest; undefined where the node or the result is gone. */
export async function readEvidence(
  tables: Tables,
  cluster: string,
  node: string,
  given?: Diagnosis['probe'],
): Promise<NodeEvidence | undefined> {
  const row = (await readNodes(tables, cluster, [node])).get(node);
  const latest = row?.state.latest;
  if (latest === undefined) return undefined;
  const probe = given ?? { node, at: latest.at, nonce: latest.nonce };
  const result = await readResult(tables, { cluster, node }, probe);
  if (result === undefined) return undefined;
  const { facts: about, state } = row!;
  return {
    nodeId: about.resourceId,
    probe,
    reason: result.reason,
    facts: factsIn(result.evidence, probe.nonce),
    failures: state.failures,
    latest,
  };
}
