import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formToken, nonceOf, SESSION_SECONDS, sessionCookie, sessionOf } from '../../src/http/session.ts';

const secret = 'a'.repeat(43);
const now = new Date('2026-11-21T12:00:00.000Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const account = 'key-0123456789ab';
const cookie = sessionCookie(secret, account, now);
const given = cookie.split(';')[0]!;

describe('a session', () => {
  it('is a cookie that scripts cannot read, for this host over https alone, until it is over', () => {
    expect(cookie).toMatch(/^__Host-aks-fleet-prober=\S+; Path=\/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('is of the account that it was made for, among other cookies, for 12 hours', () => {
    expect(sessionOf(secret, given, now)).toBe(account);
    expect(sessionOf(secret, `theme=dark; ${given}; x=y`, later(SESSION_SECONDS - 1))).toBe(account);
    expect(sessionOf(secret, given, later(SESSION_SECONDS))).toBeUndefined();
  });

  it('is none by another secret, or where anything of it was changed', () => {
    expect(sessionOf('b'.repeat(43), given, now)).toBeUndefined();
    const value = given.indexOf('=') + 1;
    fc.assert(
      fc.property(fc.integer({ min: value, max: given.length - 1 }), fc.constantFrom(...'0Az-.'), (at, character) => {
        const forged = given.slice(0, at) + character + given.slice(at + 1);
        if (forged !== given) expect(sessionOf(secret, forged, now)).toBeUndefined();
      }),
    );
  });

  it.each([
    null,
    '',
    '__Host-aks-fleet-prober=',
    '__Host-aks-fleet-prober=session.9999999999.a.',
    `x${given}`,
    `${given}x`,
    given.slice(0, -1),
  ])('is none for the cookie %s', (cookies) => {
    expect(sessionOf(secret, cookies, now)).toBeUndefined();
  });

  it('is no token of a form, nor the other way round', () => {
    const value = given.slice(given.indexOf('=') + 1);
    expect(nonceOf(secret, value, '', now)).toBeUndefined();
    const token = formToken(secret, account, '0123456789abcdef', now);
    expect(sessionOf(secret, `__Host-aks-fleet-prober=${token}`, now)).toBeUndefined();
  });
});

describe('the token of a form', () => {
  const subject = JSON.stringify([account, 'cluster', 'node']);
  const token = formToken(secret, subject, '0123456789abcdef', now);

  it('says by its nonce which press it was, for two hours', () => {
    expect(nonceOf(secret, token, subject, now)).toEqual({ nonce: '0123456789abcdef', issuedAt: now });
    expect(nonceOf(secret, token, subject, later(7200))).toBeDefined();
    expect(nonceOf(secret, token, subject, later(7201))).toBeUndefined();
  });

  it('is good where the clock of another instance is a little behind, and not where it is far', () => {
    expect(nonceOf(secret, token, subject, later(-60))).toBeDefined();
    expect(nonceOf(secret, token, subject, later(-61))).toBeUndefined();
  });

  it('is none of another node, of another account, or by another secret', () => {
    for (const other of [JSON.stringify([account, 'cluster', 'other']), JSON.stringify(['key-ffffffffffff', 'cluster', 'node']), ''])
      expect(nonceOf(secret, token, other, now)).toBeUndefined();
    expect(nonceOf('b'.repeat(43), token, subject, now)).toBeUndefined();
  });

  it('is none where anything of it was changed', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'0az-.'), (at, character) => {
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        if (forged !== token) expect(nonceOf(secret, forged, subject, now)).toBeUndefined();
      }),
    );
  });
});
