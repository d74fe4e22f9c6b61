import type { CheckResult } from '../model/check-result.ts';
import { CHECK_SLICE, runId } from '../model/slice-name.ts';
import type { Services } from '../services.ts';
import { type CheckRow, completeCheck, unlockNode } from '../tables/check-rows.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { deleteStarted } from '../tables/start-rows.ts';

/** Seconds within which a check has to start: a node on which another run is in progress may be free by then. */
export const BEGIN_WITHIN_SECONDS = 120;
const GRACE_SECONDS = 120;
const after = (check: CheckRow, seconds: number) => new Date(Date.parse(check.requestedAt) + seconds * 1000);

/** When it is too late for a check to begin. */
export const beginBefore = (check: CheckRow) => after(check, BEGIN_WITHIN_SECONDS);

/** When a check without a result is lost. */
export function lostAt({ settings }: Pick<Services, 'settings'>, check: CheckRow): Date {
  return after(check, BEGIN_WITHIN_SECONDS + settings.PROBE_DEADLINE_SECONDS + GRACE_SECONDS);
}

/** Sends a check's one message. */
export async function requeueCheck(services: Services, check: CheckRow, delaySeconds: number, slot?: string): Promise<void> {
  await services.queue.send({ kind: 'check', check: check.id, slot }, { delaySeconds, deadline: lostAt(services, check) });
}

/** The name of a check's own probe. */
export const ownRun = ({ id, cluster }: CheckRow) => runId(id, cluster, CHECK_SLICE);

/** The row of the node that a check is for. */
export async function readNode({ tables }: Services, { cluster, node }: CheckRow): Promise<NodeRow | undefined> {
  return (await readNodes(tables, cluster, [node])).get(node);
}

/** Ends a check with its result: its node is free for the next one. The poller of a run that is still in progress is left to the sweeps. */
export async function endCheck(services: Services, check: CheckRow, result: CheckResult): Promise<void> {
  const { tables, now } = services;
  await completeCheck(tables, check.id, result, now().toISOString());
  await unlockNode(tables, check);
  const row = await readNode(services, check);
  if (row?.claim?.id !== ownRun(check)) await deleteStarted(tables, ownRun(check), [check.node]);
}
