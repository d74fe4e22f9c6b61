import type { Chronicle } from './chronicle.ts';
import { judgeNotices } from './judge-notices.ts';
import { judgeOutages } from './judge-outages.ts';
import { judgeSweeps } from './judge-sweeps.ts';
import { readTruth, type Truth } from './truth.ts';

/** After so long a start that was not answered is asked for again; where a clock is wrong by as much, that may be at once, and Azure refuses it. */
const LOST_SECONDS = 60;

/** No node has two runs at once, and nobody tries to. */
function judgeRuns({ record, plan, start }: Chronicle): string[] {
  const wrong = plan.troubles.filter((each) => each.kind === 'clock').filter(({ seconds }) => Math.abs(seconds) >= LOST_SECONDS);
  const during = (time: number, { from, until }: { from: number; until: number }) =>
    start + from * 60_000 <= time && time <= start + until * 60_000;
  const isSkewed = (time: number) => wrong.some((each) => during(time, each));
  const deaf = plan.troubles.filter((each) => each.kind === 'azure' && each.calls.includes('starts'));
  /** Whether the run in progress may be one whose start was not answered, and which a dead agent has not ended after a minute. */
  const mayBeUnanswered = (time: number, cluster: string, node: string) =>
    record.runs.some((run) => {
      const began = Date.parse(run.beganAt);
      const isInProgress = began < time && (run.endedAt === undefined || Date.parse(run.endedAt) > time);
      const isLong = time - began >= LOST_SECONDS * 1000;
      return run.cluster === cluster && run.node === node && isInProgress && isLong && deaf.some((each) => during(began, each));
    });
  const byNode = Map.groupBy(record.runs, ({ cluster, node }) => `${cluster}/${node}`);
  const together = [...byNode].flatMap(([node, runs]) =>
    runs.flatMap(({ beganAt }, index) => {
      const before = runs[index - 1];
      return before !== undefined && (before.endedAt === undefined || before.endedAt > beganAt)
        ? [`two runs at once on ${node} at ${beganAt}`]
        : [];
    }),
  );
  return [
    ...together,
    ...record.clashes
      .filter(({ at, cluster, node }) => !isSkewed(Date.parse(at)) && !mayBeUnanswered(Date.parse(at), cluster, node))
      .map(({ at, cluster, node }) => `a run was asked for beside another on ${cluster}/${node} at ${at}`),
  ];
}

/** Only what nobody can work on is poison, and it is kept for people. */
function judgePoison({ poisoned, poisonRows, plan, start, intervalMs }: Chronicle, { slackMs }: Truth): string[] {
  const strangers = plan.troubles.flatMap((each) => (each.kind === 'stranger' ? [each.text] : []));
  const calm = start + plan.calmFrom * 60_000 + intervalMs + slackMs;
  return poisoned.flatMap(({ at, text }) => {
    const problems: string[] = [];
    if (!strangers.includes(text) && Date.parse(at) > calm) problems.push(`poison in calm at ${at}: ${text}`);
    if (!poisonRows.some(({ message }) => message.replace(/\s|"/g, '').includes(text.slice(0, 12).replace(/\s|"/g, ''))))
      problems.push(`poison of which nothing is kept: ${text}`);
    return problems;
  });
}

/** Incidents, blindness and checks are over in the end. */
function judgeEnd({ incidents, blind, checks }: Chronicle): string[] {
  return [
    ...incidents.filter(({ end }) => end === null).map(({ id, kind }) => `the incident ${id} (${kind}) was left open`),
    ...checks.filter(({ status }) => status !== 'done').map(({ id, status }) => `the check ${id} is ${status} in the end`),
    ...blind.map((cluster) => `${cluster} is blind in the end`),
  ];
}

/** Judges a campaign by what the prober promises; it shares no code with what decides in the prober. Pure. Returns all that is wrong. */
export function judge(chronicle: Chronicle): string[] {
  const truth = readTruth(chronicle);
  return [
    ...judgeRuns(chronicle),
    ...judgeOutages(chronicle, truth),
    ...judgeNotices(chronicle, truth),
    ...judgeSweeps(chronicle, truth),
    ...judgePoison(chronicle, truth),
    ...judgeEnd(chronicle),
  ];
}
