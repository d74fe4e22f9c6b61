import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Services, WORK_QUEUE } from '../../src/services.ts';
import { emptyCounts } from '../../src/sweep/ledger.ts';
import { settlePoison } from '../../src/sweep/settle-poison.ts';
import { requestSweep, startSweep } from '../../src/sweep/start-sweep.ts';
import { doWork } from '../../src/sweep/work.ts';
import { readSubscriptions } from '../../src/tables/sweep-rows.ts';
import { servicesAt } from './services-at.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const sweep = '2026-11-21T09:35:00Z';
let azurite: Azurite;
let services: Services;
let queue: QueueClient;
beforeAll(async () => {
  azurite = await startAzurite();
  queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
  await queue.create();
});
afterAll(() => azurite.stop());
beforeEach(async () => {
  await queue.clearMessages();
  services = servicesAt(azurite.connectionString, '2026-11-21T09:35:02.000Z', { SUBSCRIPTIONS: subscription }).services;
});

/** The deadlines of messages that wait for nothing, by kind. */
async function deadlines(): Promise<Record<string, string>> {
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  const messages = peekedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()));
  return Object.fromEntries(messages.map(({ kind, deadline }) => [kind, deadline]));
}

it('a sweep may be started until the next one is due, however slowly an app awakes', async () => {
  await requestSweep(services, false);
  expect(await deadlines()).toEqual({ 'start-sweep': '2026-11-21T09:40:00.000Z' });
});

it('its subscriptions may be listed for as long as anything of it may be begun', async () => {
  await startSweep(services, { v: 1, kind: 'start-sweep', sweep, deadline: '2026-11-21T09:40:00.000Z' });
  expect(await deadlines()).toEqual({ 'list-clusters': '2026-11-21T09:42:00.000Z' });
});

it('is over what is known where Azure did not tell what can be read, each time it was asked', async () => {
  const known = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e02';
  const { services: everything } = servicesAt(azurite.connectionString, '2026-11-21T09:35:02.000Z');
  const clusters = await everything.tables.open('clusters');
  await clusters.createEntity({ partitionKey: 'fleet', rowKey: `${known}.rg.shop`, nodes: JSON.stringify({ ...emptyCounts, known: 2 }) });
  const message = { v: 1, kind: 'start-sweep', sweep: '2026-11-21T09:40:00Z', deadline: '2026-11-21T09:45:00.000Z' };
  await expect(doWork(everything, message)).rejects.toThrow();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await settlePoison(everything, message);
  expect(await readSubscriptions(await everything.tables.open('sweeps'), message.sweep)).toEqual([known]);
  expect(await deadlines()).toHaveProperty('list-clusters');
});
