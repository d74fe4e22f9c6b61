import { createHash } from 'node:crypto';
import { type Claim, isOverdue, START_LOST_MS } from '../../model/claim.ts';
import type { KnownNode } from '../../model/node.ts';
import type { ProbeResult } from '../../model/node-state.ts';
import type { Started } from '../../model/start.ts';
import { inconclusive, type Outcome, outcomeWith, type Verdict } from '../../model/verdict.ts';
import { type Judged, withoutAnswer } from '../../probe/judge-run.ts';

const GIVE_UP_OVERDUE_MS = 90 * 60_000;
const NO_START_KNOWN = inconclusive('StartLost', 'the run was claimed, and no start of it is known');
/** Suffix of the run id under which a run records the end of an earlier run. */
const EARLIER = '.earlier';

/** A probe that has ended, or that is folded as timed out while its run is still in progress (`keepsClaim`). */
export interface Ended {
  node: string;
  claim: Claim;
  result: ProbeResult;
  keepsClaim: boolean;
  /** The output of the node or the message of Azure, redacted. */
  evidence: string;
  /** Azure's whole answer, redacted, if the run has ended. */
  response?: string;
}

/** What is known of one node of a slice. */
export type Inspection =
  | { status: 'pending' }
  | { status: 'deferred' }
  /** It is not known whether the run of a claim was started. The claim may be released and the node started again. */
  | { status: 'startLost'; claim: Claim }
  | { status: 'decided'; outcome: Outcome }
  | { status: 'ended'; ended: Ended };

/** A run that must be polled: one that is awaited, or one that an earlier sweep gave up (`isOverdue`). */
export interface Poll {
  status: 'poll';
  claim: Claim;
  poller: string;
  isOverdue: boolean;
}

/** Whether a result is the end of a run that an earlier sweep had given up: it says how the node was when that run was done. */
export const isOfEarlierRun = ({ run }: Pick<ProbeResult, 'run'>) => run.endsWith(EARLIER);

/** The run of a slice that is inspected. */
export interface SliceRun {
  id: string;
  cluster: string;
  sweep: string;
  /** The names that Azure has for the API server of the cluster. */
  serverNames: readonly string[];
  /** Verdicts that were folded from this time on belong to this slice too, even if they come from another slice's probe. */
  due: Date;
  /** When to stop waiting for another slice's probe (`busyUntil`), and for a start that has not happened (`startUntil`). */
  busyUntil: Date;
  startUntil: Date;
  /** Whether there is time to start nodes again whose start was lost. */
  mayStartAgain: boolean;
}

/** The settings that limit how long a probe may take. */
export interface ProbeTimes {
  FIRST_COLLECT_SECONDS: number;
  PROBE_DEADLINE_SECONDS: number;
}

type Node = Pick<KnownNode, 'facts' | 'state' | 'claim' | 'foldedAt' | 'retiredAt'>;

/** What is known about a node before its run is polled. */
export interface Known {
  node: Node | undefined;
  /** Its start in this run of the slice. */
  start: Started | undefined;
  /** The start of the other run that holds it, see `isHeldByAnother`. */
  otherStart: Started | undefined;
  /** Whether it is excluded, so that nothing may be started on it. */
  isTakenOut: boolean;
}

function ended(
  { facts }: Node,
  claim: Claim,
  { verdict, evidence, response }: Judged,
  { keepsClaim = false, at = claim.startedAt }: { keepsClaim?: boolean; at?: string } = {},
): Inspection {
  const result = { ...verdict, nonce: claim.nonce, run: claim.id, sweep: claim.sweep, at };
  return { status: 'ended', ended: { node: facts.node, claim, result, keepsClaim, evidence, response } };
}

const ageOf = ({ startedAt }: Claim, now: Date) => now.getTime() - Date.parse(startedAt);

const isOwn = ({ id }: SliceRun, claim: Claim) => claim.id === id && claim.overdue !== true;

/** Whether a probe should have been collected a minute ago: the message of its collection may be lost, so any collection may end it. */
const isAbandoned = (claim: Claim, { FIRST_COLLECT_SECONDS }: ProbeTimes, now: Date) =>
  ageOf(claim, now) > FIRST_COLLECT_SECONDS * 1000 + START_LOST_MS;

/** Whether a node is held by another run, which this collection may have to end. */
export function isHeldByAnother(run: SliceRun, node: Node | undefined, times: ProbeTimes, now: Date): boolean {
  const claim = node?.claim;
  return claim !== undefined && !isOwn(run, claim) && (isOverdue(claim, now) || isAbandoned(claim, times, now));
}

/** Inspects a start that may or may not have begun a run. After a minute it is safe to start again: such a run has ended, or Azure refuses a second one. */
function inspectLostStart(run: SliceRun, node: Node, claim: Claim, verdict: Verdict, now: Date): Inspection {
  // Until then its run may be under way, whether or not there is time to start another: its claim must not be freed.
  if (ageOf(claim, now) < START_LOST_MS) return { status: 'pending' };
  return run.mayStartAgain ? { status: 'startLost', claim } : ended(node, claim, withoutAnswer(verdict));
}

function inspectRun(run: SliceRun, node: Node, claim: Claim, start: Started | undefined, now: Date): Inspection | Poll {
  if (start === undefined || start.nonce !== claim.nonce) return inspectLostStart(run, node, claim, NO_START_KNOWN, now);
  if (start.status === 'deferred') return { status: 'deferred' };
  if (start.status === 'polling') return { status: 'poll', claim, poller: start.poller, isOverdue: false };
  if (start.verdict.reason === 'StartUnknown') return inspectLostStart(run, node, claim, start.verdict, now);
  return ended(node, claim, withoutAnswer(start.verdict));
}

function inspectOverdue(run: SliceRun, node: Node, claim: Claim, start: Started | undefined, now: Date): Inspection | Poll {
  if (start?.status === 'polling' && start.nonce === claim.nonce) return { status: 'poll', claim, poller: start.poller, isOverdue: true };
  // Without a poller its end cannot be known, and the node is free for a run of this sweep.
  if (run.mayStartAgain) return { status: 'startLost', claim };
  return endOverdue(run, node, claim, withoutAnswer(inconclusive('StartLost', 'the poller of the run is lost')), false, now);
}

/**
 * When the answer of an overdue run was true. An agent that was dead runs the script only when it comes back, so that the node's own clock says, where
 * that can be: between the start and now.
 */
function answeredAt({ startedAt }: Claim, { verdict, answeredAt: own }: Judged, now: Date): string {
  if (verdict.verdict === 'unknown') return now.toISOString();
  const from = Date.parse(startedAt);
  return new Date(Math.min(now.getTime(), Math.max(from, own ?? from))).toISOString();
}

/** The end of an overdue probe. It was folded as timed out already, so this is another result of it, with a nonce of its own for each sweep. */
function endOverdue(run: SliceRun, { facts }: Node, claim: Claim, judged: Judged, keepsClaim: boolean, now: Date): Inspection {
  const nonce = createHash('sha256').update(`${claim.nonce}|${run.id}`).digest('hex').slice(0, 16);
  const at = answeredAt(claim, judged, now);
  const result = { ...judged.verdict, nonce, run: `${run.id}${EARLIER}`, sweep: run.sweep, at };
  return { status: 'ended', ended: { node: facts.node, claim, result, keepsClaim, evidence: judged.evidence } };
}

/** Decides the status of a node of a slice, or that its run must be polled first. Pure. */
export function inspect(run: SliceRun, { node, start, otherStart, isTakenOut }: Known, times: ProbeTimes, now: Date): Inspection | Poll {
  const decided = (verdict: Outcome['verdict'], reason: Outcome['reason']): Inspection => ({
    status: 'decided',
    outcome: { verdict, reason },
  });
  if (node === undefined || node.retiredAt !== undefined) return decided('unknown', 'NodeGone');
  const { claim, foldedAt, state } = node;
  if (claim !== undefined && isOwn(run, claim)) return inspectRun(run, node, claim, start, now);
  if (start?.status === 'deferred') return { status: 'deferred' };
  if (state.latest !== undefined && foldedAt !== undefined && new Date(foldedAt) >= run.due)
    return { status: 'decided', outcome: outcomeWith(state.latest) };
  if (claim === undefined) {
    if (isTakenOut) return decided('notProbed', 'Excluded');
    return now < run.startUntil ? { status: 'pending' } : decided('unknown', 'StartLost');
  }
  if (isOverdue(claim, now)) return inspectOverdue(run, node, claim, otherStart, now);
  if (isAbandoned(claim, times, now)) return inspectRun(run, node, claim, otherStart, now);
  return now < run.busyUntil ? { status: 'pending' } : decided('unknown', 'NodeBusy');
}

/** The result of a run that does not end: the reason is the agent if Azure lists it as not ready, otherwise the given one. */
function unanswered({ facts }: Node, otherwise: 'RunCommandTimedOut' | 'RunCommandStuck', message: string): Judged {
  if (facts.agent !== 'notReady') return withoutAnswer(inconclusive(otherwise, message));
  return withoutAnswer(inconclusive('AgentNotReady', `${message}; Azure lists the VM agent of the node as not ready`));
}

/** What one poll of a run came to. */
export interface Polled {
  /** The result of the run; undefined while it is in progress, as far as is known. */
  judged: Judged | undefined;
  /** Why the state of the run could not be read, if it could not. */
  unread?: Verdict;
}

/**
 * Decides the status of a node after its run was polled. Pure. Only a result ends a run: one whose state cannot be read keeps its claim and is polled
 * again, until its deadline and then once in each sweep.
 */
export function conclude(run: SliceRun, node: Node, poll: Poll, { judged, unread }: Polled, times: ProbeTimes, now: Date): Inspection {
  const { claim } = poll;
  const age = ageOf(claim, now);
  if (poll.isOverdue) {
    if (judged !== undefined) return endOverdue(run, node, claim, judged, false, now);
    const stuck = unanswered(node, 'RunCommandStuck', `Run Command has been in progress for ${Math.floor(age / 60_000)} min`);
    return endOverdue(run, node, claim, unread === undefined ? stuck : withoutAnswer(unread), age < GIVE_UP_OVERDUE_MS, now);
  }
  const deadline = times.PROBE_DEADLINE_SECONDS;
  const isLate = age >= deadline * 1000;
  if (judged !== undefined) return ended(node, claim, judged, isLate ? { at: answeredAt(claim, judged, now) } : {});
  if (!isLate) return { status: 'pending' };
  const none =
    unread !== undefined
      ? withoutAnswer(unread)
      : unanswered(node, 'RunCommandTimedOut', `Run Command gave no answer within ${deadline} s`);
  return ended(node, claim, none, { keepsClaim: true });
}
