import { parseClusterId } from '../../model/resource-id.ts';
import { inconclusive } from '../../model/verdict.ts';
import { type Judged, judgeState, withoutAnswer } from '../../probe/judge-run.ts';
import { pollRun } from '../../probe/run-command.ts';
import type { Services } from '../../services.ts';
import type { NodeRow } from '../../tables/node-rows.ts';

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
  return judgeState(await pollRun(compute, row.facts.resourceId, poller), nonce);
}
