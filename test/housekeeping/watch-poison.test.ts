import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { prune } from '../../src/housekeeping/prune.ts';
import { readTotals } from '../../src/tables/total-rows.ts';
import { json, type LoopbackAzure, serveHttps } from '../serve-https.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

const NOW = '2026-11-21T02:17:00.000Z';

let storage: Storage;
let insights: LoopbackAzure;
let poison: QueueClient;
beforeAll(async () => {
  storage = await startStorage();
  poison = new QueueClient(storage.connectionString, 'work-poison');
  insights = await serveHttps((request, response) => {
    const count = JSON.parse(request.body).length;
    json(response, 200, { itemsReceived: count, itemsAccepted: count, errors: [] });
  });
});
afterAll(async () => {
  await insights.close();
  await storage.stop();
});
beforeEach(async () => {
  await poison.deleteIfExists();
  insights.received.length = 0;
});

async function pruneAt(time = NOW, endpoint = insights.url): Promise<Record<string, unknown>[]> {
  const connectionString = `InstrumentationKey=00000000-1111-4222-8333-444444444444;IngestionEndpoint=${endpoint}/`;
  const { services } = servicesAt(storage.connectionString, time, { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString });
  await prune(services);
  return insights.received
    .flatMap(({ body }) => JSON.parse(body))
    .map(({ data }) => ({ name: data.baseData.name, ...data.baseData.properties }));
}

describe('what stays in the poison queue', () => {
  it('is notified once a day under one id, hidden as the host keeps what it cannot decode', async () => {
    await poison.create();
    await poison.sendMessage('{not base64}');
    await poison.sendMessage('{nor this}');
    await poison.receiveMessages({ numberOfMessages: 2, visibilityTimeout: 600 });
    const message =
      'the queue work-poison holds 2 messages that its function did not take or failed on: look who sends what is not base64, then clear the queue';
    const sent = { name: 'ProberError', eventId: 'poison/queue/2026-11-21', message, evidence: '' };
    expect(await pruneAt()).toEqual([sent]);
    expect(await pruneAt('2026-11-21T03:17:00.000Z')).toEqual([sent, sent]);
    expect((await readTotals(storage.tables)).errors).toEqual({ 'poison-queue': 2 });
    expect((await pruneAt('2026-11-22T00:17:00.000Z')).at(-1)).toEqual({ ...sent, eventId: 'poison/queue/2026-11-22' });
  });

  it('is shown where it is visible, without secrets', async () => {
    await poison.create();
    await poison.sendMessage('{"AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"');
    const [{ message, evidence }] = (await pruneAt()) as [Record<string, string>];
    expect(message).toContain('holds 1 message that');
    expect(evidence).toMatch(/^\{"AccountKey=/);
    expect(evidence).not.toContain('c2VjcmV0');
  });

  it('is nothing where the queue is empty, or not there', async () => {
    expect(await pruneAt()).toEqual([]);
    await poison.create();
    expect(await pruneAt()).toEqual([]);
  });

  it('keeps nothing from being pruned where it cannot be notified, and is an error in the log', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    await poison.create();
    await poison.sendMessage('{not base64}');
    const old = await storage.tables.open('results20251121');
    await pruneAt(NOW, 'https://127.0.0.1:2');
    expect(await storage.tables.dated('results')).not.toContain(old.tableName);
    expect(said.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^error: what stays in the poison queue could not be notified: IngestionError: expected .* got no answer: fetch/,
        ),
      ],
    ]);
    said.mockRestore();
  });
});
