import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/model/claim.ts';
import type { NodeFacts } from '../../../src/model/node.ts';
import { emptyState, type ProbeResult } from '../../../src/model/node-state.ts';
import type { Started } from '../../../src/model/start.ts';
import { inconclusive, type Verdict } from '../../../src/model/verdict.ts';
import { withoutAnswer } from '../../../src/probe/judge-run.ts';
import {
  conclude,
  type Inspection,
  inspect,
  isHeldByAnother,
  isOfEarlierRun,
  type Known,
  type Poll,
} from '../../../src/sweep/run/inspect.ts';

const start = Date.parse('2026-11-21T09:35:00.000Z');
const later = (seconds: number) => new Date(start + seconds * 1000);
const times = { FIRST_COLLECT_SECONDS: 25, PROBE_DEADLINE_SECONDS: 150 };
const nonce = '0123456789abcdef';
const facts: NodeFacts = { node: 'a', resourceId: 'r', vmId: 'v', pool: 'web', os: 'Linux' };
const run = {
  id: 'this run',
  cluster: 'c',
  sweep: 's2',
  due: later(0),
  busyUntil: later(150),
  startUntil: later(150),
  mayStartAgain: false,
  serverNames: [],
};
const claimOf = (more: Partial<Claim> = {}): Claim => {
  return { id: run.id, nonce, sweep: 's2', startedAt: later(0).toISOString(), until: later(270).toISOString(), ...more };
};
const nodeOf = (claim?: Claim, more: Partial<NonNullable<Known['node']>> = {}) => ({ facts, state: emptyState, claim, ...more });
const known = (more: Partial<Known>): Known => ({ node: nodeOf(), start: undefined, otherStart: undefined, isTakenOut: false, ...more });
const polling: Started = { nonce, status: 'polling', poller: 'p' };
const other = claimOf({ id: 'another run', sweep: 's1' });
const at = (seconds: number, more: Partial<Known>, of: Partial<typeof run> = {}) =>
  inspect({ ...run, ...of }, known(more), times, later(seconds));

const outcomeOf = (found: Inspection | Poll) =>
  found.status === 'decided'
    ? `${found.outcome.verdict}/${found.outcome.reason}`
    : found.status === 'ended'
      ? `ended ${found.ended.result.reason}${found.ended.keepsClaim ? ', claim kept' : ''}`
      : found.status;

describe('a node of a slice', () => {
  it.each<[string, number, Partial<Known>, Partial<typeof run>, string]>([
    ['is gone where it has no row', 30, { node: undefined }, {}, 'unknown/NodeGone'],
    ['is gone once it is retired', 30, { node: nodeOf(claimOf(), { retiredAt: 'x' }) }, {}, 'unknown/NodeGone'],
    ['is polled while its own run goes on', 30, { node: nodeOf(claimOf()), start: polling }, {}, 'poll'],
    ['is awaited while its start is not known', 30, { node: nodeOf(claimOf()) }, {}, 'pending'],
    ['has ended a minute later without a start', 61, { node: nodeOf(claimOf()) }, {}, 'ended StartLost'],
    ['is started again instead where there is time', 61, { node: nodeOf(claimOf()) }, { mayStartAgain: true }, 'startLost'],
    ['is deferred where its start was', 30, { node: nodeOf(), start: { nonce, status: 'deferred' } }, {}, 'deferred'],
    ['waits for another run until that should have ended', 30, { node: nodeOf(other) }, {}, 'pending'],
    ['is busy after that', 150, { node: nodeOf({ ...other, startedAt: later(100).toISOString() }) }, {}, 'unknown/NodeBusy'],
    ['is awaited until a start must have come', 149, {}, {}, 'pending'],
    ['has lost its start after that', 150, {}, {}, 'unknown/StartLost'],
    ['is excluded where it was taken out since', 30, { isTakenOut: true }, {}, 'notProbed/Excluded'],
    ['ends the abandoned run of another process', 86, { node: nodeOf(other), otherStart: polling }, {}, 'poll'],
  ])('%s', (_, seconds, more, of, expected) => {
    expect(outcomeOf(at(seconds, more, of))).toBe(expected);
  });

  it('takes the verdict that another run brought since the slice was due', () => {
    const latest: ProbeResult = { verdict: 'unreachable', reason: 'DnsTimeout', message: '', nonce, run: 'x', sweep: 's', at: '' };
    const state = { ...emptyState, latest };
    expect(outcomeOf(at(30, { node: nodeOf(undefined, { state, foldedAt: later(1).toISOString() }) }))).toBe('unreachable/DnsTimeout');
    expect(outcomeOf(at(30, { node: nodeOf(undefined, { state, foldedAt: later(-1).toISOString() }) }))).toBe('pending');
  });

  it('takes from it too that the node is not served', () => {
    const served = { ok: false, reason: 'EtcdUnavailable', message: '' } as const;
    const common = { message: '', nonce, run: 'x', sweep: 's', at: '' };
    const state = { ...emptyState, latest: { verdict: 'reachable', reason: 'Reachable', ...common, served } satisfies ProbeResult };
    expect(at(30, { node: nodeOf(undefined, { state, foldedAt: later(1).toISOString() }) })).toEqual({
      status: 'decided',
      outcome: { verdict: 'reachable', reason: 'Reachable', notServed: 'EtcdUnavailable' },
    });
  });

  it('has ended with the refusal of its start, but for one of which Azure did not say whether it started', () => {
    const refused = (reason: 'AccessDenied' | 'StartUnknown'): Started => ({ nonce, status: 'ended', verdict: inconclusive(reason, 'no') });
    expect(outcomeOf(at(30, { node: nodeOf(claimOf()), start: refused('AccessDenied') }))).toBe('ended AccessDenied');
    expect(outcomeOf(at(61, { node: nodeOf(claimOf()), start: refused('StartUnknown') }))).toBe('ended StartUnknown');
    expect(outcomeOf(at(61, { node: nodeOf(claimOf()), start: refused('StartUnknown') }, { mayStartAgain: true }))).toBe('startLost');
  });
});

describe('a node that another run holds', () => {
  it.each<[string, Claim | undefined, number, boolean]>([
    ['is none without a claim', undefined, 0, false],
    ['is none where the claim is of this run', claimOf(), 999, false],
    ['is left to it while it may be collected', other, 84, false],
    ['is looked into once that is a minute late', other, 86, true],
    ['is looked into once it is overdue', { ...other, overdue: true }, 1, true],
    ['is looked into where this very run was given up before', claimOf({ overdue: true }), 1, true],
  ])('%s', (_, claim, seconds, expected) => {
    expect(isHeldByAnother(run, nodeOf(claim), times, later(seconds))).toBe(expected);
  });
});

describe('a run that was polled', () => {
  const poll = (isOverdue: boolean): Poll => ({
    status: 'poll',
    claim: isOverdue ? { ...other, overdue: true } : claimOf(),
    poller: 'p',
    isOverdue,
  });
  const polled = (seconds: number, isOverdue = false, agent?: NodeFacts['agent'], unread?: Verdict) =>
    conclude(run, { ...nodeOf(), facts: { ...facts, agent } }, poll(isOverdue), { judged: undefined, unread }, times, later(seconds));

  it('is pending until the deadline, and keeps its claim when it is folded as timed out', () => {
    expect([149, 150].map((seconds) => outcomeOf(polled(seconds)))).toEqual(['pending', 'ended RunCommandTimedOut, claim kept']);
  });

  it('names the agent as the reason where Azure calls it not ready', () => {
    expect(outcomeOf(polled(150, false, 'notReady'))).toBe('ended AgentNotReady, claim kept');
  });

  it('that ended late counts as of when its node answered, between its start and now, since a dead agent runs the script when it is back', () => {
    const reachable = { verdict: 'reachable', reason: 'Reachable', message: '' } as const;
    const atOf = (isOverdue: boolean, seconds: number, answered?: number) => {
      const judged = { verdict: reachable, evidence: '', answeredAt: answered && start + answered * 1000 };
      const found = conclude(run, nodeOf(), poll(isOverdue), { judged }, times, later(seconds));
      return found.status === 'ended' ? (Date.parse(found.ended.result.at) - start) / 1000 : found.status;
    };
    expect([590, 700, -50, undefined].map((answered) => atOf(true, 600, answered))).toEqual([590, 600, 0, 0]);
    expect(atOf(false, 160, 155)).toBe(155);
    expect(atOf(false, 40, 35)).toBe(0);
  });

  it('is stuck while an earlier sweep has given it up, and is given up for good after 90 minutes', () => {
    expect([600, 90 * 60].map((seconds) => outcomeOf(polled(seconds, true)))).toEqual([
      'ended RunCommandStuck, claim kept',
      'ended RunCommandStuck',
    ]);
  });

  it('whose state cannot be read goes on as if it were in progress, keeps its claim, and says in the end why nobody could ask', () => {
    const unread = inconclusive('SignInFailed', 'no token');
    const found = [149, 150].map((seconds) => outcomeOf(polled(seconds, false, 'notReady', unread)));
    expect(found).toEqual(['pending', 'ended SignInFailed, claim kept']);
    expect([600, 90 * 60].map((seconds) => outcomeOf(polled(seconds, true, undefined, unread)))).toEqual([
      'ended SignInFailed, claim kept',
      'ended SignInFailed',
    ]);
  });

  it('that ends late says how the node was when it began, as a result of its own for each sweep', () => {
    const judged = withoutAnswer(inconclusive('RunCommandFailed', 'no'));
    const reached = withoutAnswer({ verdict: 'reachable', reason: 'Reachable', message: 'yes' });
    const results = [judged, reached].map((each) => {
      const found = conclude(run, nodeOf(), poll(true), { judged: each }, times, later(600));
      if (found.status !== 'ended') throw new Error('expected an end');
      return found.ended.result;
    });
    expect(results.map(({ at: began }) => began)).toEqual([later(600).toISOString(), later(0).toISOString()]);
    expect(results.every(isOfEarlierRun)).toBe(true);
    expect(results[0]?.nonce).not.toBe(nonce);
  });
});
