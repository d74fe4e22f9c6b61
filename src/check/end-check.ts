import type { CheckResult } from '../model/check-result.ts';
import { CHECK_SLICE, runId } from '../model/slice-name.ts';
import type { Services } from '../services.ts';
import { type CheckRow, completeCheck, unlockNode } from '../tables/check-rows.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { deleteStarted } from '../tables/start-rows.ts';

/** Seconds within which a check must start: long enough for another run on the node to end. */
export const BEGIN_WITHIN_SECONDS = 120;
const GRACE_SECONDS = 120;
const after = (check: CheckRow, seconds: number) => new Date(Date.parse(check.requestedAt) + seconds * 1000);

/** The time before which a check must begin. */
export const beginBefore = (check: CheckRow) => after(check, BEGIN_WITHIN_SECONDS);

/** The time from which a check without a result counts as lost. */
export function lostAt({ settings }: Pick<Services, 'settings'>, check: CheckRow): Date {
  return after(check, BEGIN_WITHIN_SECONDS + settings.PROBE_DEADLINE_SECONDS + GRACE_SECONDS);
}

/** Queues the message of a check, of which there is one at a time. */
export async function requeueCheck(services: Services, check: CheckRow, delaySeconds: number, slot?: string): Promise<void> {
  await services.queue.send({ kind: 'check', check: check.id, slot }, { delaySeconds, deadline: lostAt(services, check) });
}

/** The id of a check's own run. */
export const ownRun = ({ id, cluster }: CheckRow) => runId(id, cluster, CHECK_SLICE);

/** The row of the node that a check is for. */
export async function readNode({ tables }: Services, { cluster, node }: CheckRow): Promise<NodeRow | undefined> {
  return (await readNodes(tables, cluster, [node])).get(node);
}

/** Ends a check with its result and frees its node for the next check. The poller of a run that is still in progress is kept for the sweeps. */
export async function endCheck(services: Services, check: CheckRow, result: CheckResult): Promise<void> {
  const { tables, now } = services;
  await completeCheck(tables, check.id, result, now().toISOString());
  await unlockNode(tables, check);
  const row = await readNode(services, check);
  if (row?.claim?.id !== ownRun(check)) await deleteStarted(tables, ownRun(check), [check.node]);
}
