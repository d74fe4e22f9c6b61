import type { TokenCredential } from '@azure/identity';
import type { TelemetryTarget } from '../model/connection-string.ts';
import { IngestionError } from './ingestion-error.ts';
import { isRedirect, type Outcome, outcomesOf } from './item-outcomes.ts';
import { redirectTarget } from './redirect-target.ts';
import { retryAfterMs } from './retry-after-ms.ts';
import { forgetStamp, rememberStamp, stampOf } from './stamps.ts';

/** The exporter of Azure Monitor follows nine; one is what happens. */
const MOST_REDIRECTS = 5;
const ANSWERED = [200, 206, 400, 413];

/** What the endpoint made of the items of a request, in their order. */
export interface Tracked {
  outcomes: Outcome[];
  /** The answer, for messages: who gave it, its status, and the beginning of its body. */
  answer: string;
  /** Milliseconds to wait before the next request, if it said so. */
  retryAfterMs?: number;
}

/** A request on its way, and how many redirects may follow. */
interface Sending {
  target: TelemetryTarget;
  headers: Record<string, string>;
  redirects: number;
  signal: AbortSignal;
}

async function askOnce(url: URL, items: readonly string[], { headers, signal }: Sending): Promise<Response> {
  try {
    const body = `[${items.join(',')}]`;
    return await fetch(url, { method: 'POST', redirect: 'manual', headers, body, signal });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new IngestionError(`expected the ingestion endpoint ${url} to accept events, got no answer: ${why}`, {}, { cause });
  }
}

/** Asks a URL, and where it redirects whole requests to, until one answers. */
async function follow(first: URL, items: readonly string[], sending: Sending): Promise<{ response: Response; url: URL }> {
  let url = first;
  for (; ; sending.redirects -= 1) {
    const response = await askOnce(url, items, sending);
    const { status, headers } = response;
    if (!isRedirect(status)) return { response, url };
    await response.body?.cancel();
    const next = redirectTarget(sending.target.ingestionEndpoint, url, headers.get('location'));
    const why = typeof next === 'string' ? next : `it is one of more than ${MOST_REDIRECTS}, the last to ${next}`;
    if (typeof next === 'string' || sending.redirects === 0)
      throw new IngestionError(
        `expected the ingestion endpoint ${url} to accept events, got a redirect ${status} that is not followed: ${why}`,
      );
    url = next;
  }
}

/** Sends items to a URL, and single ones that are redirected to where they are redirected to. */
async function trackAt(first: URL, items: readonly string[], sending: Sending): Promise<Tracked> {
  const { ingestionEndpoint } = sending.target;
  const { response, url } = await follow(first, items, sending);
  const { status, headers } = response;
  const body = await response.text();
  const answer = `${url} answered ${status}: ${body.slice(0, 200)}`;
  const wait = retryAfterMs(headers.get('retry-after'), new Date());
  if (!ANSWERED.includes(status))
    throw new IngestionError(`expected the ingestion endpoint ${url} to accept events, got ${status}: ${body.slice(0, 200)}`, {
      status,
      retryAfterMs: wait,
    });
  const { outcomes, moved } = outcomesOf(status, body, items.length);
  if (url.href === endpointUrl(sending.target).href) forgetStamp(ingestionEndpoint);
  else if (outcomes.includes('accepted')) rememberStamp(ingestionEndpoint, url);
  const next = moved.length > 0 && sending.redirects > 0 ? redirectTarget(ingestionEndpoint, url, headers.get('location')) : '';
  if (typeof next === 'string') return { outcomes, answer, retryAfterMs: wait };
  sending.redirects -= 1;
  // Those that fail there are sent again later, like all that was not accepted.
  const there = await trackAt(
    next,
    moved.map((index) => items[index]!),
    sending,
  ).catch(() => undefined);
  for (const [n, index] of moved.entries()) outcomes[index] = there?.outcomes[n] ?? 'later';
  return { outcomes, answer: there?.answer ?? answer, retryAfterMs: there?.retryAfterMs ?? wait };
}

const endpointUrl = ({ ingestionEndpoint }: TelemetryTarget) => new URL('v2.1/track', ingestionEndpoint);

/** Whether a stamp may be dead, or may have moved: it does not answer, or not as a stamp does that refuses this request or asks for patience. */
const isDead = (error: unknown) =>
  error instanceof IngestionError && (error.status === undefined || error.status >= 500 || error.status === 404 || error.status === 408);

/**
 * Sends items in one request: to the stamp that the endpoint redirected to before, else, or if that fails, to the endpoint itself.
 *
 * @param credential - absent where the component takes its instrumentation key as proof.
 * @param items - envelopes as JSON.
 * @param requestMs - milliseconds that the endpoint and all it redirects to have for an answer.
 * @throws IngestionError where it cannot be reached, or takes nothing at present.
 */
export async function track(
  target: TelemetryTarget,
  credential: TokenCredential | undefined,
  items: readonly string[],
  requestMs: number,
): Promise<Tracked> {
  // The audience is that of the connection string, wherever a redirect leads.
  const token = await credential?.getToken(`${target.audience.replace(/\/$/, '')}/.default`);
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token.token}` } : {}) };
  const send = (url: URL) => trackAt(url, items, { target, headers, redirects: MOST_REDIRECTS, signal: AbortSignal.timeout(requestMs) });
  const stamp = stampOf(target.ingestionEndpoint);
  if (stamp === undefined) return send(endpointUrl(target));
  return send(stamp).catch((error: unknown) => {
    if (!isDead(error)) throw error;
    forgetStamp(target.ingestionEndpoint);
    return send(endpointUrl(target));
  });
}
