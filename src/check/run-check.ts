import { formatSweepId, previousOccurrence } from '../model/schedule.ts';
import { CHECK_SLICE } from '../model/slice-name.ts';
import { inconclusive } from '../probe/classify.ts';
import type { Services } from '../services.ts';
import type { MessageOf } from '../sweep/queue/messages.ts';
import { requestAssessment } from '../sweep/queue/request-assessment.ts';
import { isOverdue, isTakenOut, releaseClaims } from '../sweep/run/claim.ts';
import { inspectFlights, isOfEarlierRun } from '../sweep/run/inspect-flights.ts';
import { recordResults } from '../sweep/run/record-results.ts';
import { type CheckRow, isCheckId, readCheck } from '../tables/check-rows.ts';
import type { NodeRow } from '../tables/node-rows.ts';
import { deleteStarted, readStarted } from '../tables/poller-rows.ts';
import { readResult } from '../tables/result-rows.ts';
import type { CheckResult } from './describe-check.ts';
import { beginBefore, comeBack, endCheck, ownFlight, readNode } from './end-check.ts';
import { GO_BACK_SECONDS, neverBegan, startCheck } from './start-check.ts';

const nameOf = (sweep: string) => (isCheckId(sweep) ? `the check ${sweep}` : `the sweep ${sweep}`);

/** The verdict of a flight that began after the check was asked for, its own or another's. */
async function verdictSince({ tables }: Services, check: CheckRow, { state }: NodeRow): Promise<CheckResult | undefined> {
  const { latest } = state;
  if (latest === undefined || isOfEarlierRun(latest) || !(latest.at >= check.requestedAt)) return undefined;
  const { verdict, reason, latencyMs } = latest;
  const recorded = await readResult(tables, check, latest);
  const told = { message: recorded?.message ?? latest.message, response: recorded?.evidence || undefined };
  return { verdict, reason, latencyMs, ...told, takenFrom: latest.flight === ownFlight(check) ? undefined : nameOf(latest.sweep) };
}

/** Looks at the check's own flight, or at one that an earlier sweep gave up, and records what has ended. */
async function collect(services: Services, check: CheckRow, row: NodeRow): Promise<void> {
  const { settings, tables, now } = services;
  const { id, cluster, node } = check;
  const flight = ownFlight(check);
  const isOwn = row.flight?.id === flight;
  const until = beginBefore(check);
  const run = {
    id: flight,
    cluster,
    sweep: id,
    due: new Date(check.requestedAt),
    busyUntil: until,
    startUntil: until,
    mayStartAgain: now() < until,
  };
  const flights = await tables.open('flights');
  const started = await readStarted(flights, flight);
  const found = (await inspectFlights(services, run, [node], new Map([[node, row]]), started)).get(node)!;
  if (found.status === 'settled') return endCheck(services, check, inconclusive(found.outcome.reason, 'nobody can tell'));
  if (found.status === 'startLost') {
    await releaseClaims(services, cluster, new Map([[node, found.flight.id]]));
    return comeBack(services, check, 0);
  }
  if (found.status !== 'ended') return comeBack(services, check, settings.COLLECT_AGAIN_SECONDS);
  const { result, response, keepsClaim } = found.ended;
  const worthTelling = await recordResults(services, { sweep: id, cluster, slice: CHECK_SLICE }, [found.ended], new Map([[node, row]]));
  const sweep = formatSweepId(previousOccurrence(settings.SWEEP_SCHEDULE, now()));
  if (worthTelling) await requestAssessment(services, sweep, cluster);
  if (isOwn || keepsClaim) return endCheck(services, check, { ...result, response });
  // The node is free now for a run of the check's own.
  await deleteStarted(flights, found.ended.flight.id, [node]);
  await comeBack(services, check, 0);
}

/**
 * Takes a check one step on: starts it once its node is free and there is a slot, looks at its flight, or takes the verdict of a flight that began
 * after it was asked for. Comes back by message until it has a result.
 */
export async function runCheck(services: Services, { check: id, slot }: Pick<MessageOf<'check'>, 'check' | 'slot'>): Promise<void> {
  const { settings, tables, now } = services;
  const check = await readCheck(await tables.open('checks'), id);
  if (check === undefined || check.result !== undefined) return;
  const row = await readNode(services, check);
  if (row === undefined || row.retiredAt !== undefined) return endCheck(services, check, inconclusive('NodeGone', 'the node is gone'));
  const since = await verdictSince(services, check, row);
  if (since !== undefined) return endCheck(services, check, since);
  const { flight } = row;
  if (flight?.id === ownFlight(check)) {
    const early = settings.FIRST_COLLECT_SECONDS - (now().getTime() - Date.parse(flight.startedAt)) / 1000;
    return early > 1 ? comeBack(services, check, early) : collect(services, check, row);
  }
  if (flight !== undefined && isOverdue(flight, now())) return collect(services, check, row);
  if (isTakenOut(settings, check.cluster, row))
    return endCheck(services, check, inconclusive('Excluded', 'the node was taken out of the fleet before the check began'));
  if (now() >= beginBefore(check)) return endCheck(services, check, await neverBegan(services, check, flight));
  return flight === undefined ? startCheck(services, check, slot) : comeBack(services, check, GO_BACK_SECONDS);
}
