import { log } from '../../log.ts';
import type { Claim } from '../../model/claim.ts';
import { COLLECT_GRACE_SECONDS } from '../../model/claim.ts';
import { parseClusterId } from '../../model/resource-id.ts';
import { endOf } from '../../model/schedule.ts';
import { isPlanned, runId } from '../../model/slice-name.ts';
import type { Started } from '../../model/start.ts';
import { type Outcome, outcomeWith } from '../../model/verdict.ts';
import type { Services } from '../../services.ts';
import { type NodeRow, readNodes } from '../../tables/node-rows.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { knownHead, type PlanHead, readSliceHead } from '../../tables/plan-rows.ts';
import { deleteStarted, readStarted } from '../../tables/start-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { addOutsideView } from './add-outside-view.ts';
import type { Ended, Inspection } from './inspect.ts';
import { inspectSlice } from './inspect-slice.ts';
import { noteFirstCollection } from './learn-run-time.ts';
import { recordResults } from './record-results.ts';
import { reportWrongMachines } from './report-wrong-machines.ts';
import { mayStartAgain, startAgain } from './start-again.ts';
import { tallySlice } from './tally-slice.ts';

/** Stage 5: polls the probes of a slice, records those that have ended, is requeued for the others, and tallies the slice when none is left. */
export async function collectSlice(services: Services, message: MessageOf<'collect-slice'>): Promise<void> {
  const { settings, tables, queue } = services;
  const { sweep, cluster, slice, nodes } = message;
  const id = runId(sweep, cluster, slice);
  // Whether its tally is in need not be known: it is inserted once, and a second collection finds nothing to record.
  const known: (PlanHead & { tallied?: boolean }) | undefined = knownHead(tables, sweep, cluster);
  const reading = [
    known ?? readSliceHead(tables, sweep, cluster, slice),
    readNodes(tables, cluster, nodes),
    readStarted(tables, id),
  ] as const;
  const [head, rows, started] = await Promise.all(reading);
  if (head === undefined)
    throw new Error(`expected a plan of ${cluster} in sweep ${sweep} before its slice ${slice} is collected, found none`);

  // A probe in progress is collected even if the slice was tallied before the probe ended.
  const underWay = [...rows.values()].some(({ claim }) => claim?.id === id && claim.overdue !== true);
  if (head.tallied && !underWay) return;
  const busyUntil = new Date(Date.parse(message.deadline) - COLLECT_GRACE_SECONDS * 1000);
  const next = endOf(settings, sweep);
  const run = {
    id,
    cluster,
    sweep,
    serverNames: head.serverNames,
    due: new Date(head.due),
    busyUntil,
    // A node that was not claimed with the others, or is free again, must not delay the tally.
    startUntil: busyUntil < next ? busyUntil : next,
    mayStartAgain: mayStartAgain(services, message),
  };
  const found = await inspectSlice(services, run, nodes, rows, started);
  await learn(services, message, head, rows, found);

  const ended: Ended[] = [];
  const lost = new Map<string, Claim>();
  const outcomes = new Map<string, Outcome>();
  for (const [node, inspection] of found) {
    if (inspection.status === 'decided') outcomes.set(node, inspection.outcome);
    if (inspection.status === 'startLost') lost.set(node, inspection.claim);
    if (inspection.status !== 'ended') continue;
    ended.push(inspection.ended);
    outcomes.set(node, outcomeWith(inspection.ended.result));
  }
  if (lost.size > 0) for (const [node, deferred] of await startAgain(services, message, lost)) started.set(node, deferred);
  await reportWrongMachines(services, cluster, ended);
  const assess = await recordResults(
    services,
    { sweep, cluster, slice, maintenance: head.maintenance, changing: head.changing },
    await addOutsideView(services, sweep, cluster, ended),
    rows,
  );
  if ([...found.values()].some((inspection) => inspection.status === 'pending'))
    await queue.requeue({ ...message, tries: undefined }, settings.COLLECT_AGAIN_SECONDS);
  else {
    if (await tallySlice(services, message, outcomes)) faultPoint('collect-slice:tally');
    await forgetPollers(tables, id, nodes, started, rows, ended);
    if (started.size > 0) faultPoint('collect-slice:pollers-deleted');
  }
  if (assess === 'no') return;
  await requestAssessment(services, sweep, cluster, assess === 'at once' ? assess : undefined);
  faultPoint('collect-slice:assess-cluster');
}

/** Learns from the first collection of a planned slice how long runs take in its region. Where that fails, the slice is collected all the same. */
async function learn(
  services: Services,
  { cluster, sweep, slice }: MessageOf<'collect-slice'>,
  { region, collectAfter }: PlanHead,
  rows: ReadonlyMap<string, NodeRow>,
  found: ReadonlyMap<string, Inspection>,
): Promise<void> {
  const own = runId(sweep, cluster, slice);
  const asked = [...rows].filter(([, { claim }]) => claim?.id === own && claim.overdue !== true);
  const age = (services.now().getTime() - Date.parse(asked[0]?.[1].claim?.startedAt ?? '')) / 1000;
  if (!isPlanned(slice) || collectAfter === undefined || !(age < collectAfter + services.settings.COLLECT_AGAIN_SECONDS)) return;
  const bucket = { subscriptionId: parseClusterId(cluster)!.subscriptionId, region };
  const done = asked.filter(([node]) => found.get(node)?.status === 'ended').length;
  await noteFirstCollection(services, bucket, collectAfter, { done, of: asked.length }).catch((error: unknown) =>
    log.warn(`how long runs take in ${region} could not be noted`, error),
  );
}

/** Deletes the start rows of this run, except those of runs that are still in progress, and the start rows of earlier runs that have ended now. */
async function forgetPollers(
  tables: Tables,
  id: string,
  nodes: readonly string[],
  started: Map<string, Started>,
  rows: Map<string, NodeRow>,
  ended: readonly Ended[],
): Promise<void> {
  const own = new Set(nodes);
  const kept = new Set(ended.filter(({ keepsClaim }) => keepsClaim).map(({ node }) => node));
  for (const [node, { claim }] of rows) if (claim?.id === id && claim.overdue === true) kept.add(node);
  await deleteStarted(
    tables,
    id,
    [...started.keys()].filter((node) => own.has(node) && !kept.has(node)),
  );
  for (const { node, claim, keepsClaim } of ended) if (claim.id !== id && !keepsClaim) await deleteStarted(tables, claim.id, [node]);
}
