import { type Fault, percentile } from './detection-fleet.ts';
import type { Reading } from './watch-runs.ts';

/** What each stage added from a fault until it was told, in seconds. */
export interface Stages {
  /** Until the next sweep is due; 0 where that was under way. */
  sweep: number;
  /** Until the run begins whose result shows it first: the listing, the plan, the slot. */
  start: number;
  run: number;
  /** From the end of that run until its result is read. */
  poll: number;
  /** Until enough was read: a second failure of a node, or a quorum. */
  confirmation: number;
  /** Until the state that says so is accepted. */
  assessment: number;
  /** From the state until the event is accepted. */
  event: number;
}

/** A fault that was told. */
export interface Detected extends Stages {
  fault: Fault;
  /** Whether a second run confirmed it. */
  again: boolean;
}

/** How often and how long nodes are asked, in seconds. */
export interface Pace {
  interval: number;
  run: number;
  /** When results are first asked for, and how long after that again. */
  collect: number;
  collectAgain: number;
}

/** A fault, when what it led to was accepted, in epoch milliseconds. */
export interface Happened {
  fault: Fault;
  at: number;
  stateAt: number;
  eventAt: number;
}

export const stageNames: Readonly<Record<keyof Stages, string>> = {
  sweep: 'the next sweep is due',
  start: 'its run begins',
  run: 'the run ends',
  poll: 'its result is read',
  confirmation: 'enough is read',
  assessment: 'the state is accepted',
  event: 'the event is accepted',
};

/** Seconds from a fault until the state that says so is accepted. Pure. */
export const untilState = ({ sweep, start, run, poll, confirmation, assessment }: Stages) =>
  sweep + start + run + poll + confirmation + assessment;

/**
 * Divides the time from a fault until it was told into stages. Pure.
 *
 * @param readings - what was read of the nodes with the fault, in the order in which it was read.
 * @param quorum - so many nodes that fail are an outage of their cluster; two failures are one of their node.
 * @returns undefined where the state was accepted before enough was read to say so.
 */
export function divide(
  { fault, at, stateAt, eventAt }: Happened,
  readings: readonly Reading[],
  quorum: number,
  interval: number,
): Detected | undefined {
  const failed = readings.filter(({ began, read }) => began > at && read <= stateAt);
  const times = new Map<string, number>();
  const enough = failed.find(({ node }) => {
    times.set(node, (times.get(node) ?? 0) + 1);
    return times.get(node) === 2 || times.size >= quorum;
  });
  const [first] = failed;
  if (first === undefined || enough === undefined) return undefined;
  const due = Math.max(at, Math.floor(first.began / (interval * 1000)) * interval * 1000);
  const seconds = (from: number, to: number) => (to - from) / 1000;
  return {
    fault,
    again: times.get(enough.node) === 2,
    sweep: seconds(at, due),
    start: seconds(due, first.began),
    run: seconds(first.began, first.ended),
    poll: seconds(first.ended, first.read),
    confirmation: seconds(first.read, enough.read),
    assessment: seconds(enough.read, stateAt),
    event: seconds(stateAt, eventAt),
  };
}

/** By design the first collection finds 65 to 75 % of the results, once it has learned how long runs take. */
const LATE_OF_TEN = 3;

/**
 * Computes how long a measured fault would take at another pace, once for each way in which its results may be found by the first collection or the
 * second. Two runs on a node are an interval apart, wherever in a sweep it is asked: the whole wait for a run grows with that. What the app, its queue and
 * storage add stays as it was measured. Pure.
 */
export function atPace(detected: Detected, here: Pace, there: Pace): number[] {
  const { sweep, start, run, poll, confirmation, assessment } = detected;
  const wait = ((sweep + start) * there.interval) / here.interval;
  // A result is read as long after it is first asked for as here.
  const later = there.collect - here.collect;
  const runs = detected.again ? 2 : 1;
  const rest = run + poll + confirmation + assessment + runs * later;
  return Array.from({ length: 10 ** runs }, (_, n) => {
    const late = [...String(n).padStart(runs, '0')].filter((digit) => Number(digit) < LATE_OF_TEN).length;
    return wait + rest + late * there.collectAgain;
  });
}

/** The 95th percentile at another pace, every fault with the same weight. Pure. */
export function p95AtPace(all: readonly Detected[], here: Pace, there: Pace): number {
  const copies = all.flatMap((each) => {
    const ways = atPace(each, here, there);
    return Array.from({ length: 100 / ways.length }, () => ways).flat();
  });
  return percentile(copies, 0.95);
}

/** Lays out what each stage adds, in the median and at the 95th percentile: these do not add up, each is of other faults. Pure. */
export function layOutStages(all: readonly Detected[]): string {
  const groups = [all.filter(({ fault }) => fault === 'node'), all.filter(({ fault }) => fault === 'cluster'), all];
  const row = (name: string, value: (each: Detected) => number) => [
    name,
    ...groups.flatMap((group) => [0.5, 0.95].map((share) => percentile(group.map(value), share).toFixed(1))),
  ];
  const stages = Object.entries(stageNames) as [keyof Stages, string][];
  const rows = [
    ['seconds until', ...['nodes', 'clusters', 'all'].flatMap((name) => [`${name} p50`, 'p95'])],
    ...stages.filter(([stage]) => stage !== 'event').map(([stage, name]) => row(name, (each) => each[stage])),
    row('= fault to state', untilState),
    row(stageNames.event, ({ event }) => event),
    row('= fault to event', (each) => untilState(each) + each.event),
  ];
  return rows.map(([name, ...cells]) => name!.padEnd(26) + cells.map((cell) => cell.padStart(13)).join('')).join('\n');
}
