import { createHash, randomBytes } from 'node:crypto';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../settings.ts';
import type { RouteRequest } from './route.ts';

const LONGEST_WAIT_SECONDS = 100;

/** What App Service says of a signed-in caller; only where sign-in is on does it take these headers from everybody else. */
function signedIn({ headers }: RouteRequest, { WEBSITE_AUTH_ENABLED }: Settings, what: 'id' | 'name'): string | null {
  return /^true$/i.test(WEBSITE_AUTH_ENABLED ?? '') ? headers.get(`x-ms-client-principal-${what}`) : null;
}

/** The last address, which the front end appends to whatever the caller sent. */
const addressOf = ({ headers }: RouteRequest) => headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';

/** The caller, by what only App Service can have set: the name of who signed in, and an address. */
export function callerOf(request: RouteRequest, settings: Settings): string {
  const name = signedIn(request, settings, 'name')
    ?.replace(/[^\P{Cc}]/gu, '')
    .slice(0, 200);
  const address = addressOf(request);
  return `${name || 'the holder of a function key'}${/^[\w.:[\]]{1,60}$/.test(address) ? ` at ${address}` : ''}`;
}

/** An address without its port, which is another for each connection; an IPv6 address stands in brackets before one. */
const withoutPort = (address: string) => /^\[([^\]]+)\]/.exec(address)?.[1] ?? address.replace(/^([^:]+):\d+$/, '$1');

/** The function key by which the host let a request in: the header's, else the parameter's, and the first of several. */
const keyOf = ({ headers, key }: RouteRequest) => (headers.get('x-functions-key') ?? key)?.split(',')[0]?.trim();

/**
 * Under which name a caller's checks are counted: that of who signed in, else of the function key, else of the address. A hash, which reveals
 * nothing of a key.
 */
export function accountOf(request: RouteRequest, settings: Settings): string {
  const principal = signedIn(request, settings, 'id') ?? signedIn(request, settings, 'name');
  const key = keyOf(request);
  const [kind, who] = principal ? ['principal', principal] : key ? ['key', key] : ['address', withoutPort(addressOf(request))];
  return `${kind}-${createHash('sha256').update(who).digest('hex').slice(0, 12)}`;
}

/** An idempotency key gives the check its id, so that asking again is the same check. */
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

/** Whether the type that the caller likes best is plain text (RFC 9110, 12.5.1); of several that it likes alike, the first. */
export function wantsText({ headers }: RouteRequest): boolean {
  const ranges = (headers.get('accept') ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((part) => part.startsWith('q='))?.slice(2);
    return { type, weight: weight === undefined ? 1 : Number(weight) };
  });
  const best = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)[0];
  return best?.type === 'text/plain' || best?.type === 'text/*';
}
