import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signatureHeaders, webhookId } from '../../../src/notify/webhooks/signature.ts';

// The vector of the reference implementation: libraries/javascript/src/webhook.test.ts of github.com/standard-webhooks/standard-webhooks.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const at = new Date(1_614_265_330_000);
const body = '{"test": 2432232314}';

/** What a recipient does, as the specification says. */
function isGenuine(headers: Record<string, string>, text: string, key: string): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const wanted = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(signed)
    .digest();
  const given = headers['webhook-signature']!.split(' ').map((each) => Buffer.from(each.slice('v1,'.length), 'base64'));
  return given.some((each) => each.length === wanted.length && timingSafeEqual(each, wanted));
}

describe('a signature', () => {
  it('is what Standard Webhooks computes', () => {
    expect(signatureHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', [secret], body, at)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is there for each secret, so that a recipient accepts the old one and the new one', () => {
    const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const headers = signatureHeaders('one', [secret, next], body, at);
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect([secret, next].map((key) => isGenuine(headers, body, key))).toEqual([true, true]);
    expect(isGenuine(headers, `${body} `, secret)).toBe(false);
    expect(isGenuine({ ...headers, 'webhook-id': 'two' }, body, secret)).toBe(false);
    expect(isGenuine(headers, body, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(false);
  });

  it('is left out where there is no secret, but not the id', () => {
    expect(Object.keys(signatureHeaders('one', [], body, at))).toEqual(['webhook-id', 'webhook-timestamp']);
  });
});

describe('the id of an event in a header', () => {
  it('is ASCII, holds no full stop, and can be read back', () => {
    const id = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-größe.shop|*|2026-11-21T09:35:02.000Z/started/1';
    expect(webhookId(id)).toMatch(/^[\x21-\x2d\x2f-\x7e]+$/);
    expect(decodeURIComponent(webhookId(id))).toBe(id);
  });
});
