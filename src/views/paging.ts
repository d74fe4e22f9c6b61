import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Problem } from '../model/problem.ts';
import * as z from '../zod.ts';

/** The number of items on a page, unless a caller gives `limit`. */
export const DEFAULT_LIMIT = 50;
/** The highest `limit` that a caller may give. */
export const MOST_LIMIT = 1000;
/** Azure Functions accepts URLs of up to 4 KB, so a cursor must leave room for the rest. */
const LONGEST_CURSOR = 2800;
const LONGEST_CONTENT = 200_000;
/** A cursor up to this length is not compressed, since that would take more time than it saves. */
const LONGEST_PLAIN = 300;

/** One page of a list, as every route returns it. */
export interface Page<T> {
  items: T[];
  /** Opaque; passed as `cursor` it returns the next page. */
  next: string | null;
}

/** The part of a request that selects a page of a list. */
export interface PageRequest {
  query: { get(name: string): string | null };
}

/** The schema of a page of items. */
export const listOf = <S extends z.ZodMiniType>(item: S) =>
  z.object({
    items: z.array(item),
    next: z.described(z.nullable(z.string()), 'Pass it as cursor for the next page; null on the last page.'),
  });

/** Writes the position after which a list continues, as a text that needs no escaping in a URL. */
export function writeCursor(list: string, place: unknown): string {
  const text = JSON.stringify([list, place]);
  return text.length <= LONGEST_PLAIN ? `p${Buffer.from(text).toString('base64url')}` : `d${deflateRawSync(text).toString('base64url')}`;
}

/** Whether a cursor is short enough for a URL. */
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
 * Reads which page a request selects.
 *
 * @param list - the name of the list: a cursor of another list is refused.
 * @param place - the schema of the position in the cursor.
 * @throws Problem if the cursor is not from this list.
 */
export function readPage<S extends z.ZodMiniType>(
  { query }: PageRequest,
  list: string,
  place: S,
): { limit: number; from: z.output<S> | undefined } {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const text = query.get('cursor');
  if (text === null) return { limit, from: undefined };
  const decoded = z.tuple([z.literal(list), z.unknown()]).safeParse(decode(text));
  const parsed = place.safeParse(decoded.data?.[1]);
  // Written again, it must be the same text: another text may decode by chance but is not from this list.
  if (!decoded.success || !parsed.success || writeCursor(list, parsed.data) !== text)
    throw new Problem('bad-cursor', 'expected cursor to be the "next" of an earlier answer; leave it out to begin at the start');
  return { limit, from: parsed.data };
}

/**
 * Cuts one page from a sorted list. The cursor holds the position of the last item rather than a number, so that items may be added or removed.
 *
 * @param placeOf - the position of an item: texts and numbers, compared one after the other.
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

/** Compares two positions, for sorting. */
export function comparePlaces(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [position, part] of a.entries()) {
    const other = b[position]!;
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
