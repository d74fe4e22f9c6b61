import type { Figures } from './measure.ts';

/** A figure and its requirement. */
export interface Requirement {
  figure: string;
  required: string;
  holds: boolean;
  /** The required and the actual value, as a sentence. */
  sentence: string;
}

/** The smaller and the bigger fleet end to end, and the biggest through expansion and pacing. */
export type AllFigures = readonly [small: Figures, big: Figures, biggest: Figures];

const MOST_ARM_REQUESTS = 3.05;
const MOST_STORAGE = 1;
const MOST_GROWTH_END_TO_END = 1.3;
const MOST_GROWTH_EXPANSION = 1.5;
const MOST_TIME_GROWTH = 1.2;
/** By how much what the plan says may differ from what is counted. */
const PLANNED_WITHIN = 0.15;

/** CPU time per node of one fleet to that of another: unlike elapsed time, it leaves out waiting and most of the load of others. Pure. */
export function timeGrowth(small: Figures, big: Figures): number {
  return big.hostCpuMsPerNode / small.hostCpuMsPerNode;
}

/** Checks the figures against their requirements. Pure. */
export function judgeFigures(all: AllFigures): Requirement[] {
  const [small, big, biggest] = all;
  const endToEnd = [small, big];
  const worst = (value: (figures: Figures) => number, of: readonly Figures[] = all) => Math.max(...of.map(value));
  const atMost = (figure: string, value: number, limit: number, what: string, unit = ''): Requirement => ({
    figure,
    required: `≤ ${limit}${unit}`,
    holds: value <= limit,
    sentence: `expected ${what} to be at most ${limit}, got ${Number(value.toFixed(3))}`,
  });
  const none = (figure: string, value: number, what: string): Requirement => ({
    figure,
    required: '0',
    holds: value === 0,
    sentence: `expected no ${what}, got ${value}`,
  });
  // The first sweep over new nodes does more than those that follow, which the plan is about.
  const planned = (figure: 'executions' | 'billedSeconds', what: string): Requirement => {
    const ratio = (each: Figures) => each[figure].planned / each[figure].counted;
    const far = endToEnd.filter((each) => each.isUsual).find((each) => Math.abs(ratio(each) - 1) > PLANNED_WITHIN);
    return {
      figure,
      required: '± 15 %',
      holds: far === undefined,
      sentence:
        far === undefined ? '' : `expected the plan to be within 15 % of the ${what}, ${far[figure].counted}, got ${far[figure].planned}`,
    };
  };
  const growth = (of: Figures) => of.peakMegabytes / small.peakMegabytes;
  return [
    atMost(
      'armRequestsPerProbe',
      worst((each) => each.armRequestsPerProbe),
      MOST_ARM_REQUESTS,
      'ARM requests per probe',
    ),
    atMost(
      'storagePerProbe',
      worst((each) => each.storagePerProbe, endToEnd),
      MOST_STORAGE,
      'storage transactions per probe',
    ),
    atMost('memoryGrowth', growth(big), MOST_GROWTH_END_TO_END, 'peak memory of the bigger fleet to that of the smaller', ' ×'),
    atMost(
      'memoryGrowthOfExpansion',
      growth(biggest),
      MOST_GROWTH_EXPANSION,
      'peak memory of expansion to that of the smaller fleet',
      ' ×',
    ),
    atMost(
      'mostStartsIn10Seconds',
      worst((each) => each.mostStartsIn10Seconds),
      small.allowedIn10Seconds,
      'starts of a region in any 10 s',
    ),
    atMost('timeGrowth', timeGrowth(small, big), MOST_TIME_GROWTH, 'CPU time per node of the bigger fleet to that of the smaller', ' ×'),
    planned('executions', 'executions that were counted'),
    planned('billedSeconds', 'billed seconds that were counted'),
    none(
      'withoutOutcome',
      worst(({ ledger }) => ledger.withoutOutcome),
      'node without an outcome',
    ),
    none(
      'withSeveral',
      worst(({ ledger }) => ledger.withSeveral),
      'node with several outcomes',
    ),
    none(
      'withoutRow',
      worst(({ ledger, nodes }) => ledger.withoutRow + Math.abs(ledger.nodes - nodes)),
      'node without a row, or one too many',
    ),
    none(
      'conflicts',
      worst((each) => each.conflicts),
      'run on a node that had one',
    ),
    none(
      'notReachable',
      worst((each) => each.probes - (each.ledger.byOutcome['reachable/Reachable'] ?? 0)),
      'probe without the verdict reachable',
    ),
  ];
}
