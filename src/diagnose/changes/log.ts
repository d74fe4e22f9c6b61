import * as z from '../../zod.ts';
import type { Unread } from '../evaluate/configuration.ts';

const SHARED_MS = 300_000;

/** What a change log says, and why that may not be all. */
export interface Log<Entry> {
  entries: Entry[];
  unread?: Unread;
}

/** A time that can be read; an entry without one is left out. */
export const timeText = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));

/** A span of time, widened to whole five minutes: searches that begin within minutes ask alike, and share the answer. */
export function sharedSpan(from: Date, until: Date): [from: string, until: string] {
  const at = (ms: number) => new Date(ms).toISOString();
  return [at(Math.floor(from.getTime() / SHARED_MS) * SHARED_MS), at(Math.ceil(until.getTime() / SHARED_MS) * SHARED_MS)];
}
