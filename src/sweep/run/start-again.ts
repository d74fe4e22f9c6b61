import { log } from '../../log.ts';
import type { Claim } from '../../model/claim.ts';
import { endOf, lastStart } from '../../model/schedule.ts';
import { isPlanned, runId, startedAgain, timesStartedAgain } from '../../model/slice-name.ts';
import type { Started } from '../../model/start.ts';
import type { Services } from '../../services.ts';
import { deleteStarted, putStarted } from '../../tables/start-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { releaseClaims } from './claim.ts';

/** After so many lost starts of one node in a sweep, something else is wrong than a process that died. */
const MOST_TIMES = 2;
/** Until then the claims of the lost starts have been given back. */
const GIVE_BACK_SECONDS = 5;

/** Whether what a slice lost the start of can still be started, and collected, within its sweep. */
export function mayStartAgain({ settings, now }: Services, { sweep, slice }: Pick<MessageOf<'collect-slice'>, 'sweep' | 'slice'>): boolean {
  if (!isPlanned(slice) || timesStartedAgain(slice) >= MOST_TIMES) return false;
  return now().getTime() + (GIVE_BACK_SECONDS + settings.FIRST_COLLECT_SECONDS) * 1000 < endOf(settings, sweep).getTime();
}

/**
 * Has nodes started again whose start was lost with the process that made it. Sent before their claims are given back:
 * after a crash in between, the collection finds the same starts lost and sends the same slice.
 *
 * @param lost - the claims of these starts, by node.
 * @returns what stands for their starts from now on, by node.
 */
export async function startAgain(
  services: Services,
  { sweep, cluster, slice }: MessageOf<'collect-slice'>,
  lost: ReadonlyMap<string, Claim>,
): Promise<Map<string, Started>> {
  const { settings, tables, queue } = services;
  const nonces = [...lost.values()].map(({ nonce }) => nonce);
  const again = { sweep, cluster, slice: startedAgain(slice, nonces), nodes: [...lost.keys()] };
  const who = lost.size === 1 ? `the node ${again.nodes[0]}` : `${lost.size} nodes`;
  log.warn(`the probe of ${who} of ${cluster} is started again in the sweep ${sweep}: nobody knows what became of its start`);
  await queue.send({ kind: 'start-slice', ...again }, { delaySeconds: GIVE_BACK_SECONDS, deadline: lastStart(settings, sweep) });
  faultPoint('collect-slice:started-again');
  await releaseClaims(services, cluster, new Map([...lost].map(([node, { id }]) => [node, id])));
  faultPoint('collect-slice:claims-released');
  const deferred = new Map([...lost].map(([node, { nonce }]): [string, Started] => [node, { nonce, status: 'deferred' }]));
  const own = runId(sweep, cluster, slice);
  await putStarted(tables, own, deferred);
  for (const [node, { id }] of lost) if (id !== own) await deleteStarted(tables, id, [node]);
  return deferred;
}
