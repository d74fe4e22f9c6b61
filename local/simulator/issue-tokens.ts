import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { guidOf } from './guid-of.ts';

/** Issues bearer tokens as a managed identity's endpoint does, and reads them again. */
export type TokenDesk = {
  issue(audience: string): { token: string; expiresOn: number };
  /** The audience of one of its own tokens; `expired` or `foreign` when the token must not be accepted. */
  read(authorization: string | undefined): { audience: string } | 'none' | 'expired' | 'foreign';
};

/** The tenant that everything simulated belongs to. */
export const tenantId = guidOf('tenant');

/**
 * Makes an issuer with a secret of its own.
 *
 * @param lifetimeSeconds - how long a token lasts; App Service gives 24 hours.
 */
export function createTokenDesk(lifetimeSeconds = 24 * 3600): TokenDesk {
  const secret = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  return {
    issue(audience) {
      const now = Math.floor(Date.now() / 1000);
      const expiresOn = now + lifetimeSeconds;
      const claims = {
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        iat: now,
        nbf: now,
        exp: expiresOn,
        oid: guidOf('identity'),
      };
      const text = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ ...claims, tid: tenantId, jti: crypto.randomUUID() })}`;
      return { token: `${text}.${sign(text)}`, expiresOn };
    },
    read(authorization) {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return 'none';
      const [header, payload, signature] = token.split('.');
      const expected = Buffer.from(sign(`${header}.${payload}`));
      const got = Buffer.from(signature ?? '');
      if (payload === undefined || got.length !== expected.length || !timingSafeEqual(got, expected)) return 'foreign';
      const { aud, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud: string; exp: number };
      return exp * 1000 <= Date.now() ? 'expired' : { audience: aud };
    },
  };
}

/** Whether two audiences are the same except for a trailing slash. */
export function isSameAudience(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
