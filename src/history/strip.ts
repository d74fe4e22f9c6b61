import type { ProbeResult } from '../model/node-state.ts';

/** What one sweep came to for a node: reachable, reached and not served, unreachable, unknown, not probed. */
export type StripCode = 'o' | 'd' | 'x' | 'u' | 'n';

/** So many equal sweeps in a row. */
export interface StripRun {
  code: StripCode;
  sweeps: number;
}

/** The number of sweeps that a strip shows. */
export const STRIP_SWEEPS = 50;

/** Two results nearer than this share of an interval belong to one sweep: a confirmation comes soon after what it confirms. */
const SAME_SWEEP = 0.5;

/** A result may come by so much of an interval later than a whole number of them without a sweep having been missed. */
const JITTER = 0.25;

const CODES = 'odxun';
const isDigit = (character: string) => character >= '0' && character <= '9';

/** Reads a strip, oldest first: `o40x3`, a letter without a number counting once. What cannot be read is left out. Called for each fold, so without patterns. */
export function readStrip(strip: string | undefined): StripRun[] {
  const runs: StripRun[] = [];
  if (strip === undefined) return runs;
  for (let at = 0; at < strip.length; ) {
    const code = strip[at]!;
    let end = at + 1;
    while (end < strip.length && isDigit(strip[end]!)) end += 1;
    if (CODES.includes(code)) runs.push({ code: code as StripCode, sweeps: Math.min(STRIP_SWEEPS, Number(strip.slice(at + 1, end) || 1)) });
    at = end;
  }
  return runs;
}

const writeStrip = (runs: readonly StripRun[]) => runs.map(({ code, sweeps }) => `${code}${sweeps > 1 ? sweeps : ''}`).join('');

/** The newest sweeps of some runs, oldest first, with equal neighbours joined. */
export function newestRuns<Run extends { sweeps: number }>(runs: readonly Run[], isSame: (a: Run, b: Run) => boolean): Run[] {
  const kept: Run[] = [];
  let left = STRIP_SWEEPS;
  for (let at = runs.length - 1; at >= 0 && left > 0; at -= 1) {
    const run = runs[at]!;
    const sweeps = Math.min(left, run.sweeps);
    if (sweeps <= 0) continue;
    left -= sweeps;
    const last = kept.at(-1);
    if (last !== undefined && isSame(last, run)) last.sweeps += sweeps;
    else kept.push({ ...run, sweeps });
  }
  return kept.reverse();
}

const newest = (runs: readonly StripRun[]) => newestRuns(runs, (a, b) => a.code === b.code);

/** Takes back the newest sweep. */
function withoutLast(runs: readonly StripRun[]): StripRun[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  return last.sweeps > 1 ? [...runs.slice(0, -1), { ...last, sweeps: last.sweeps - 1 }] : runs.slice(0, -1);
}

/** How many sweeps went by between two results without the second's: 0 for the next sweep, -1 for the same. */
function sweepsBetween(from: string, to: string, intervalMs: number): number {
  const intervals = (Date.parse(to) - Date.parse(from)) / intervalMs;
  if (!(intervals >= SAME_SWEEP)) return -1;
  return Math.min(STRIP_SWEEPS, Math.max(0, Math.floor(intervals + JITTER) - 1));
}

const codeOf = ({ verdict, served }: Pick<ProbeResult, 'verdict' | 'served'>): StripCode =>
  verdict === 'unreachable' ? 'x' : verdict === 'unknown' ? 'u' : served?.ok === false ? 'd' : 'o';

const MOST_REMEMBERED = 1000;
const remembered = new Map<string, string>();

/** Adds a sweep after those that were missed, -1 for the same one again. A fold replays the results of before, so that the same is asked again and again. */
function extend(strip: string, missed: number, code: StripCode): string {
  const key = `${strip} ${missed} ${code}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const runs = readStrip(strip);
  const before = missed < 0 ? withoutLast(runs) : [...runs, { code: 'n' as const, sweeps: missed }];
  const extended = writeStrip(newest([...before, { code, sweeps: 1 }]));
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, extended);
  return extended;
}

/**
 * Adds a result to the strip of its node. A second result of the same sweep takes the place of the first; sweeps in between count as not probed. Pure.
 *
 * @param previousAt - when the result before it began; undefined for the first.
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function addToStrip(
  strip: string | undefined,
  result: Pick<ProbeResult, 'verdict' | 'served' | 'at'>,
  previousAt: string | undefined,
  intervalMs: number,
): string {
  const missed = previousAt === undefined ? 0 : sweepsBetween(previousAt, result.at, intervalMs);
  return extend(strip ?? '', missed, codeOf(result));
}

/** The strip of a node until now: the sweeps since its latest result, beyond the one that may be running, count as not probed. Pure. */
export function stripUntil(strip: string | undefined, latestAt: string | undefined, now: Date, intervalMs: number): StripRun[] {
  const missed = latestAt === undefined ? 0 : Math.max(0, sweepsBetween(latestAt, now.toISOString(), intervalMs) - 1);
  return newest([...readStrip(strip), { code: 'n', sweeps: missed }]);
}
