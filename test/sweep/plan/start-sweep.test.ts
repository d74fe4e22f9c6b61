import { createHttpHeaders, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { handlePoison } from '../../../src/housekeeping/handle-poison.ts';
import { emptyCounts } from '../../../src/model/ledger.ts';
import { connectArm, type Services, WORK_QUEUE } from '../../../src/services.ts';
import { requestSweep, startSweep } from '../../../src/sweep/plan/start-sweep.ts';
import { doWork } from '../../../src/sweep/work.ts';
import { readSubscriptions } from '../../../src/tables/sweep-rows.ts';
import { servicesAt } from '../services-at.ts';

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

describe('where Azure does not tell what can be read', () => {
  const known = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e02';
  const messageOf = (next: string) => ({ v: 1, kind: 'start-sweep', sweep: next, deadline: '2026-11-21T10:30:00.000Z' }) as const;
  /** Has it be two seconds past a turn of the schedule, from which on that sweep may be started. */
  const turnTo = (next: string) => {
    services = servicesAt(azurite.connectionString, new Date(Date.parse(next) + 2000).toISOString(), {
      FLAP_WINDOW_MINUTES: '60',
    }).services;
    return messageOf(next);
  };
  const begun = async (next: string) => readSubscriptions(services.tables, next);
  beforeEach(async () => {
    turnTo(sweep);
    const row = { partitionKey: 'fleet', rowKey: `${known}.rg.shop`, nodes: JSON.stringify({ ...emptyCounts, known: 2 }) };
    await (await services.tables.open('clusters')).upsertEntity(row);
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });

  it('a sweep is over what is known, once it was asked as often as a message is tried', async () => {
    const message = turnTo('2026-11-21T10:00:00Z');
    await doWork(services, message);
    expect(await begun(message.sweep)).toEqual([]);
    await expect(doWork(services, { ...message, tries: 3 })).rejects.toThrow();
    await handlePoison(services, message);
    expect(await begun(message.sweep)).toEqual([known]);
    expect(await deadlines()).toHaveProperty('list-clusters');
  });

  it('one of long ago is left alone', async () => {
    await handlePoison(services, messageOf('2026-11-21T09:25:00Z'));
    expect(await begun('2026-11-21T09:25:00Z')).toEqual([]);
    expect(await deadlines()).toEqual({});
  });

  it.each([
    [600, [known]],
    [20, []],
  ])('asked to come back in %d s, it waits only where the sweep is not over by then', async (seconds, subscriptions) => {
    const { sweep: next } = turnTo(`2026-11-21T10:${seconds === 600 ? '05' : '10'}:00Z`);
    const token = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const headers = createHttpHeaders({ 'retry-after': String(seconds) });
    const throttle: PipelinePolicy = {
      name: 'throttle',
      sendRequest: async (request) => ({ request, status: 429, headers, bodyAsText: '{}' }),
    };
    services = { ...services, arm: connectArm(services.settings, token, [throttle]) };
    await doWork(services, messageOf(next));
    expect(await begun(next)).toEqual(subscriptions);
  });
});
