import { nextRecheck, type Recheckable, toRecheck } from '../../history/rechecks.ts';
import { occurrenceOf } from '../../model/occurrences.ts';
import { msPerStart } from '../../model/pace.ts';
import { endOf, intervalAfter } from '../../model/schedule.ts';
import { CHECK_SLICE, recheckOf } from '../../model/slice-name.ts';
import type { Services } from '../../services.ts';
import { faultPoint } from '../queue/fault-point.ts';

/** The slice whose results may be followed by a recheck. */
interface Collected {
  sweep: string;
  cluster: string;
  slice: string;
  /** Whether somebody is changing the cluster. */
  changing?: boolean;
}

/**
 * Queues another probe, before the next sweep, of nodes whose outage is open or has just ended, so that people learn sooner that it is over. It is
 * dropped where a node has a newer verdict by then. A crash before that only means that the next sweep comes first.
 */
export async function requestRechecks(services: Services, collected: Collected, nodes: readonly Recheckable[]): Promise<void> {
  const { settings, queue, now } = services;
  const { sweep, cluster, slice, changing = false } = collected;
  if (settings.RECHECKS_PER_SWEEP === 0 || slice === CHECK_SLICE) return;
  const from = new Date(occurrenceOf(settings, sweep));
  const chosen = toRecheck(nodes, changing, now(), intervalAfter(settings.SWEEP_SCHEDULE, from));
  if (chosen.length === 0) return;
  const probeMs = (settings.FIRST_COLLECT_SECONDS + settings.COLLECT_AGAIN_SECONDS) * 1000;
  const at = nextRecheck({ from, until: endOf(settings, sweep), times: settings.RECHECKS_PER_SWEEP, probeMs }, now());
  if (at === undefined) return;
  const confirms = Object.fromEntries(chosen.map(({ node, nonce }) => [node, nonce]));
  const named = recheckOf(slice, Object.values(confirms));
  const delaySeconds = (at.getTime() - now().getTime()) / 1000;
  await queue.send({ kind: 'start-slice', sweep, cluster, slice: named, nodes: Object.keys(confirms), confirms }, { delaySeconds });
  faultPoint('collect-slice:recheck');
}

/** Until when a recheck may start: it uses what the sweep leaves of its pace, and must not take any of the next one's. Pure. */
export function lastRecheck(settings: Services['settings'], sweep: string, nodes: number): Date {
  return new Date(endOf(settings, sweep).getTime() - nodes * msPerStart(settings, false));
}
