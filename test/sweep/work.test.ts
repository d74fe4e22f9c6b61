import { RestError } from '@azure/core-rest-pipeline';
import { TableServiceClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { SignInError } from '../../src/azure/sign-in-error.ts';
import { buildServices, type Services, WORK_QUEUE } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { MESSAGE_VERSION, type WorkKind } from '../../src/sweep/queue/messages.ts';
import { doWork, retryAfter } from '../../src/sweep/work.ts';

const cluster = '11111111-2222-4333-8444-555555555555.rg-shop.shop';
const slice = { cluster, slice: '0', nodes: ['aks-web-00000001-vmss000000'] };
const bodies: Record<WorkKind, object> = {
  'start-sweep': {},
  'list-clusters': { subscription: '11111111-2222-4333-8444-555555555555' },
  'expand-cluster': { cluster },
  'start-slice': slice,
  'collect-slice': slice,
  'assess-cluster': { cluster, assessAt: '2026-01-01T00:00:07.000Z' },
  'close-sweep': {},
  'judge-incidents': { judgeAt: '2026-01-01T00:00:07.000Z' },
  diagnose: { cluster, subject: 'cluster' },
  'deliver-webhook': { webhook: 'pager', day: '2026-01-01', event: '0123456789abcdef0123456789abcdef' },
  check: { check: '2026-01-01-0123456789abcdef' },
};

let azurite: Azurite;
let services: Services;
let queue: QueueClient;

beforeAll(async () => {
  azurite = await startAzurite();
  const settings = readSettings({ AzureWebJobsStorage: azurite.connectionString, ARM_ENDPOINT: 'https://127.0.0.1:1' });
  services = buildServices(settings, { getToken: () => Promise.reject(new Error('no token was to be asked for')) });
  queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
  await queue.create();
});
afterAll(() => azurite.stop());

async function tableNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of TableServiceClient.fromConnectionString(azurite.connectionString, {
    allowInsecureConnection: true,
  }).listTables())
    names.push(name ?? '');
  return names;
}

function message(kind: WorkKind, deadline: Date, v = MESSAGE_VERSION): object {
  return { v, kind, sweep: '2026-01-01T00:00:00Z', deadline: deadline.toISOString(), ...bodies[kind] };
}

describe('a message that comes back after the process that had it died', () => {
  it.each(Object.keys(bodies) as WorkKind[])('of kind %s is past its deadline by then, and dropped without a trace', async (kind) => {
    await doWork(services, message(kind, new Date(Date.now() - 1)));
    expect(await tableNames()).toEqual([]);
    expect((await queue.peekMessages({ numberOfMessages: 32 })).peekedMessageItems).toEqual([]);
  });
});

describe('a message whose stage failed', () => {
  const now = new Date('2026-11-21T10:00:00.000Z');
  const message = { kind: 'collect-slice' as const, deadline: '2026-11-21T10:05:00.000Z' };
  const busy = new RestError('The server is busy.', { statusCode: 503, code: 'ServerBusy' });

  it('is tried again after longer and longer where the failure passes', () => {
    const delays = [undefined, 1, 2, 3, 4, 9].map((tries) => retryAfter(busy, { ...message, tries }, now));
    expect(delays).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('is tried until a minute before its deadline, and given up then, so that its work has an outcome', () => {
    const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 10, minute, second));
    expect([at(3, 55), at(3, 56), at(5, 30)].map((time) => retryAfter(busy, message, time))).toEqual([5, undefined, undefined]);
  });

  it.each<[string, unknown, number | undefined]>([
    ['there is no token', new SignInError('no token'), 5],
    ['a host is not found', new RestError('no', { code: 'ENOTFOUND' }), 5],
    ['Azure throttles without saying for how long', new RestError('no', { statusCode: 429 }), 30],
    ['a write is lost', new RestError('no', { statusCode: 412 }), undefined],
    ['access is denied', new RestError('no', { statusCode: 403 }), undefined],
    ['the program has an error', new TypeError('x is not a function'), undefined],
  ])('because %s comes back accordingly', (_, error, seconds) => {
    expect(retryAfter(error, message, now)).toBe(seconds);
  });

  it('starts a sweep over what is known after three tries, while it has most of its time', () => {
    const tries = [undefined, 2, 3].map((n) => retryAfter(busy, { kind: 'start-sweep', deadline: message.deadline, tries: n }, now));
    expect(tries).toEqual([5, 20, undefined]);
  });
});

it('sends a message of a newer version back for a minute, unchanged', async () => {
  const newer = message('close-sweep', new Date(Date.now() + 60_000), MESSAGE_VERSION + 1);
  await doWork(services, newer);
  // It is invisible for now: the count knows of it, a peek does not.
  expect((await queue.getProperties()).approximateMessagesCount).toBe(1);
  expect((await queue.peekMessages()).peekedMessageItems).toEqual([]);
  await queue.clearMessages();
});

it.each([
  ['nothing', undefined],
  ['a text', 'hello'],
  ['an unknown kind', { v: MESSAGE_VERSION, kind: 'dance', deadline: '2999-01-01T00:00:00Z' }],
  ['a target of its own', { ...message('expand-cluster', new Date('2999-01-01')), url: 'https://elsewhere.example' }],
  ['a cluster that is none', { ...message('expand-cluster', new Date('2999-01-01')), cluster: '../../x' }],
  [
    'more nodes than a slice holds',
    { ...message('start-slice', new Date('2999-01-01')), nodes: Array.from({ length: 51 }, (_, n) => `n${n}`) },
  ],
  ['a version of long ago', message('close-sweep', new Date('2999-01-01'), MESSAGE_VERSION - 2)],
])('refuses %s, so that it ends in the poison queue', async (_, raw) => {
  await expect(doWork(services, raw)).rejects.toThrow(/expected a/);
});
