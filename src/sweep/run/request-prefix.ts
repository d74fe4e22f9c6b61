import { newRequestPrefix, requestPrefixOfCheck } from '../../probe/request-id.ts';
import type { Services } from '../../services.ts';
import { isCheckId } from '../../tables/check-rows.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { readRequestPrefix } from '../../tables/sweep-rows.ts';

/** Sweeps whose prefix a process remembers: those that overlap, and a few that are late. */
const REMEMBERED = 8;
const known = new WeakMap<Tables, Map<string, Promise<string>>>();

/**
 * How the IDs of the requests of a run begin: as its sweep says, which is read once in a process. A sweep that says nothing, such as one that an earlier
 * version began, has one that nobody knows.
 *
 * @param sweep - the sweep, or the id of a check.
 */
export async function requestPrefixOf({ tables }: Pick<Services, 'tables'>, sweep: string): Promise<string> {
  if (isCheckId(sweep)) return requestPrefixOfCheck(sweep);
  const prefixes = known.get(tables) ?? new Map<string, Promise<string>>();
  known.set(tables, prefixes);
  const found = prefixes.get(sweep) ?? readRequestPrefix(tables, sweep).then((prefix) => prefix || newRequestPrefix());
  prefixes.set(sweep, found);
  if (prefixes.size > REMEMBERED) prefixes.delete(prefixes.keys().next().value!);
  return found.catch((error: unknown) => {
    prefixes.delete(sweep);
    throw error;
  });
}
