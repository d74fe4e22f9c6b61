import pLimit from 'p-limit';
import { parseClusterId } from '../../model/resource-id.ts';
import type { Started } from '../../model/start.ts';
import { judgeState } from '../../probe/judge-run.ts';
import { pollRun } from '../../probe/run-command.ts';
import type { Services } from '../../services.ts';
import type { NodeRow } from '../../tables/node-rows.ts';
import { readStartedNode } from '../../tables/start-rows.ts';
import { isTakenOut } from './claim.ts';
import { conclude, type Inspection, inspect, isHeldByAnother, type SliceRun } from './inspect.ts';

const CONCURRENT_POLLS = 8;

async function inspectNode(services: Services, run: SliceRun, row: NodeRow | undefined, start: Started | undefined): Promise<Inspection> {
  const { settings, tables, arm } = services;
  const now = services.now();
  const other = isHeldByAnother(run, row, settings, now) ? await readStartedNode(tables, row!.claim!.id, row!.facts.node) : undefined;
  const known = { node: row, start, otherStart: other, isTakenOut: row !== undefined && isTakenOut(settings, run.cluster, row) };
  const found = inspect(run, known, settings, now);
  if (found.status !== 'poll') return found;
  const compute = arm.compute(parseClusterId(run.cluster)!.subscriptionId);
  const judged = judgeState(await pollRun(compute, row!.facts.resourceId, found.poller), found.claim.nonce);
  return conclude(run, row!, found, judged, settings, now);
}

/**
 * Inspects every node of a slice once, and polls the runs that are in progress.
 *
 * @param started - the starts of this run, by node.
 * @returns an inspection for every node, by name.
 */
export async function inspectSlice(
  services: Services,
  run: SliceRun,
  nodes: readonly string[],
  rows: ReadonlyMap<string, NodeRow>,
  started: ReadonlyMap<string, Started>,
): Promise<Map<string, Inspection>> {
  const limit = pLimit(CONCURRENT_POLLS);
  const found = await Promise.all(
    nodes.map((node) => limit(async () => [node, await inspectNode(services, run, rows.get(node), started.get(node))] as const)),
  );
  return new Map(found);
}
