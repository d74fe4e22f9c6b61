import pLimit from 'p-limit';
import { asLasting } from '../../history/lasting-reason.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import type { Started } from '../../model/start.ts';
import { unreadFrom } from '../../probe/classify-azure.ts';
import { judgeState } from '../../probe/judge-run.ts';
import { pollRun } from '../../probe/run-command.ts';
import type { Services } from '../../services.ts';
import type { NodeRow } from '../../tables/node-rows.ts';
import { readStartedNode } from '../../tables/start-rows.ts';
import { isTakenOut } from './claim.ts';
import { conclude, type Inspection, inspect, isHeldByAnother, type SliceRun } from './inspect.ts';

/** An execution is billed while it waits for Azure, so that few at a time cost as often; each at a time takes memory, as many as there are slices at once. */
export const CONCURRENT_POLLS = 25;

/** A failure that comes each time is recorded as a lasting one. */
function withLastingReason(found: Inspection, row: NodeRow | undefined, blindAfter: number): Inspection {
  if (found.status !== 'ended' || row === undefined) return found;
  return { ...found, ended: { ...found.ended, result: asLasting(found.ended.result, row.state, blindAfter) } };
}

async function inspectNode(services: Services, run: SliceRun, row: NodeRow | undefined, start: Started | undefined): Promise<Inspection> {
  const { settings, tables, arm } = services;
  const now = services.now();
  const other = isHeldByAnother(run, row, settings, now) ? await readStartedNode(tables, row!.claim!.id, row!.facts.node) : undefined;
  const known = { node: row, start, otherStart: other, isTakenOut: row !== undefined && isTakenOut(settings, run.cluster, row) };
  const found = inspect(run, known, settings, now);
  if (found.status !== 'poll') return withLastingReason(found, row, settings.BLIND_AFTER);
  const compute = await arm.compute(parseClusterId(run.cluster)!.subscriptionId);
  const state = await pollRun(compute, row!.facts.resourceId, found.poller);
  const judged = judgeState(state, found.claim.nonce, { vmId: row!.facts.vmId, serverNames: run.serverNames });
  const unread = state.status === 'unread' ? unreadFrom(state.error) : undefined;
  return withLastingReason(conclude(run, row!, found, { judged, unread }, settings, now), row, settings.BLIND_AFTER);
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
