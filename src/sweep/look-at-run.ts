import { parseClusterId } from '../fleet/resource-id.ts';
import { inconclusive } from '../probe/classify.ts';
import { unknownFrom } from '../probe/classify-azure.ts';
import { type Judged, judgeRun, withoutAnswer } from '../probe/judge-run.ts';
import { pollRun } from '../probe/run-command.ts';
import type { Services } from '../services.ts';
import type { NodeRow } from '../tables/node-rows.ts';

/** What it means that a run does not end: an agent that Azure called not ready is the reason, whatever the wait was called otherwise. */
export function unanswered({ facts }: NodeRow, otherwise: 'RunCommandTimedOut' | 'RunCommandStuck', message: string): Judged {
  if (facts.agent !== 'notReady') return withoutAnswer(inconclusive(otherwise, message));
  return withoutAnswer(inconclusive('AgentNotReady', `${message}; Azure lists the VM agent of the node as not ready`));
}

/** Looks at a run once; undefined while it goes on. */
export async function lookAtRun(
  services: Services,
  cluster: string,
  row: NodeRow,
  nonce: string,
  poller: string,
): Promise<Judged | undefined> {
  const compute = services.arm.compute(parseClusterId(cluster)!.subscriptionId);
  const run = await pollRun(compute, row.facts.resourceId, poller);
  if (run.status === 'running') return undefined;
  if (run.status === 'done') return judgeRun(run.statuses, nonce);
  if (run.status === 'lost') return withoutAnswer(inconclusive('StartLost', 'the poller of the run is of another version'));
  return withoutAnswer(unknownFrom(run.error));
}
