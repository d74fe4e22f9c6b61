import * as z from '../zod.ts';

/** What people are told of a condition, in the words of an alert. None of them is empty. */
export const words = z.object({
  /** The subject of a mail: who, how many, since when and why. */
  subject: z.string(),
  what: z.string(),
  /** How many of how many, such as `9 of 9`. */
  counts: z.string(),
  /** Since when, ISO 8601 UTC. */
  since: z.string(),
  why: z.string(),
  /** What changed before, and who changed it. */
  changed: z.string(),
});
export type Words = z.output<typeof words>;

/** The words for one condition: they change until they are settled, and then stay as long as it stands, since an alert with other words is another alert. */
export const frozenWords = z.extend(words, {
  /** Names the condition: one that ends and begins anew has new words. */
  of: z.string(),
  /** When there were the first words for it. */
  first: z.string(),
  settled: z.boolean(),
});
export type FrozenWords = z.output<typeof frozenWords>;

const LONGEST_HOLD_MS = 60_000;

/**
 * How long words wait until they are settled, in milliseconds: by then a search for causes has usually answered, and it is known whether a cluster is one
 * of many.
 */
export function holdMs(intervalMs: number): number {
  return Math.min(LONGEST_HOLD_MS, intervalMs / 3);
}

/**
 * The words for a condition as they become, with what is known of it now. Pure.
 *
 * @param hold - how long they wait until they are settled, in milliseconds; infinite while nobody is to be notified.
 */
export function settleWords(before: FrozenWords | undefined, of: string, now: Words, time: Date, hold: number): FrozenWords {
  const same = before?.of === of ? before : undefined;
  if (same?.settled) return same;
  const first = same?.first ?? time.toISOString();
  return { ...now, of, first, settled: time.getTime() - Date.parse(first) >= hold };
}

/** So many times as long the words of an incident wait that still grows, and so much of that time they wait for the next cluster. */
const GROWING = { most: 3, quiet: 1 / 3 };

/**
 * When the words of an incident settle, in milliseconds since 1970: once it has not grown for a while, since a large fleet is found to fail bit by bit.
 *
 * @param first - when there were the first words for it.
 * @param grownAt - when a cluster joined it last.
 */
export function settlesAt(first: string, grownAt: string, hold: number): number {
  const begun = Date.parse(first);
  return Math.min(begun + GROWING.most * hold, Math.max(begun + hold, Date.parse(grownAt) + GROWING.quiet * hold));
}

const LONGEST_GATHERING_MS = 10_000;

/** For how long the first event of an incident gathers clusters, in milliseconds: those that fail together are found within moments. */
export function gatheringMs(intervalMs: number): number {
  return Math.min(LONGEST_GATHERING_MS, intervalMs / 30);
}

/** When the first of some words are to be settled; undefined where all are. */
export function nextSettling(all: readonly FrozenWords[], hold: number): Date | undefined {
  const due = all.filter(({ settled }) => !settled).map(({ first }) => Date.parse(first) + hold);
  return due.length === 0 ? undefined : new Date(Math.min(...due));
}
