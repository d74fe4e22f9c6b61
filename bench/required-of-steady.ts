import type { Requirement } from './required.ts';

/** A host after one of many sweeps. */
export interface SteadySample {
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

/** The value in the middle; of an even number, the upper one. Pure. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Samples after the first tenth, in three parts of the same length. The rest of a division is left out with the first tenth. Pure. */
export function thirdsOf(samples: readonly SteadySample[]): SteadySample[][] {
  const length = Math.floor((samples.length - Math.ceil(samples.length / 10)) / 3);
  const counted = samples.slice(samples.length - 3 * length);
  return [0, 1, 2].map((nth) => counted.slice(nth * length, (nth + 1) * length));
}

const kindsOf = (samples: readonly SteadySample[]) => [...new Set(samples.flatMap(({ rows }) => Object.keys(rows)))].sort();

/** By how many rows tables of a kind grew from each sweep to the next, each number once. */
function growthOf(samples: readonly SteadySample[], kind: string): number[] {
  return [...new Set(samples.slice(1).map(({ rows }, n) => (rows[kind] ?? 0) - (samples[n]!.rows[kind] ?? 0)))];
}

/** Checks what must not grow from sweep to sweep. Pure. */
export function judgeSteady(samples: readonly SteadySample[], nodes: number, intervalSeconds: number): Requirement[] {
  const thirds = thirdsOf(samples);
  const [first, , last] = thirds as [SteadySample[], SteadySample[], SteadySample[]];
  const counted = thirds.flat();
  const medians = thirds.map((third) => median(third.map(({ residentMegabytes }) => residentMegabytes)));
  const spread = Math.max(...medians) / Math.min(...medians);
  const slowest = Math.max(...samples.map(({ seconds }) => seconds));
  const noGrowth = (figure: 'descriptors' | 'queued', what: string): Requirement => {
    const most = Math.max(...first.map((each) => each[figure]));
    const end = median(last.map((each) => each[figure]));
    const sentence = `expected ${what} not to grow beyond the ${most} of the first third, got ${end} in the median of the last`;
    return { figure, required: `≤ ${most}`, holds: end <= most, sentence };
  };
  const ofTable = (kind: string): Requirement => {
    const growth = growthOf(counted, kind);
    const isHistory = HISTORY.includes(kind);
    const [by] = growth;
    const expected = !isHistory ? by === 0 : kind === 'results of days' ? by === nodes : by! > 0;
    const what = isHistory ? `to grow by ${kind === 'results of days' ? nodes : 'as many'} rows with each sweep` : 'not to grow';
    return {
      figure: `rows of ${kind}`,
      required: isHistory ? `+ ${by} each` : 'the same',
      holds: growth.length === 1 && expected,
      sentence: `expected ${kind} ${what}, got ${growth.join(', ')} more`,
    };
  };
  return [
    {
      figure: 'seconds',
      required: `< ${intervalSeconds}`,
      holds: slowest < intervalSeconds,
      sentence: `expected each sweep to be completed before the next, got ${slowest.toFixed(1)} s`,
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
  const medianOf = (figure: Exclude<keyof SteadySample, 'rows'>, name: string, digits = 0) =>
    row(name, figure, (third) => median(third.map((each) => each[figure])).toFixed(digits));
  const rows = [
    ['', 'first third', 'second', 'last third', 'required', ''],
    medianOf('seconds', 'seconds of a sweep', 1),
    medianOf('residentMegabytes', 'resident memory, MB'),
    medianOf('descriptors', 'open descriptors'),
    medianOf('queued', 'messages in the queue'),
    medianOf('cpuMs', 'CPU time of a sweep, ms'),
    ...kindsOf(samples).map((kind) => row(`rows of ${kind}`, `rows of ${kind}`, (third) => String(third.at(-1)!.rows[kind] ?? 0))),
  ];
  return rows.map(([figure, ...cells]) => (figure!.padEnd(26) + cells.map((cell) => cell.padStart(14)).join('')).trimEnd()).join('\n');
}
