import { log } from '../../log.ts';
import { redact } from '../../model/redact.ts';
import * as z from '../../zod.ts';
import type { Read, Unread } from '../evaluate/configuration.ts';
import type { Kind } from './kinds/kind.ts';
import type { Answer, ReadCache } from './read-cache.ts';

/** All of one search, which must not cost sweeps what they need. */
const MOST_REQUESTS = 25;
const WITHIN_MS = 60_000;

/** Codes of a 404 that say nothing of what was asked for: the caller may just not see where it is. */
const HIDDEN = ['SubscriptionNotFound', 'InvalidSubscriptionId', 'InvalidAuthenticationTokenTenant'];

/** An id as Azure writes it: nothing else becomes part of a URL, whoever wrote it. */
const ID = /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/?#%\s]{1,90}\/providers(\/[^/?#%\s]{1,120}){2,9}$/i;

const errorBody = z.object({ error: z.object({ code: z.string() }) });

/** The search has asked for as much as it may. */
type OutOfBudget = { status: 'budget' };

/** What one search reads of Azure, within its budget. */
export interface SettingsReader {
  /** Reads a resource by its id. */
  read<T>(id: string, kind: Kind<T>, query?: string): Promise<Read<T>>;
  /** Asks by a path of its own, or queries Resource Graph if there is a body. `about` is what it is said to be about where it fails. */
  ask<T>(path: string, about: { id: string; kind: Kind<T> }, body?: unknown): Promise<Read<T>>;
  /** How many requests it has really sent. */
  requests(): number;
}

function unread(why: Unread['why'], resourceId: string, action: string): Unread {
  return { status: 'unread', why, resourceId, action };
}

function interpret<T>(answer: Answer | OutOfBudget, id: string, { action, parse }: Kind<T>): Read<T> {
  if (answer.status !== 'answered') return unread(answer.status, id, action);
  const { status, body } = answer.answer;
  if (status === 403) return unread('denied', id, action);
  if (status === 404) {
    const code = errorBody.safeParse(body).data?.error.code ?? '';
    // A 404 without a code of Azure may come from anything on the way.
    return code === '' || HIDDEN.includes(code) ? unread('denied', id, action) : { status: 'absent', resourceId: id };
  }
  if (status !== 200) return unread('failed', id, action);
  try {
    return { status: 'read', value: parse(body) };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    log.warn(`the settings of ${id} could not be understood, and no finding rests on them: ${redact(why, 300)}`);
    return unread('failed', id, action);
  }
}

/**
 * Begins the reading of one search: at most 25 requests within 60 seconds. What it cannot read is `unread`, and nothing is thrown for it.
 *
 * @param fresh - reads everything again, whatever other searches have read within minutes.
 */
export function startReading(cache: ReadCache, fresh = false): SettingsReader {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const own = new Map<string, Promise<Answer | OutOfBudget>>();
  let requests = 0;

  const request = (path: string, body: unknown): Promise<Answer | OutOfBudget> => {
    const key = `${path.toLowerCase()} ${JSON.stringify(body)}`;
    const before = own.get(key);
    if (before !== undefined) return before;
    if (requests >= MOST_REQUESTS || signal.aborted) return Promise.resolve({ status: 'budget' });
    const onRequest = () => {
      requests += 1;
    };
    const answer = cache.ask(path, { body, signal, fresh, onRequest });
    own.set(key, answer);
    return answer;
  };

  const ask: SettingsReader['ask'] = async (path, { id, kind }, body) => interpret(await request(path, body), id, kind);
  return {
    ask,
    async read(id, kind, query = '') {
      if (!ID.test(id) || id.split('/').some((part) => /^\.+$/.test(part))) return unread('failed', id, kind.action);
      return ask(`${encodeURI(id)}?api-version=${kind.apiVersion}${query}`, { id, kind });
    },
    requests: () => requests,
  };
}
