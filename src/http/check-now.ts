import { createHash } from 'node:crypto';
import { makeCheck } from '../check/make-check.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { pageSecret } from '../tables/page-secret.ts';
import * as z from '../zod.ts';
import { accountOf, callerOf } from './check-headers.ts';
import { expectOwnOrigin, type Family, linksOf } from './page-request.ts';
import type { Reply, RouteRequest } from './route.ts';
import { nonceOf, sessionOf } from './session.ts';

/** The fields of the form. */
export const checkForm = z.object({
  token: z.described(z.string().check(z.maxLength(200, 'the token of the form')), 'From the page of the node; good for one check.'),
});

/** What a form is for, and whose it is. */
export function formSubject(request: RouteRequest, { settings }: Services, cluster: string, node: string): string {
  return JSON.stringify([accountOf(request, settings), cluster, node]);
}

/** The account of a caller who has signed in to the pages; undefined if nobody has. */
export async function sessionAccount(services: Services, { headers }: RouteRequest): Promise<string | undefined> {
  const now = services.now();
  return sessionOf(await pageSecret(services.tables, now.getTime()), headers.get('cookie'), now);
}

/**
 * Checks a node at the press of a button on its page, and leads to the page of the check. Pressed twice, it is one check.
 *
 * @throws Problem if the form is not from a page of ours, or too old.
 */
export async function checkNow(services: Services, family: Family, request: RouteRequest): Promise<Reply> {
  expectOwnOrigin(services, request);
  const { cluster, node } = request.params as { cluster: string; node: string };
  const { token } = request.body as z.output<typeof checkForm>;
  const now = services.now();
  const subject = formSubject(request, services, cluster, node);
  const found = nonceOf(await pageSecret(services.tables, now.getTime()), token, subject, now);
  if (found === undefined)
    throw new Problem(
      'old-form',
      'expected the form of the page of this node as it is now, got another: open the page of the node anew and press the button there',
    );
  const id = `${found.issuedAt.toISOString().slice(0, 10)}-${found.nonce}`;
  const asked = createHash('sha256').update(subject).digest('hex');
  const account = accountOf(request, services.settings);
  await makeCheck(services, { id, asked, wanted: { node, cluster }, account, requestedBy: callerOf(request, services.settings) });
  return { status: 303, headers: { location: linksOf(services, family, request).check(id) } };
}
