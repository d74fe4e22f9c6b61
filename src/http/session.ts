import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a session is good for, in seconds. */
export const SESSION_SECONDS = 12 * 3600;
/** The name of the cookie of a session. The prefix makes browsers take it over https alone, for this host and no other: https://datatracker.ietf.org/doc/html/rfc6265bis#section-4.1.3.2 */
export const COOKIE = '__Host-aks-fleet-prober';

const sign = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('base64url');

/** Whether a signature is that of a text; the time that this takes reveals nothing. */
function isSigned(secret: string, text: string, signature: string): boolean {
  const [expected, given] = [Buffer.from(sign(secret, text)), Buffer.from(signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/**
 * The cookie of a caller whose key the host accepted. It does not contain the key.
 *
 * @param account - the account under which the checks of the caller are counted.
 */
export function sessionCookie(secret: string, account: string, now: Date): string {
  const claims = `session.${Math.floor(now.getTime() / 1000) + SESSION_SECONDS}.${account}`;
  // `Lax`: a link in a mail opens the page; a form of another site sends no cookie.
  return `${COOKIE}=${claims}.${sign(secret, claims)}; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; Secure; SameSite=Lax`;
}

/**
 * The account of a session; undefined if there is none, or it is over, or not ours.
 *
 * @param cookies - the header `Cookie`.
 */
export function sessionOf(secret: string, cookies: string | null, now: Date): string | undefined {
  const given = (cookies ?? '')
    .split(';')
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${COOKIE}=`));
  const [, claims = '', until = '', account = '', signature = ''] =
    /^(session\.(\d{1,12})\.([a-z0-9-]{1,80}))\.([\w-]{43})$/.exec(given?.slice(COOKIE.length + 1) ?? '') ?? [];
  if (!isSigned(secret, claims, signature) || Number(until) * 1000 <= now.getTime()) return undefined;
  return account;
}

const FORM_MS = 2 * 3_600_000;

/** A token of a form: good once, for what it names, for the account that was shown it, for two hours. */
export function formToken(secret: string, subject: string, nonce: string, now: Date): string {
  const claims = `${now.getTime().toString(36)}.${nonce}`;
  return `${claims}.${sign(secret, `form.${claims}.${subject}`)}`;
}

/**
 * The nonce of a token, by which what it was used for is made once only; undefined if it is not ours, too old, or of another subject.
 *
 * @param subject - what the form is for, and whose it is.
 */
export function nonceOf(secret: string, token: string, subject: string, now: Date): { nonce: string; issuedAt: Date } | undefined {
  const [, claims = '', issued = '', nonce = '', signature = ''] = /^(([0-9a-z]{1,12})\.([0-9a-f]{16}))\.([\w-]{43})$/.exec(token) ?? [];
  if (!isSigned(secret, `form.${claims}.${subject}`, signature)) return undefined;
  const issuedAt = new Date(Number.parseInt(issued, 36));
  const age = now.getTime() - issuedAt.getTime();
  return age >= -60_000 && age <= FORM_MS ? { nonce, issuedAt } : undefined;
}
