import { describe, expect, it } from 'vitest';
import { accountOf, callerOf, idOf, waitOf, wantsText } from '../../src/http/check-headers.ts';
import { readSettings } from '../../src/settings.ts';

const asking = (headers: Record<string, string>) => ({
  params: {},
  query: new URLSearchParams(),
  headers: new Headers(headers),
  body: undefined,
  host: 'prober.example',
  origin: 'https://prober.example',
  path: '/api/checks',
});

describe('whoever asks for a check is counted', () => {
  const settings = (on: boolean) =>
    readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...(on && { WEBSITE_AUTH_ENABLED: 'True' }) });
  const accountBy = (headers: Record<string, string>, code?: string, signIn = false) =>
    accountOf({ ...asking(headers), key: code }, settings(signIn));
  const forwarded = (address: string) => accountBy({ 'x-forwarded-for': address });

  it('by the key that the host takes: the header before the parameter, the first of several', () => {
    const one = accountBy({ 'x-functions-key': 'one' });
    expect(one).toMatch(/^key-[0-9a-f]{12}$/);
    expect(accountBy({}, 'one')).toBe(one);
    expect(accountBy({ 'x-functions-key': 'one, made-up' }, 'made-up too')).toBe(one);
    expect(accountBy({}, 'one,made-up')).toBe(one);
    expect(accountBy({}, 'two')).not.toBe(one);
  });

  it('by who signed in, only where sign-in is on', () => {
    const signed = { 'x-ms-client-principal-id': 'ada', 'x-functions-key': 'one' };
    expect(accountBy(signed, undefined, true)).toMatch(/^principal-/);
    expect(accountBy({ ...signed, 'x-functions-key': 'two' }, undefined, true)).toBe(accountBy(signed, undefined, true));
    expect(accountBy(signed)).toBe(accountBy({ 'x-functions-key': 'one' }));
  });

  it('else by the address that the front end appended, whatever the port', () => {
    const own = forwarded('198.51.100.1, 203.0.113.7:51234');
    expect(own).toMatch(/^address-/);
    expect([forwarded('203.0.113.7'), forwarded('203.0.113.7:9'), forwarded('203.0.113.8')].map((each) => each === own)).toEqual([
      true,
      true,
      false,
    ]);
    expect(new Set([forwarded('[2001:db8::1]:443'), forwarded('2001:db8::1'), forwarded('[2001:db8::1]:9')]).size).toBe(1);
    expect(accountBy({})).toMatch(/^address-/);
  });
});

describe('the headers of a check', () => {
  it.each([
    ['text/plain', true],
    ['Text/Plain; charset=utf-8', true],
    ['text/*', true],
    ['text/plain, application/json', true],
    ['application/json;q=0.5, text/plain', true],
    ['application/json, text/plain', false],
    ['text/plain;q=0', false],
    ['text/plain;q=0.1, */*', false],
    ['text/plainfoo', false],
    ['text/html', false],
    ['*/*', false],
    ['', false],
  ])('ask with Accept: %s for text: %s', (accept, expected) => {
    expect(wantsText(asking({ accept }))).toBe(expected);
  });

  it.each([
    ['wait=60', 60],
    ['wait="60"', 60],
    ['respond-async, WAIT = 60', 60],
    ['wait=60; foo=bar', 60],
    ['wait=100000000', 100],
    ['wait=-1', 0],
    ['await=60', 0],
    ['wait="60', 0],
    ['respond-async', 0],
  ])('ask with Prefer: %s to wait for %i seconds', (prefer, seconds) => {
    expect(waitOf(asking({ prefer }))).toBe(seconds);
  });
});

describe('the caller of a check', () => {
  const signIn = (on: boolean) =>
    readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...(on && { WEBSITE_AUTH_ENABLED: 'true' }) });
  const signed = { 'x-ms-client-principal-name': 'ada@example.com', 'x-forwarded-for': '198.51.100.1, 203.0.113.7:51234' };

  it('is named by the sign-in and the address that the front end appended', () => {
    expect(callerOf(asking(signed), signIn(true))).toBe('ada@example.com at 203.0.113.7:51234');
  });

  it('is the holder of a function key where sign-in is off, whatever the headers claim', () => {
    expect(callerOf(asking(signed), signIn(false))).toBe('the holder of a function key at 203.0.113.7:51234');
  });

  it('has no address where that is none', () => {
    expect(callerOf(asking({ 'x-forwarded-for': 'a<b>' }), signIn(false))).toBe('the holder of a function key');
  });
});

describe('the id of a check', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  it('is the same for one idempotency key on one day, and another on the next', () => {
    const request = asking({ 'idempotency-key': 'deploy-42' });
    expect(idOf(request, now)).toBe('2026-11-21-8f3e39850c0f5251');
    expect(idOf(request, now)).toBe(idOf(request, new Date('2026-11-21T23:59:59Z')));
    expect(idOf(request, new Date('2026-11-22T00:00:00Z')).slice(0, 10)).toBe('2026-11-22');
  });

  it('is another for each request without a key', () => {
    expect(new Set([1, 2, 3].map(() => idOf(asking({}), now))).size).toBe(3);
  });

  it.each(['', 'two words', 'x'.repeat(201)])('is refused for the key "%s"', (key) => {
    expect(() => idOf(asking({ 'idempotency-key': key }), now)).toThrow('expected Idempotency-Key to be 1 to 200 visible characters');
  });
});
