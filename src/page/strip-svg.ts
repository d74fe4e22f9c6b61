import type { SweepRun } from '../history/recent-sweeps.ts';
import { newestRuns, STRIP_SWEEPS } from '../history/strip.ts';
import type { Counts } from '../model/ledger.ts';
import { type Html, html } from './html.ts';
import { many } from './time.ts';

/** How a sweep looks in a strip: its shape tells it apart as well as its colour. */
export type StripLook = 'ok' | 'some' | 'bad' | 'deg' | 'unk' | 'np';

/** So many sweeps in a row that look the same. */
export interface StripPart {
  look: StripLook;
  sweeps: number;
  /** Whether a maintenance or an upgrade was on, which is shown under the strip. */
  planned?: boolean;
}

const STEP = 5;
/** For each look, the lines that it is drawn with: class and height. */
const LINES: Readonly<Record<StripLook, readonly (readonly [string, number])[]>> = {
  ok: [['s-ok', 15.5]],
  some: [
    ['s-ok', 15.5],
    ['s-cap', 7],
  ],
  deg: [
    ['s-ok', 15.5],
    ['s-deg', 7],
  ],
  bad: [['s-bad', 10]],
  unk: [['s-unk', 15.5]],
  np: [['s-np', 19]],
};
const WORDS: Readonly<Record<StripLook, string>> = {
  ok: 'reachable',
  some: 'some nodes failing',
  bad: 'failing',
  deg: 'reached and not served',
  unk: 'unknown',
  np: 'not probed',
};

/** A strip in words, for a screen reader and for text. */
export function stripWords(parts: readonly StripPart[]): string {
  if (parts.length === 0) return 'no sweep yet';
  const total = parts.reduce((sum, { sweeps }) => sum + sweeps, 0);
  const joined: StripPart[] = [];
  for (const part of parts)
    if (joined.at(-1)?.look === part.look) joined[joined.length - 1] = { ...part, sweeps: joined.at(-1)!.sweeps + part.sweeps };
    else joined.push(part);
  const listed = joined.slice(-6).map(({ look, sweeps }) => `${sweeps} ${WORDS[look]}`);
  return `${many(total, 'sweep')}: ${joined.length > 6 ? '…, ' : ''}${listed.join(', then ')}`;
}

/** The newest 50 sweeps, the newest on the right; a run of equal ones is one dashed line, so that a healthy strip takes some bytes only. */
export function stripOf(parts: readonly StripPart[]): Html {
  const total = parts.reduce((sum, { sweeps }) => sum + sweeps, 0);
  const paths = new Map<string, string>();
  let at = (STRIP_SWEEPS - total) * STEP;
  const draw = (name: string, y: number, sweeps: number) => paths.set(name, `${paths.get(name) ?? ''}M${at} ${y}h${sweeps * STEP - 1}`);
  for (const { look, sweeps, planned } of parts) {
    for (const [name, y] of LINES[look]) draw(name, y, sweeps);
    if (planned) draw('s-mt', 22.5, sweeps);
    at += sweeps * STEP;
  }
  const drawn = [...paths].map(([name, d]) => html`<path class="${name}" d="${d}"/>`);
  return html`<svg class="strip" viewBox="0 0 250 24" preserveAspectRatio="none" role="img" aria-label="${stripWords(parts)}">${drawn}</svg>`;
}

const LOOKS = { reachable: 'ok', notServed: 'deg', unreachable: 'bad', unknown: 'unk', notProbed: 'np' } as const;

/** The strip of a node. */
export const nodeParts = (recent: readonly { result: keyof typeof LOOKS; sweeps: number }[]): StripPart[] =>
  recent.map(({ result, sweeps }) => ({ look: LOOKS[result], sweeps }));

/** Nodes by what was seen of them. */
type Seen = Pick<Counts, 'reachable' | 'notServed' | 'unreachable' | 'unknown'>;

/** What a sweep of a cluster looks like: failing where at least half of the nodes that gave a verdict fail. */
function lookOf({ reachable, notServed, unreachable, unknown }: Seen): StripLook {
  const conclusive = reachable + unreachable;
  if (unreachable > 0) return unreachable * 2 >= conclusive ? 'bad' : 'some';
  if (unknown > 0 && unknown * 2 >= conclusive) return 'unk';
  if (conclusive === 0) return 'np';
  return notServed > 0 ? 'deg' : 'ok';
}

/**
 * The strip of a cluster, which ends with what is known now where that differs from its last sweep: a sweep is recorded when it is complete.
 *
 * @param nodes - the nodes of the cluster by their latest verdicts.
 * @param missed - how many sweeps went by since it was last assessed: nobody knows what they would have seen.
 */
export function clusterParts(recent: readonly SweepRun[], nodes: Seen, missed = 0): StripPart[] {
  const parts = recent.map((run): StripPart => ({ look: lookOf(run), sweeps: run.sweeps, planned: run.upgrading }));
  if (parts.length === 0) return parts;
  if (missed > 0) parts.push({ look: 'unk', sweeps: Math.min(STRIP_SWEEPS, missed) });
  const now = lookOf(nodes);
  if (parts.at(-1)!.look !== now) parts.push({ look: now, sweeps: 1 });
  return newestRuns(parts, (a, b) => a.look === b.look && a.planned === b.planned);
}

/** How many sweeps were due since a cluster was last assessed, beyond the one that may be running. */
export function missedSince(assessedAt: string | null, now: Date, intervalMs: number): number {
  const intervals = (now.getTime() - Date.parse(assessedAt ?? '')) / intervalMs;
  return intervals >= 2 ? Math.floor(intervals) - 1 : 0;
}
