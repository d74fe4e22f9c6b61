const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** The longest that a cluster may be in maintenance without a break: nobody silences one for ever. */
export const LONGEST_MAINTENANCE_MS = WEEK_MS;

/** A time [from, until) in milliseconds since 1970. */
export interface Stretch {
  from: number;
  until: number;
}

/** A window that comes once, or each week at a time of it, both in UTC; `start` is counted from Sunday, 00:00. */
export type MaintenanceRule = ({ kind: 'once' } & Stretch) | { kind: 'weekly'; start: number; length: number };

// 1 January 1970 was a Thursday: the week of that day began four days before.
const sundayOf = (time: number) => Math.floor((time + 4 * DAY_MS) / WEEK_MS) * WEEK_MS - 4 * DAY_MS;

function* occurrences(rule: MaintenanceRule, { from, until }: Stretch): Generator<Stretch> {
  if (rule.kind === 'once') return yield { from: rule.from, until: rule.until };
  for (let sunday = sundayOf(from) - WEEK_MS; sunday < until; sunday += WEEK_MS)
    yield { from: sunday + rule.start, until: sunday + rule.start + rule.length };
}

/**
 * The stretches of maintenance that overlap a time, oldest first; windows that overlap or touch are one. Pure.
 *
 * @param range - its ends do not cut a stretch, but windows a day and more beyond them are not joined to it.
 */
export function stretchesIn(rules: readonly MaintenanceRule[], range: Stretch): Stretch[] {
  const wide = { from: range.from - DAY_MS, until: range.until + DAY_MS };
  const all = rules
    .flatMap((rule) => [...occurrences(rule, wide)])
    .filter(({ from, until }) => from < until && from <= wide.until && until >= wide.from)
    .sort((a, b) => a.from - b.from);
  const merged: Stretch[] = [];
  for (const each of all) {
    const last = merged.at(-1);
    if (last !== undefined && each.from <= last.until) last.until = Math.max(last.until, each.until);
    else merged.push({ ...each });
  }
  return merged.filter(({ from, until }) => from < range.until && until > range.from);
}

/** The stretch of maintenance that a moment lies in, in milliseconds since 1970; undefined where it lies in none. Pure. */
export function stretchAt(rules: readonly MaintenanceRule[], time: number): Stretch | undefined {
  return stretchesIn(rules, { from: time, until: time + 1 })[0];
}

/** The next stretch that begins after a moment, within so many milliseconds. Pure. */
export function nextStretch(rules: readonly MaintenanceRule[], time: number, withinMs: number): Stretch | undefined {
  return stretchesIn(rules, { from: time, until: time + withinMs }).find(({ from }) => from > time);
}
