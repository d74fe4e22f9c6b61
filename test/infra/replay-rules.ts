import { type AlertRule, evaluateRule, type Found, minutesOf, subjectOf } from './alert-rules.ts';
import type { Row } from './kql-expressions.ts';

const MINUTE = 60_000;
/** Alerts that a stateful rule raises in one evaluation; Azure drops what is above. */
const MOST_AT_ONCE = 300;

/** Something that people are told. */
export interface Notice {
  at: Date;
  /** Whom: those who are woken, or those who read it in the morning. */
  to: 'page' | 'ticket';
  rule: string;
  condition: 'Fired' | 'Resolved';
  subject: string;
  found: Found;
}

/** When a workspace shows its rows, and for how long it is watched. */
export interface Watch {
  from: Date;
  to: Date;
  /** Minutes from when something happens until its row can be found. */
  lateMinutes?: number;
}

/** Minutes for which a condition must not be met until its alert is resolved, as Azure documents them. */
function resolvesAfter(frequency: number): number {
  if (frequency < 5) return 10;
  return frequency <= 15 ? 3 * frequency : 2 * frequency;
}

/** What a rule finds at a moment; asked again only where rows have come into its window or left it. */
function finder(rule: AlertRule, tables: ReadonlyMap<string, readonly Row[]>, lateMinutes: number): (now: Date) => Found[] {
  const times = [...tables.values()].flat().map(({ TimeGenerated }) => Date.parse(String(TimeGenerated)));
  const window = minutesOf(rule.timing.window) * MINUTE;
  let before = '';
  let found: Found[] = [];
  return (now) => {
    const visible = (time: number) => time + lateMinutes * MINUTE <= now.getTime();
    const key = [times.filter(visible).length, times.filter((time) => time <= now.getTime() - window).length].join();
    if (key !== before) {
      const shown = [...tables].map(
        ([name, rows]) => [name, rows.filter((row) => visible(Date.parse(String(row.TimeGenerated))))] as const,
      );
      found = evaluateRule(rule, new Map(shown), now);
    }
    before = key;
    return found;
  };
}

/** Replays one rule at its own frequency: an alert fires once for each target and combination of dimensions, and is resolved when it was not found for long enough. */
function replayRule(rule: AlertRule, tables: ReadonlyMap<string, readonly Row[]>, { from, to, lateMinutes = 0 }: Watch): Notice[] {
  const frequency = minutesOf(rule.timing.frequency);
  const find = finder(rule, tables, lateMinutes);
  const standing = new Map<string, { found: Found; lastFound: number }>();
  const notices: Notice[] = [];
  for (let time = from.getTime(); time <= to.getTime(); time += frequency * MINUTE) {
    const now = new Date(time);
    const about = { at: now, to: rule.severity <= 1 ? 'page' : 'ticket', rule: rule.name } as const;
    const found = find(now);
    if (found.length > MOST_AT_ONCE)
      throw new Error(
        `expected at most ${MOST_AT_ONCE} alerts of ${rule.name} at ${now.toISOString()}, came ${found.length}: Azure drops the others`,
      );
    for (const each of found) {
      const key = JSON.stringify([each.target, each.dimensions]);
      if (!standing.has(key)) notices.push({ ...about, condition: 'Fired', subject: subjectOf(rule, each, 'Fired'), found: each });
      standing.set(key, { found: each, lastFound: time });
    }
    for (const [key, { found: each, lastFound }] of standing) {
      if (time - lastFound < resolvesAfter(frequency) * MINUTE) continue;
      notices.push({ ...about, condition: 'Resolved', subject: subjectOf(rule, each, 'Resolved'), found: each });
      standing.delete(key);
    }
  }
  return notices;
}

/**
 * Replays telemetry through rules as Azure Monitor evaluates them, minute by minute.
 *
 * @returns everything that people are told, in the order of time.
 */
export const replayRules = (rules: readonly AlertRule[], tables: ReadonlyMap<string, readonly Row[]>, watch: Watch): Notice[] =>
  rules.flatMap((rule) => replayRule(rule, tables, watch)).sort((a, b) => a.at.getTime() - b.at.getTime());
