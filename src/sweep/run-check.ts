import { parseClusterId } from '../fleet/resource-id.ts';
import { inconclusive } from '../probe/classify.ts';
import type { CheckResult } from '../probe/describe-check.ts';
import type { Services } from '../services.ts';
import { type CheckRow, completeCheck, leavePlace, readCheck } from '../tables/check-rows.ts';
import { type NodeRow, readNodes } from '../tables/node-rows.ts';
import { deleteStarted, putStarted, readStarted } from '../tables/poller-rows.ts';
import { readResult } from '../tables/result-rows.ts';
import { claimNodes, isOverdue, releaseClaims } from './claim.ts';
import { inspectFlights } from './inspect-flights.ts';
import type { MessageOf } from './messages.ts';
import { pauseBucket } from './pace.ts';
import { postRuns } from './post-runs.ts';
import { recordResults } from './record-results.ts';
import { requestAssessment } from './request-assessment.ts';
import { formatSweepId, previousOccurrence } from './schedule.ts';
import { CHECK_SLICE, flightId } from './slice-name.ts';
import { takeTurn } from './take-turn.ts';

/** Seconds within which a check has to begin: a node on which another run goes on may be free by then. */
const BEGIN_WITHIN_SECONDS = 120;
const GRACE_SECONDS = 120;
const GO_BACK_SECONDS = 5;

const after = (check: CheckRow, seconds: number) => new Date(Date.parse(check.requestedAt) + seconds * 1000);

/** When a check without a result is lost. */
export function lostAt({ settings }: Pick<Services, 'settings'>, check: CheckRow): Date {
  return after(check, BEGIN_WITHIN_SECONDS + settings.PROBE_DEADLINE_SECONDS + GRACE_SECONDS);
}

async function comeBack(services: Services, check: CheckRow, delaySeconds: number, slot?: string): Promise<void> {
  await services.queue.send({ kind: 'check', check: check.id, slot }, { delaySeconds, deadline: lostAt(services, check) });
}

async function finish(services: Services, check: CheckRow, result: CheckResult): Promise<void> {
  const { tables, now } = services;
  const checks = await tables.open('checks');
  await completeCheck(checks, check.id, result, now().toISOString());
  await leavePlace(checks, check);
  await deleteStarted(await tables.open('flights'), flightId(check.id, check.cluster, CHECK_SLICE), [check.node]);
}

/** The verdict of a flight that began after the check was asked for, its own or another's. */
async function verdictSince({ tables }: Services, check: CheckRow, { state }: NodeRow): Promise<CheckResult | undefined> {
  const { latest } = state;
  if (latest === undefined || !(latest.at >= check.requestedAt)) return undefined;
  const { verdict, reason, latencyMs } = latest;
  const recorded = await readResult(tables, check, latest);
  return { verdict, reason, latencyMs, message: recorded?.message ?? latest.message, response: recorded?.evidence || undefined };
}

/** Looks at the check's own flight, or at one that an earlier sweep gave up, and records what has ended. */
async function collect(services: Services, check: CheckRow, row: NodeRow): Promise<void> {
  const { settings, tables } = services;
  const { id, cluster, node } = check;
  const flight = flightId(id, cluster, CHECK_SLICE);
  const until = after(check, BEGIN_WITHIN_SECONDS);
  const run = { id: flight, cluster, sweep: id, due: new Date(check.requestedAt), busyUntil: until, startUntil: until };
  const started = await readStarted(await tables.open('flights'), flight);
  const found = (await inspectFlights(services, run, [node], new Map([[node, row]]), started)).get(node)!;
  if (found.status === 'settled') return finish(services, check, inconclusive(found.outcome.reason, 'nobody can tell'));
  if (found.status !== 'ended') return comeBack(services, check, settings.COLLECT_AGAIN_SECONDS);
  const { result, response } = found.ended;
  const worthTelling = await recordResults(services, { sweep: id, cluster, slice: CHECK_SLICE }, [found.ended], new Map([[node, row]]));
  const sweep = formatSweepId(previousOccurrence(settings.SWEEP_SCHEDULE, services.now()));
  if (worthTelling) await requestAssessment(services, sweep, cluster);
  await finish(services, check, { ...result, response });
}

/** Claims the node and starts the script, or comes back when there is a slot. */
async function start(services: Services, check: CheckRow, slot: string | undefined): Promise<void> {
  const { settings, now, tables } = services;
  const { id, cluster, node, region } = check;
  const until = after(check, BEGIN_WITHIN_SECONDS);
  const bucket = { subscriptionId: parseClusterId(cluster)!.subscriptionId, region };
  const turn = await takeTurn(services, bucket, { nodes: 1, extra: true, before: until, slot });
  if (turn.when === 'never') return finish(services, check, inconclusive(turn.reason, 'there was no room for the check within its time'));
  if (turn.when === 'later') return comeBack(services, check, turn.delaySeconds, turn.slot);
  const flight = flightId(id, cluster, CHECK_SLICE);
  const claims = await claimNodes(services, { cluster, nodes: [node], sweep: id }, flight);
  if (claims.length === 0) return comeBack(services, check, GO_BACK_SECONDS);
  // Sent before the start, so that a crash in between loses nothing.
  await comeBack(services, check, settings.FIRST_COLLECT_SECONDS);
  const { started, throttledFor = 0, spareFor } = await postRuns(services, bucket.subscriptionId, claims, now() < until);
  await pauseBucket(services, bucket, Math.max(throttledFor, spareFor));
  if (started.get(node)?.status === 'moved') return releaseClaims(services, cluster, [node], flight);
  await putStarted(await tables.open('flights'), flight, started);
}

/**
 * Takes a check one step on: starts it once its node is free and there is a slot, looks at its flight, or takes the verdict of a flight that began
 * after it was asked for. Comes back by message until it has a result.
 */
export async function runCheck(services: Services, { check: id, slot }: Pick<MessageOf<'check'>, 'check' | 'slot'>): Promise<void> {
  const { tables, now } = services;
  const check = await readCheck(await tables.open('checks'), id);
  if (check === undefined || check.result !== undefined) return;
  const row = (await readNodes(await tables.open('fleet'), check.cluster, [check.node])).get(check.node);
  if (row === undefined || row.retiredAt !== undefined) return finish(services, check, inconclusive('NodeGone', 'the node is gone'));
  const since = await verdictSince(services, check, row);
  if (since !== undefined) return finish(services, check, since);
  const { flight } = row;
  if (flight?.id === flightId(id, check.cluster, CHECK_SLICE) || (flight !== undefined && isOverdue(flight, now())))
    return collect(services, check, row);
  if (now() >= after(check, BEGIN_WITHIN_SECONDS))
    return finish(services, check, inconclusive('NodeBusy', `another run has been in progress for ${BEGIN_WITHIN_SECONDS} s`));
  return flight === undefined ? start(services, check, slot) : comeBack(services, check, GO_BACK_SECONDS);
}
