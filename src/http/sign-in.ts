import { documentOf } from '../page/frame.ts';
import { signInPage } from '../page/sign-in-page.ts';
import type { Services } from '../services.ts';
import * as z from '../zod.ts';
import { sessionAccount } from './check-now.ts';
import { bareFrame } from './page-frame.ts';
import { basePath, isOwnPath, linksOf, ownPath } from './page-request.ts';
import { cookieFor } from './pages.ts';
import type { Reply, RouteRequest } from './route.ts';

/** Where a key is given once: the host guards this address by the key itself. */
export const sessionQuery = z.object({
  to: z.described(z.optional(z.string().check(z.maxLength(2000, 'the path of a page'))), 'The page to lead to.'),
});

/** Lets in who has signed in, and shows others where to; the account of the caller is noted for the route. */
export async function guardPages(services: Services, request: RouteRequest): Promise<Reply | undefined> {
  const account = await sessionAccount(services, request);
  if (account !== undefined) {
    request.account = account;
    return undefined;
  }
  const links = linksOf(services, 'pages', request);
  const frame = bareFrame(services, links, request.path);
  // The address of a button is no page: it leads to that of its node.
  const asked = ownPath(links, request.path).replace(/(\/nodes\/[^/?]+)\/check$/, '$1');
  const to = isOwnPath(services.settings, asked) ? asked : links.fleet();
  const session = `${basePath(services.settings, 'status')}/session`;
  return { status: 401, html: documentOf(frame, signInPage(to, session, frame)) };
}

/** Signs in a caller whose key the host has accepted, and leads to the page that was asked for. */
export async function signIn(services: Services, request: RouteRequest): Promise<Reply> {
  const wanted = request.query.get('to') ?? '';
  const to = isOwnPath(services.settings, wanted) ? wanted : linksOf(services, 'pages', {}).fleet();
  return { status: 303, headers: { location: to, 'set-cookie': await cookieFor(services, request) } };
}
