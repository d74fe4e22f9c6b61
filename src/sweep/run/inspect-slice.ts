import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Claim } from '../../model/claim.ts';
import type { ProbeResult } from '../../model/node-state.ts';
import type { Outcome } from '../../model/verdict.ts';
import { inconclusive, type Verdict } from '../../model/verdict.ts';
import { type Judged, withoutAnswer } from '../../probe/judge-run.ts';
import type { Services } from '../../services.ts';
import type { NodeRow } from '../../tables/node-rows.ts';
import { readStartedNode, type Started } from '../../tables/start-rows.ts';
import { isOverdue, isTakenOut, START_LOST_MS } from './claim.ts';
import { lookAtRun, unanswered } from './look-at-run.ts';

const CONCURRENT_POLLS = 8;
const GIVE_UP_OVERDUE_MS = 90 * 60_000;
const NO_START_KNOWN = inconclusive('StartLost', 'the run was claimed, and no start of it is known');
/** How the name of a probe ends under which another run records the end of an earlier one. */
const EARLIER = '.earlier';

/** A probe that has ended, or that is folded as timed out while its run goes on (`keepsClaim`). */
export interface Ended {
  node: string;
  claim: Claim;
  result: ProbeResult;
  keepsClaim: boolean;
  /** What the node or Azure said, redacted. */
  evidence: string;
  /** Azure's whole answer, redacted, where the run has ended. */
  response?: string;
}

/** What a look at one node of a slice told. */
export type Inspection =
  | { status: 'pending' }
  | { status: 'deferred' }
  /** Nobody knows what became of the start of a claim that this run of its slice may give back, to start anew. */
  | { status: 'startLost'; claim: Claim }
  | { status: 'decided'; outcome: Outcome }
  | { status: 'ended'; ended: Ended };

/** Whether a result is the end of a run that an earlier sweep had given up: it tells how the node was when that began. */
export const isOfEarlierRun = ({ run }: Pick<ProbeResult, 'run'>) => run.endsWith(EARLIER);

/** What the inspection of a slice goes by. */
export interface SliceRun {
  id: string;
  cluster: string;
  sweep: string;
  /** Verdicts folded from then on belong to this slice too, whoever's probe brought them. */
  due: Date;
  /** When to stop waiting for another's probe, and for a start that has not come. */
  busyUntil: Date;
  startUntil: Date;
  /** Whether there is time to start again what nobody knows the start of. */
  mayStartAgain: boolean;
}

function ended(row: NodeRow, claim: Claim, { verdict, evidence, response }: Judged, keepsClaim = false): Inspection {
  const result = { ...verdict, nonce: claim.nonce, run: claim.id, sweep: claim.sweep, at: claim.startedAt };
  return { status: 'ended', ended: { node: row.facts.node, claim, result, keepsClaim, evidence, response } };
}

/** Whether a probe should have been collected a minute ago: the process that had its collection may have died, so any collection may end it. */
function isAbandoned(claim: Claim, now: Date, firstCollectSeconds: number): boolean {
  return now.getTime() - Date.parse(claim.startedAt) > firstCollectSeconds * 1000 + START_LOST_MS;
}

/** A start of which nobody knows whether it came to a run; by now one that did has ended, and Azure refuses a second one beside it. */
function inspectLostStart(run: SliceRun, row: NodeRow, claim: Claim, age: number, verdict: Verdict): Inspection {
  if (age < START_LOST_MS && (run.mayStartAgain || verdict.reason === 'StartLost')) return { status: 'pending' };
  return run.mayStartAgain ? { status: 'startLost', claim } : ended(row, claim, withoutAnswer(verdict));
}

async function inspectRun(services: Services, run: SliceRun, row: NodeRow, claim: Claim, start: Started | undefined): Promise<Inspection> {
  const age = services.now().getTime() - Date.parse(claim.startedAt);
  if (start === undefined || start.nonce !== claim.nonce) return inspectLostStart(run, row, claim, age, NO_START_KNOWN);
  if (start.status === 'deferred') return { status: 'deferred' };
  if (start.status === 'ended' && start.verdict.reason === 'StartUnknown') return inspectLostStart(run, row, claim, age, start.verdict);
  if (start.status === 'ended') return ended(row, claim, withoutAnswer(start.verdict));
  const judged = await lookAtRun(services, run.cluster, row, claim.nonce, start.poller);
  if (judged !== undefined) return ended(row, claim, judged);
  const deadline = services.settings.PROBE_DEADLINE_SECONDS;
  if (age < deadline * 1000) return { status: 'pending' };
  return ended(row, claim, unanswered(row, 'RunCommandTimedOut', `Run Command gave no answer within ${deadline} s`), true);
}

/** Looks once at a run that an earlier sweep gave up: its end gives the reason, else it is stuck. */
async function inspectOverdue(services: Services, run: SliceRun, row: NodeRow, claim: Claim): Promise<Inspection> {
  const start = await readStartedNode(services.tables, claim.id, row.facts.node);
  const now = services.now();
  const age = now.getTime() - Date.parse(claim.startedAt);
  // The probe was folded once as timed out: what comes now is another result of it, one for each sweep.
  const nonce = createHash('sha256').update(`${claim.nonce}|${run.id}`).digest('hex').slice(0, 16);
  const again = (judged: Judged, keepsClaim: boolean): Inspection => {
    const at = judged.verdict.verdict === 'unknown' ? now.toISOString() : claim.startedAt;
    const result = { ...judged.verdict, nonce, run: `${run.id}${EARLIER}`, sweep: run.sweep, at };
    return { status: 'ended', ended: { node: row.facts.node, claim, result, keepsClaim, evidence: judged.evidence } };
  };
  const poller = start?.status === 'polling' && start.nonce === claim.nonce ? start.poller : undefined;
  // Without a poller it is dead, and the node is free for a run of this sweep.
  if (poller === undefined && run.mayStartAgain) return { status: 'startLost', claim };
  const judged =
    poller === undefined
      ? withoutAnswer(inconclusive('StartLost', 'no poller of the run is left'))
      : await lookAtRun(services, run.cluster, row, claim.nonce, poller);
  if (judged !== undefined) return again(judged, false);
  const minutes = Math.floor(age / 60_000);
  return again(unanswered(row, 'RunCommandStuck', `Run Command has been in progress for ${minutes} min`), age < GIVE_UP_OVERDUE_MS);
}

async function inspect(services: Services, run: SliceRun, row: NodeRow | undefined, start: Started | undefined): Promise<Inspection> {
  if (row === undefined || row.retiredAt !== undefined) return { status: 'decided', outcome: { verdict: 'unknown', reason: 'NodeGone' } };
  const { claim, foldedAt, state } = row;
  const now = services.now();
  if (claim?.id === run.id && claim.overdue !== true) return inspectRun(services, run, row, claim, start);
  if (start?.status === 'deferred') return { status: 'deferred' };
  if (state.latest !== undefined && foldedAt !== undefined && new Date(foldedAt) >= run.due)
    return { status: 'decided', outcome: { verdict: state.latest.verdict, reason: state.latest.reason } };
  if (claim === undefined) {
    if (isTakenOut(services.settings, run.cluster, row))
      return { status: 'decided', outcome: { verdict: 'notProbed', reason: 'Excluded' } };
    if (now < run.startUntil) return { status: 'pending' };
    return { status: 'decided', outcome: { verdict: 'unknown', reason: 'StartLost' } };
  }
  if (isOverdue(claim, now)) return inspectOverdue(services, run, row, claim);
  if (isAbandoned(claim, now, services.settings.FIRST_COLLECT_SECONDS)) {
    const abandoned = await readStartedNode(services.tables, claim.id, row.facts.node);
    return inspectRun(services, run, row, claim, abandoned);
  }
  if (now < run.busyUntil) return { status: 'pending' };
  return { status: 'decided', outcome: { verdict: 'unknown', reason: 'NodeBusy' } };
}

/**
 * Looks once at every node of a slice.
 *
 * @param started - how the starts of this run went.
 * @returns what was found, by node name; every name has its entry.
 */
export async function inspectSlice(
  services: Services,
  run: SliceRun,
  nodes: readonly string[],
  rows: ReadonlyMap<string, NodeRow>,
  started: ReadonlyMap<string, Started>,
): Promise<Map<string, Inspection>> {
  const limit = pLimit(CONCURRENT_POLLS);
  const found = await Promise.all(
    nodes.map((node) => limit(async () => [node, await inspect(services, run, rows.get(node), started.get(node))] as const)),
  );
  return new Map(found);
}
