import { collectAfter, learnDelay } from '../src/model/run-times.ts';
import type { Requirement } from './required.ts';

/** What the results of runs cost, and when they are there. */
export interface Timing {
  pollsPerProbe: number;
  /** Seconds from the start of a run until its result is read, in the median. */
  medianSeconds: number;
  /** The delay of first collections at the end. */
  delay: number;
}

/** Both ways to time first collections, over the same runs. */
export interface TimingFigures {
  fixed: Timing;
  learned: Timing;
}

const SETTINGS = { FIRST_COLLECT_SECONDS: 25, PROBE_DEADLINE_SECONDS: 150 };
const COLLECT_AGAIN_SECONDS = 10;
/** A queue delivers up to so many seconds after a message is due. */
const LATEST_DELIVERY = 2;
const NODES_PER_SLICE = 100;
const SLICES_PER_SAMPLE = 3;
/** Slices until what is learned has settled: three sweeps of 1,000 nodes. */
const WARM_UP = 30;

/** A generator of numbers in [0, 1) that gives the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Collects a slice whose runs take so long, and returns for each run its polls and when its result was read, and how many the first collection found. */
function collect(durations: readonly number[], delay: number, random: () => number) {
  let time = delay + random() * LATEST_DELIVERY;
  let open = durations.map((duration) => ({ duration, polls: 0 }));
  const read: { polls: number; seconds: number }[] = [];
  let done: number | undefined;
  while (open.length > 0) {
    for (const run of open) run.polls += 1;
    const ended = open.filter(({ duration }) => duration <= time);
    read.push(...ended.map(({ polls }) => ({ polls, seconds: time })));
    done ??= ended.length;
    open = open.filter(({ duration }) => duration > time);
    time += COLLECT_AGAIN_SECONDS + random() * LATEST_DELIVERY;
  }
  return { read, done: done ?? 0 };
}

/**
 * Compares first collections after the fixed delay with those after the learned one, for the same runs. The clock is not that of the machine: it is the
 * very function with which the app learns, and a model of the queue.
 *
 * @param duration - draws how long a run takes, in seconds.
 */
export function compareTiming(slices: number, seed: number, duration: (random: () => number) => number): TimingFigures {
  const time = (learns: boolean): Timing => {
    const random = seeded(seed);
    let delay = collectAfter(SETTINGS, undefined);
    let sample = { done: 0, of: 0 };
    const all: { polls: number; seconds: number }[] = [];
    for (let n = 0; n < slices + WARM_UP; n++) {
      const durations = Array.from({ length: NODES_PER_SLICE }, () => duration(random));
      const { read, done } = collect(durations, delay, seeded(seed + n));
      if (n >= WARM_UP) all.push(...read);
      sample = { done: sample.done + done, of: sample.of + NODES_PER_SLICE };
      if (!learns || (n + 1) % SLICES_PER_SAMPLE !== 0) continue;
      delay = collectAfter(SETTINGS, learnDelay(delay, sample));
      sample = { done: 0, of: 0 };
    }
    const seconds = all.map((each) => each.seconds).sort((a, b) => a - b);
    const polls = all.reduce((sum, each) => sum + each.polls, 0);
    return { pollsPerProbe: polls / all.length, medianSeconds: seconds[Math.floor(seconds.length / 2)]!, delay };
  };
  return { fixed: time(false), learned: time(true) };
}

/** Durations as the requirement has them: anything from 15 to 60 s. */
export const anyDuration = (random: () => number) => 15 + random() * 45;

/** Checks what learning saves, and what it costs. Pure. */
export function judgeTiming({ fixed, learned }: TimingFigures): Requirement[] {
  const saved = 1 - learned.pollsPerProbe / fixed.pollsPerProbe;
  const later = learned.medianSeconds - fixed.medianSeconds;
  return [
    {
      figure: 'savedPolls',
      required: '≥ 30 %',
      holds: saved >= 0.3,
      sentence: `expected the learned delay to save at least 30 % of the polls, got ${(saved * 100).toFixed(1)} %`,
    },
    {
      figure: 'laterSeconds',
      required: '≤ 3 s',
      holds: later <= 3,
      sentence: `expected results at most 3 s later in the median, got ${later.toFixed(2)} s`,
    },
  ];
}
