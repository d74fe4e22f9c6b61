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

/** How often a node is started again in a sweep. More lost starts have another cause than a crash. */
const MOST_TIMES = 2;
/** The delay of the new slice: by then the claims of the lost starts have been released. */
const RELEASE_SECONDS = 5;

/** Whether nodes of a slice whose start was lost can still be started again and collected within the sweep. */
export function mayStartAgain({ settings, now }: Services, { sweep, slice }: Pick<MessageOf<'collect-slice'>, 'sweep' | 'slice'>): boolean {
  if (!isPlanned(slice) || timesStartedAgain(slice) >= MOST_TIMES) return false;
  return now().getTime() + (RELEASE_SECONDS + settings.FIRST_COLLECT_SECONDS) * 1000 < endOf(settings, sweep).getTime();
}

/**
 * Queues a new start of nodes whose start was lost in a crash. The message is sent before their claims are released:
 * after a crash in between, the collection finds the same starts lost and sends the same slice.
 *
 * @param lost - the claims of the lost starts, by node.
 * @returns the starts that replace the lost ones, by node; they are deferred.
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
  log.warn(`the probe of ${who} of ${cluster} is started again in the sweep ${sweep}, because its start was lost`);
  await queue.send({ kind: 'start-slice', ...again }, { delaySeconds: RELEASE_SECONDS, deadline: lastStart(settings, sweep) });
  faultPoint('collect-slice:started-again');
  await releaseClaims(services, cluster, new Map([...lost].map(([node, { id }]) => [node, id])));
  faultPoint('collect-slice:claims-released');
  const deferred = new Map([...lost].map(([node, { nonce }]): [string, Started] => [node, { nonce, status: 'deferred' }]));
  const own = runId(sweep, cluster, slice);
  await putStarted(tables, own, deferred);
  for (const [node, { id }] of lost) if (id !== own) await deleteStarted(tables, id, [node]);
  return deferred;
}
