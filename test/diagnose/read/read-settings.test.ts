import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArmRequest } from '../../../src/azure/arm-request.ts';
import { routeTableKind, subnetKind } from '../../../src/diagnose/read/kinds/network.ts';
import { openReadCache } from '../../../src/diagnose/read/read-cache.ts';
import { startReading } from '../../../src/diagnose/read/read-settings.ts';
import { connectArm } from '../../../src/services.ts';
import { readSettings } from '../../../src/settings.ts';
import { json, type LoopbackAzure, type Received, serveHttps } from '../../serve-https.ts';

const group = '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/rg-net/providers/Microsoft.Network';
const subnetId = `${group}/virtualNetworks/v/subnets/n`;
const subnet = { id: subnetId, properties: { addressPrefix: '10.1.0.0/22' } };
const credential: TokenCredential = { getToken: async () => ({ token: 'crown-jewels', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let azure: LoopbackAzure;
let request: ArmRequest;
let answer: (request: Received, response: ServerResponse) => void;
let now = Date.parse('2026-11-30T03:00:00.000Z');
beforeAll(async () => {
  azure = await serveHttps((received, response) => answer(received, response));
  request = connectArm(readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: azure.url }), credential).request;
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.received.length = 0;
  answer = (_, response) => json(response, 200, subnet);
});

const openCache = () => openReadCache(request, () => new Date(now));
const refuse = (status: number, code: string, headers: Record<string, string> = {}) => {
  answer = (_, response) => json(response, status, { error: { code, message: 'no' } }, headers);
};
const readOnce = () => startReading(openCache()).read(subnetId, subnetKind);
const unread = (why: string) => ({ status: 'unread', why, resourceId: subnetId, action: 'Microsoft.Network/virtualNetworks/subnets/read' });

describe('a setting', () => {
  it('is read by its id, with the token and the version that Azure wants', async () => {
    expect(await readOnce()).toMatchObject({ status: 'read', value: { id: subnetId, prefixes: ['10.1.0.0/22'] } });
    expect(azure.received).toMatchObject([{ method: 'GET', path: `${subnetId}?api-version=2025-03-01` }]);
    expect(azure.received[0]!.headers.authorization).toBe('Bearer crown-jewels');
  });

  it('is absent where Azure says that there is none', async () => {
    refuse(404, 'ResourceNotFound');
    expect(await readOnce()).toEqual({ status: 'absent', resourceId: subnetId });
  });

  it.each([
    [403, 'AuthorizationFailed', 'denied'],
    // A subscription or a tenant that cannot be seen says nothing of what is in it.
    [404, 'SubscriptionNotFound', 'denied'],
    [429, 'TooManyRequests', 'throttled'],
    [400, 'InvalidApiVersionParameter', 'failed'],
  ])('is unread after %i %s: %s', async (status, code, why) => {
    refuse(status, code);
    expect(await readOnce()).toEqual(unread(why));
  });

  it('is unread, not absent, after a 404 that does not come from Azure', async () => {
    answer = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not found</html>');
    expect(await readOnce()).toEqual(unread('denied'));
  });

  it('is unread where Azure fails, and where its body says too little to judge by', async () => {
    refuse(503, 'ServiceUnavailable');
    expect(await readOnce()).toEqual(unread('failed'));
    answer = (_, response) => json(response, 200, { id: subnetId });
    expect(await readOnce()).toEqual(unread('failed'));
  });

  it.each([
    `${subnetId}/../../secrets`,
    `${subnetId}/..`,
    `${subnetId}/./x`,
    `${subnetId}?x=`,
    'https://elsewhere.example/x',
    `${group}/a b/c`,
    '',
  ])('is not asked for by what is no id: %s', async (id) => {
    expect(await startReading(openCache()).read(id, subnetKind)).toMatchObject({ status: 'unread', why: 'failed' });
    expect(azure.received).toEqual([]);
  });
});

describe('searches of one process', () => {
  it('read the same thing once within three minutes, in any letter case, also while it is being read', async () => {
    const cache = openCache();
    const [one, other] = [startReading(cache), startReading(cache)];
    await Promise.all([one.read(subnetId, subnetKind), other.read(subnetId.toUpperCase(), subnetKind), one.read(subnetId, subnetKind)]);
    expect([one.requests(), other.requests(), azure.received.length]).toEqual([1, 0, 1]);
    now += 181_000;
    await startReading(cache).read(subnetId, subnetKind);
    expect(azure.received).toHaveLength(2);
  });

  it('read it again where the outage has ended', async () => {
    const cache = openCache();
    await startReading(cache).read(subnetId, subnetKind);
    await startReading(cache, true).read(subnetId, subnetKind);
    expect(azure.received).toHaveLength(2);
  });

  it('ask again at once after a failure, and not after a refusal', async () => {
    const cache = openCache();
    refuse(400, 'Odd');
    await startReading(cache).read(subnetId, subnetKind);
    refuse(403, 'AuthorizationFailed');
    await startReading(cache).read(subnetId, subnetKind);
    await startReading(cache).read(subnetId, subnetKind);
    expect(azure.received).toHaveLength(2);
  });

  it('leave a subscription alone for as long as Azure asks after a 429', async () => {
    const cache = openCache();
    refuse(429, 'TooManyRequests', { 'retry-after': '90' });
    await startReading(cache).read(subnetId, subnetKind);
    answer = (_, response) => json(response, 200, subnet);
    now += 80_000;
    expect(await startReading(cache).read(subnetId, subnetKind)).toMatchObject({ status: 'unread', why: 'throttled' });
    const elsewhere = subnetId.replace('0b5a5e1c', '1c5a5e1c');
    expect(await startReading(cache).read(elsewhere, subnetKind)).toMatchObject({ status: 'read' });
    now += 11_000;
    expect(await startReading(cache).read(subnetId, subnetKind)).toMatchObject({ status: 'read' });
  });

  it('leave the last reads of a subscription to the sweeps', async () => {
    const cache = openCache();
    answer = (_, response) => json(response, 200, subnet, { 'x-ms-ratelimit-remaining-subscription-reads': '49' });
    await startReading(cache).read(subnetId, subnetKind);
    expect(await startReading(cache).read(`${group}/routeTables/rt`, routeTableKind)).toMatchObject({ why: 'throttled' });
    expect(azure.received).toHaveLength(1);
  });

  it('are four at a time in one process, since probes share its time', () => {
    const cache = openCache();
    const ends = Array.from({ length: 5 }, () => cache.beginSearch());
    expect(ends.map((end) => end !== undefined)).toEqual([true, true, true, true, false]);
    ends[0]!();
    expect(cache.beginSearch()).toBeDefined();
  });

  it('each send at most 25 requests', async () => {
    const reader = startReading(openCache());
    const reads = Array.from({ length: 30 }, (_, nth) => reader.read(`${group}/virtualNetworks/v${nth}/subnets/n`, subnetKind));
    const read = await Promise.all(reads);
    expect(read.filter(({ status }) => status === 'read')).toHaveLength(25);
    expect(read.at(-1)).toMatchObject({ status: 'unread', why: 'budget' });
    expect(reader.requests()).toBe(25);
  });
});
