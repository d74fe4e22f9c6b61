import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../settings.ts';
import type { RouteRequest } from './route.ts';

const LONGEST_WAIT_SECONDS = 100;

/** The id or name of a signed-in caller, as App Service passes it on. Without App Service sign-in anybody could set these headers, so they are ignored. */
function signedIn({ headers }: RouteRequest, { WEBSITE_AUTH_ENABLED }: Settings, what: 'id' | 'name'): string | null {
  return /^true$/i.test(WEBSITE_AUTH_ENABLED ?? '') ? headers.get(`x-ms-client-principal-${what}`) : null;
}

/** The last address of the header, which the front end appends to what the caller sent. */
const addressOf = ({ headers }: RouteRequest) => headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';

/** Describes the caller by what only App Service can have set: the name of the signed-in user, and the address. */
export function callerOf(request: RouteRequest, settings: Settings): string {
  const name = signedIn(request, settings, 'name')
    ?.replace(/[^\P{Cc}]/gu, '')
    .slice(0, 200);
  const address = addressOf(request);
  return `${name || 'the holder of a function key'}${/^[\w.:[\]]{1,60}$/.test(address) ? ` at ${address}` : ''}`;
}

/** An address without its port, which differs for each connection. An IPv6 address with a port is in brackets. */
const withoutPort = (address: string) => /^\[([^\]]+)\]/.exec(address)?.[1] ?? address.replace(/^([^:]+):\d+$/, '$1');

/** The function key that the host accepted: from the header, otherwise from the parameter, and the first of several. */
const keyOf = ({ headers, key }: RouteRequest) => (headers.get('x-functions-key') ?? key)?.split(',')[0]?.trim();

/**
 * The account under which a caller's checks are counted: that of the session of the pages, otherwise the signed-in user, otherwise the function key, otherwise the address. It is a hash, which
 * does not reveal the key.
 */
export function accountOf(request: RouteRequest, settings: Settings): string {
  if (request.account !== undefined) return request.account;
  const principal = signedIn(request, settings, 'id') ?? signedIn(request, settings, 'name');
  const key = keyOf(request);
  const [kind, who] = principal ? ['principal', principal] : key ? ['key', key] : ['address', withoutPort(addressOf(request))];
  return `${kind}-${createHash('sha256').update(who).digest('hex').slice(0, 12)}`;
}

/**
 * The id of a check: derived from the idempotency key, so that a repeated request is the same check, or random without one.
 *
 * @throws Problem if the key is not valid.
 */
export function idOf({ headers }: RouteRequest, now: Date): string {
  const key = headers.get('idempotency-key');
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Problem('bad-idempotency-key', 'expected Idempotency-Key to be 1 to 200 visible characters');
  const hex = key === null ? randomBytes(8).toString('hex') : createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${now.toISOString().slice(0, 10)}-${hex}`;
}

/** Seconds of `Prefer: wait=N` (RFC 7240), 100 at most; 0 without it. */
export function waitOf({ headers }: RouteRequest): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*(?:"(\d{1,15})"|(\d{1,15}))\s*(?:$|[,;])/i.exec(headers.get('prefer') ?? '');
  return Math.min(LONGEST_WAIT_SECONDS, Number(seconds?.[1] ?? seconds?.[2] ?? 0));
}

/** Whether plain text is the content type that the caller prefers (RFC 9110, 12.5.1); of several with the same weight, the first counts. */
export function wantsText({ headers }: RouteRequest): boolean {
  const ranges = (headers.get('accept') ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((part) => part.startsWith('q='))?.slice(2);
    return { type, weight: weight === undefined ? 1 : Number(weight) };
  });
  const best = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)[0];
  return best?.type === 'text/plain' || best?.type === 'text/*';
}
