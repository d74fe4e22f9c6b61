import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { appIdentity } from '../../src/azure/app-identity.ts';

interface Asked {
  query: Record<string, string>;
  header: string | undefined;
}

const HOUR_MS = 3_600_000;
const start = Date.parse('2026-11-21T09:35:00Z');
let time = start;
let asked: Asked[] = [];
let answer: { status: number; body: unknown };
const server = createServer(({ url, headers }, response) => {
  asked.push({ query: Object.fromEntries(new URL(url!, 'http://x').searchParams), header: headers['x-identity-header'] as string });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
});
const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  [time, asked] = [start, []];
  answer = {
    status: 200,
    body: { access_token: 'one', expires_on: String((start + HOUR_MS) / 1000), resource: 'x', token_type: 'Bearer' },
  };
});

const open = (clientId?: string) => appIdentity({ endpoint: endpoint(), header: 'secret', clientId }, () => time);
const STORAGE = 'https://storage.azure.com/.default';

it('asks the endpoint of the app for a token of the resource, with its secret and its client id', async () => {
  expect(await open('00000000-0000-4000-8000-000000000001').getToken(STORAGE)).toEqual({
    token: 'one',
    expiresOnTimestamp: start + HOUR_MS,
  });
  const query = { 'api-version': '2019-08-01', resource: 'https://storage.azure.com', client_id: '00000000-0000-4000-8000-000000000001' };
  expect(asked).toEqual([{ query, header: 'secret' }]);
});

it('asks once for each resource while its token holds, however many want it at once', async () => {
  const identity = open();
  await Promise.all([identity.getToken(STORAGE), identity.getToken([STORAGE])]);
  await identity.getToken(STORAGE);
  await identity.getToken('https://management.azure.com/.default');
  expect(asked.map(({ query }) => query.resource)).toEqual(['https://storage.azure.com', 'https://management.azure.com']);
});

it('replaces a token some minutes before its end, and goes on with it where that fails', async () => {
  const identity = open();
  await identity.getToken(STORAGE);
  time = start + HOUR_MS - 4 * 60_000;
  answer.status = 400;
  expect((await identity.getToken(STORAGE))?.token).toBe('one');
  answer = { status: 200, body: { access_token: 'two', expires_on: (time + HOUR_MS) / 1000 } };
  expect((await identity.getToken(STORAGE))?.token).toBe('two');
  expect(asked).toHaveLength(3);
});

it.each([
  ['a refusal', { status: 400, body: { statusCode: 400, message: 'No managed identity' } }],
  ['an answer without a token', { status: 200, body: { expires_on: '1' } }],
  ['an answer that is no JSON', { status: 200, body: undefined }],
])('fails with %s', async (_, given) => {
  answer = given;
  await expect(open().getToken(STORAGE)).rejects.toThrow();
});
