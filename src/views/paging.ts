import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { Problem } from '../model/problem.ts';

/** Items of a page, unless a caller asks for another number. */
export const DEFAULT_LIMIT = 50;
/** The most that a caller may ask for. */
export const MOST_LIMIT = 1000;
/** Azure Functions take URLs of 4 KB: a cursor leaves room for the rest of it. */
const LONGEST_CURSOR = 2800;
const LONGEST_CONTENT = 200_000;
/** Packing costs more than all else about a short cursor. */
const LONGEST_PLAIN = 300;

/** A list as every route gives it. */
export interface Page<T> {
  items: T[];
  /** Opaque; give it as `cursor` to read on. */
  next: string | null;
}

/** What of a request says which page of a list is asked for. */
export interface PageRequest {
  query: { get(name: string): string | null };
}

/** The schema of a list of such items, as it comes page by page. */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('Give it as cursor to read on; null at the end.') });

/** Writes where a list goes on, as text that needs no escaping in a URL. */
export function writeCursor(list: string, place: unknown): string {
  const text = JSON.stringify([list, place]);
  return text.length <= LONGEST_PLAIN ? `p${Buffer.from(text).toString('base64url')}` : `d${deflateRawSync(text).toString('base64url')}`;
}

/** Whether a cursor is short enough to be given out. */
export function isShort(cursor: string): boolean {
  return cursor.length <= LONGEST_CURSOR;
}

function decode(text: string): unknown {
  try {
    const content = Buffer.from(text.slice(1), 'base64url');
    return JSON.parse((text.startsWith('d') ? inflateRawSync(content, { maxOutputLength: LONGEST_CONTENT }) : content).toString());
  } catch {
    return undefined;
  }
}

/**
 * Reads which page is asked for.
 *
 * @param list - the list's own name: a cursor of another list is refused.
 * @param place - the schema of where it goes on.
 * @throws Problem where the cursor was not given out by this list.
 */
export function readPage<S extends z.ZodType>(
  { query }: PageRequest,
  list: string,
  place: S,
): { limit: number; from: z.output<S> | undefined } {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const text = query.get('cursor');
  if (text === null) return { limit, from: undefined };
  const decoded = z.tuple([z.literal(list), z.unknown()]).safeParse(decode(text));
  const parsed = place.safeParse(decoded.data?.[1]);
  // Written again it must be the same: what decodes by chance was not given by us.
  if (!decoded.success || !parsed.success || writeCursor(list, parsed.data) !== text)
    throw new Problem('bad-cursor', 'expected cursor to be the "next" of an earlier answer; leave it out to begin at the start');
  return { limit, from: parsed.data };
}

/**
 * Cuts a page out of a sorted list. The cursor holds the place of the last item rather than a number, so that items may come and go.
 *
 * @param placeOf - where an item stands: texts and numbers, compared one after the other.
 */
export function cutPage<T>(
  list: string,
  sorted: readonly T[],
  { limit, from }: { limit: number; from: readonly (string | number)[] | undefined },
  placeOf: (item: T) => readonly (string | number)[],
): Page<T> {
  const rest = from === undefined ? sorted : sorted.filter((item) => comparePlaces(placeOf(item), from) > 0);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > limit ? writeCursor(list, placeOf(items.at(-1)!)) : null };
}

/** Compares places, as sorting does. */
export function comparePlaces(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [position, part] of a.entries()) {
    const other = b[position]!;
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
