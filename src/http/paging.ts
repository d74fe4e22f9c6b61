import { HttpProblem } from './problem.ts';
import type { RouteRequest } from './routes.ts';

const DEFAULT_LIMIT = 200;
const MOST = 1000;

/** A list as every route gives it. */
export interface Page<T> {
  items: T[];
  /** Opaque; give it as `cursor` to read on. */
  next: string | null;
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > MOST)
    throw new HttpProblem(400, 'bad-limit', `expected limit to be a whole number from 1 to ${MOST}, got "${text.slice(0, 40)}"`);
  return Number(text);
}

function readCursor(text: string | null): number {
  if (text === null) return 0;
  const offset = /^o(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString());
  if (offset === null)
    throw new HttpProblem(400, 'bad-cursor', 'expected cursor to be the "next" of an earlier answer; leave it out to begin at the start');
  return Number(offset[1]);
}

/** Cuts one page out of a sorted list. */
export function pageOf<T>(sorted: readonly T[], { query }: RouteRequest): Page<T> {
  const from = readCursor(query.get('cursor'));
  const to = from + readLimit(query.get('limit'));
  return { items: sorted.slice(from, to), next: to < sorted.length ? Buffer.from(`o${to}`).toString('base64url') : null };
}
