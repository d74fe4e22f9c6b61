import { median } from './median.ts';
import type { Requirement } from './required.ts';

/** A host after one of many sweeps. */
export interface SteadySample {
  /** Counted from 1. */
  sweep: number;
  /** Whether it was looked at before the next sweep was due: else what that has begun is in the counts. */
  inTime: boolean;
  /** From the moment at which the sweep was due until it was completed. */
  seconds: number;
  /** In the median since the sweep before. */
  residentMegabytes: number;
  /** Files and connections that are open. */
  descriptors: number;
  /** Messages in the queue, those that are not due yet included. */
  queued: number;
  /** CPU time since the sweep before. */
  cpuMs: number;
  /** Rows by the kind of their table. */
  rows: Record<string, number>;
}

/** Tables that each sweep adds to, until their rows are too old. */
const HISTORY = ['results of days', 'sweeps', 'sweeps of months'];
const FLAT_WITHIN = 1.1;
/** A slice that is late, and is sent again, leaves a row that says so. */
const SAME_WITHIN = 0.02;
/** On a busy machine some sweeps are not over in time. */
const LEAST_IN_TIME = 0.75;

/** Samples that were taken in time after the first tenth, in three parts of the same length. The rest of a division is left out too. Pure. */
export function thirdsOf(samples: readonly SteadySample[]): SteadySample[][] {
  const settled = samples.filter(({ sweep, inTime }) => inTime && sweep > samples.length / 10);
  const length = Math.floor(settled.length / 3);
  const counted = settled.slice(settled.length - 3 * length);
  return [0, 1, 2].map((nth) => counted.slice(nth * length, (nth + 1) * length));
}

const kindsOf = (samples: readonly SteadySample[]) => [...new Set(samples.flatMap(({ rows }) => Object.keys(rows)))].sort();

/** By how many rows tables of a kind grew with each sweep. */
function growthOf(samples: readonly SteadySample[], kind: string): number[] {
  return samples.slice(1).map(({ sweep, rows }, n) => {
    const before = samples[n]!;
    return ((rows[kind] ?? 0) - (before.rows[kind] ?? 0)) / (sweep - before.sweep);
  });
}

/** Checks what must not grow from sweep to sweep. Pure. */
export function judgeSteady(samples: readonly SteadySample[], nodes: number): Requirement[] {
  const thirds = thirdsOf(samples);
  const [first, , last] = thirds as [SteadySample[], SteadySample[], SteadySample[]];
  const counted = thirds.flat();
  const medians = thirds.map((third) => median(third.map(({ residentMegabytes }) => residentMegabytes)));
  const spread = Math.max(...medians) / Math.min(...medians);
  const inTime = samples.filter((each) => each.inTime).length;
  const noGrowth = (figure: 'descriptors' | 'queued', what: string): Requirement => {
    const most = Math.max(...first.map((each) => each[figure]));
    const end = median(last.map((each) => each[figure]));
    const sentence = `expected ${what} not to grow beyond the ${most} of the first third, got ${end} in the median of the last`;
    return { figure, required: `≤ ${most}`, holds: end <= most, sentence };
  };
  const ofTable = (kind: string): Requirement => {
    const growth = growthOf(counted, kind);
    const isHistory = HISTORY.includes(kind);
    const by = isHistory ? (kind === 'results of days' ? nodes : median(growth)) : 0;
    const what = isHistory ? `to grow by ${by} rows with each sweep` : 'not to grow';
    return {
      figure: `rows of ${kind}`,
      required: isHistory ? `+ ${by} each` : 'the same',
      holds: (by > 0 || !isHistory) && growth.every((each) => Math.abs(each - by) <= by * SAME_WITHIN),
      sentence: `expected ${kind} ${what}, got ${[...new Set(growth)].join(', ')} more`,
    };
  };
  return [
    {
      figure: 'inTime',
      required: '≥ 75 %',
      holds: inTime >= samples.length * LEAST_IN_TIME,
      sentence: `expected three quarters of the sweeps to be over before the next, so that they can be compared, got ${inTime} of ${samples.length}`,
    },
    {
      figure: 'residentMegabytes',
      required: '≤ 10 % apart',
      holds: spread <= FLAT_WITHIN,
      sentence: `expected resident memory to be flat within 10 %, got ${medians.map(Math.round).join(', ')} MB in the thirds`,
    },
    noGrowth('descriptors', 'open descriptors'),
    noGrowth('queued', 'the queue'),
    ...kindsOf(samples).map(ofTable),
  ];
}

/** Lays the thirds out as a table: medians, and rows at the end of each. Pure. */
export function layOutSteady(samples: readonly SteadySample[], requirements: readonly Requirement[]): string {
  const thirds = thirdsOf(samples);
  const row = (figure: string, key: string, cell: (third: SteadySample[]) => string) => {
    const requirement = requirements.find((known) => known.figure === key);
    const verdict = requirement === undefined ? '' : requirement.holds ? 'ok' : 'NO';
    return [figure, ...thirds.map(cell), requirement?.required ?? '', verdict];
  };
  const medianOf = (figure: Exclude<keyof SteadySample, 'rows' | 'inTime'>, name: string, digits = 0) =>
    row(name, figure, (third) => median(third.map((each) => each[figure])).toFixed(digits));
  const rows = [
    ['', 'first third', 'second', 'last third', 'required', ''],
    row('sweeps', 'inTime', (third) => String(third.length)),
    medianOf('seconds', 'seconds of a sweep', 1),
    medianOf('residentMegabytes', 'resident memory, MB'),
    medianOf('descriptors', 'open descriptors'),
    medianOf('queued', 'messages in the queue'),
    medianOf('cpuMs', 'CPU time of a sweep, ms'),
    ...kindsOf(samples).map((kind) => row(`rows of ${kind}`, `rows of ${kind}`, (third) => String(third.at(-1)!.rows[kind] ?? 0))),
  ];
  return rows.map(([figure, ...cells]) => (figure!.padEnd(26) + cells.map((cell) => cell.padStart(14)).join('')).trimEnd()).join('\n');
}
