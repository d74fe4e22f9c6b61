import { Problem } from '../model/problem.ts';
import { type Links, linksAt } from '../page/links.ts';
import type { Services } from '../services.ts';
import { type Settings, statusPageUrl } from '../settings.ts';
import type { RouteRequest } from './route.ts';

/** `status`: guarded by the function key, as the whole API. `pages`: the same pages for people, guarded by a session. */
export type Family = 'status' | 'pages';

/**
 * The path of the page of the fleet, without a slash at its end. Behind a proxy the pages may have another than the app knows; one that does not end in
 * the name of a family is that of the pages for people alone.
 */
export function basePath(settings: Settings, family: Family): string {
  const known = new URL(statusPageUrl(settings) ?? 'https://localhost/api/status').pathname.replace(/\/$/, '');
  if (/\/(status|pages)$/.test(known)) return known.replace(/\w+$/, family);
  return family === 'pages' ? known : '/api/status';
}

/** The scheme and host of the pages: those that links in notifications have, or else those that were asked for. */
export const originOf = ({ PAGE_URL }: Settings, { origin }: Pick<RouteRequest, 'origin'>): string =>
  PAGE_URL === undefined ? origin : new URL(PAGE_URL).origin;

/** The links of a page. One that was opened by a key as a parameter leads on to the pages that need none. */
export const linksOf = ({ settings }: Services, family: Family, { key }: Pick<RouteRequest, 'key'>): Links =>
  linksAt(settings, basePath(settings, key === undefined ? family : 'pages'));

/** The address of a page that was asked for, where its links lead: it needs no key, and is what a proxy calls it. */
export function ownPath(links: Links, path: string): string {
  const below = path.replace(/^\/api\/(?:status|pages)(?=[/?]|$)/, '');
  return below === '' || below.startsWith('?') ? `${links.fleet()}${below}` : `${links.fleet().replace(/\/$/, '')}${below}`;
}

/** Whether a path is that of a page of ours, to which a reader can be led after signing in. */
export function isOwnPath(settings: Settings, path: string): boolean {
  const base = basePath(settings, 'pages');
  return (
    (path !== '' && path === base) || [`${base}/`, `${base}?`].some((begin) => path.startsWith(begin) && !/[^\x21-\x7e]|\\|\/\//.test(path))
  );
}

const hostOf = (url: string | null) => {
  try {
    return new URL(url ?? '').host;
  } catch {
    return undefined;
  }
};

/**
 * Makes sure that a form was sent by a page of this app: a browser says where it is from.
 *
 * @throws Problem if it is from elsewhere, or does not say.
 */
export function expectOwnOrigin({ settings }: Services, { headers, host }: RouteRequest): void {
  const site = headers.get('sec-fetch-site');
  const origin = hostOf(headers.get('origin'));
  const own = [host, headers.get('x-forwarded-host'), hostOf(statusPageUrl(settings) ?? null)];
  const isOwn = origin !== undefined && own.includes(origin);
  if (isOwn && (site === null || site === 'same-origin')) return;
  throw new Problem(
    'foreign-form',
    `expected a form of a page of this app, got one from "${(headers.get('origin') ?? 'nowhere').slice(0, 80)}": open the page of the node and press the button there`,
  );
}
