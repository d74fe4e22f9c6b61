import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Webhook } from '../../../src/model/webhooks.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import { requestOf } from '../../../src/notify/webhooks/request.ts';
import { sendWebhook } from '../../../src/notify/webhooks/send.ts';
import { type LoopbackAzure, type Received, serveHttps } from '../../serve-https.ts';

const now = new Date('2026-11-21T09:35:02.000Z');
const signing = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const event: TelemetryEvent = { name: 'ProberError', time: now.toISOString(), properties: { eventId: 'one', message: 'a test' } };

let receiver: LoopbackAzure;
let elsewhere: LoopbackAzure;
let answer: (response: ServerResponse, request: Received) => void;
beforeAll(async () => {
  receiver = await serveHttps((request, response) => answer(response, request));
  elsewhere = await serveHttps((_, response) => response.writeHead(200).end());
});
afterAll(() => Promise.all([receiver.close(), elsewhere.close()]));
beforeEach(() => {
  receiver.received.length = 0;
});

const webhook = (): Webhook => ({
  name: 'pager',
  url: new URL(`${receiver.url}/hooks/token-in-the-path?sig=token-in-the-query`),
  signing: [signing],
  key: 'key-of-receiver',
});
const send = (to = webhook()) => sendWebhook(to, requestOf(to, event, 'https://prober.example/api/status', now)!, now);
const reply = (status: number, body = '', headers: Record<string, string> = {}) => {
  answer = (response) => response.writeHead(status, headers).end(body);
};

describe('a webhook', () => {
  it('is sent a CloudEvent with its signature', async () => {
    reply(202);
    expect(await send()).toMatchObject({ outcome: 'accepted', status: 202 });
    const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: '' }] = receiver.received;
    expect([method, path]).toEqual(['POST', '/hooks/token-in-the-path?sig=token-in-the-query']);
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'aks-fleet-prober',
      'webhook-id': 'one',
      'webhook-timestamp': String(now.getTime() / 1000),
      'webhook-signature': expect.stringMatching(/^v1,[\w+/]{43}=$/),
    });
    expect(JSON.parse(body)).toMatchObject({ id: 'one', type: 'aks-fleet-prober.ProberError.v1' });
  });

  it.each([
    [200, 'accepted'],
    [299, 'accepted'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [408, 'down'],
    [410, 'gone'],
    [429, 'down'],
    [500, 'down'],
    [503, 'down'],
  ])('that answers %i counts as %s', async (status, outcome) => {
    reply(status, 'because');
    expect(await send()).toMatchObject({ outcome, status, text: `${status} because` });
  });

  it('that redirects is not followed anywhere', async () => {
    reply(307, '', { location: `${elsewhere.url}/` });
    expect(await send()).toMatchObject({ outcome: 'refused', status: 307 });
    expect(elsewhere.received).toEqual([]);
  });

  it('that says when to come again is believed', async () => {
    reply(429, '', { 'retry-after': '120' });
    expect(await send()).toMatchObject({ outcome: 'down', waitMs: 120_000 });
    reply(503, '', { 'retry-after': new Date(now.getTime() + 60_000).toUTCString() });
    expect(await send()).toMatchObject({ outcome: 'down', waitMs: 60_000 });
  });

  it('that cannot be reached, or cuts the connection, is down', async () => {
    answer = (response) => response.destroy();
    expect(await send()).toMatchObject({ outcome: 'down', text: expect.stringMatching(/^no answer: fetch failed/) });
    const nobody = { ...webhook(), url: new URL('https://127.0.0.1:1/hooks/token-in-the-path') };
    expect(await send(nobody)).toMatchObject({ outcome: 'down', text: expect.not.stringContaining('token') });
  });

  it('that answers without end is read to a bound, and its status counts', async () => {
    answer = (response) => {
      response.writeHead(200);
      const more = () => response.destroyed || response.write('x'.repeat(10_000), more);
      more();
    };
    const { outcome, text } = await send();
    expect([outcome, text.length <= 300]).toEqual(['accepted', true]);
  });

  it('that repeats what it was sent gives no secret away', async () => {
    const told = [webhook().url.href, signing, 'key-of-receiver', 'token-in-the-path', 'token-in-the-query'];
    for (const secret of told) {
      reply(400, `no such ${secret}`);
      expect((await send()).text).not.toMatch(/token-in|key-of|whsec_/);
    }
  });
});
