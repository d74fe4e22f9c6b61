import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { keepAnswers } from '../../src/http/keep-answers.ts';
import { emptyLedger } from '../../src/model/ledger.ts';
import type { Services } from '../../src/services.ts';
import { insertCompleted, insertLine } from '../../src/tables/sweep-list.ts';
import { type Clock, servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { ask } from './ask.ts';

let storage: Storage;
let services: Services;
let clock: Clock;
let reads: URLSearchParams[];
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  ({ services, clock } = servicesAt(storage.connectionString, '2026-11-21T09:36:00.000Z'));
  reads = [];
  for (const month of ['sweeps202611', 'sweeps202610'] as const)
    (await services.tables.open(month)).pipeline.addPolicy({
      name: 'count',
      sendRequest(request, next) {
        if (request.method === 'GET') reads.push(new URL(request.url).searchParams);
        return next(request);
      },
    });
});

const complete = (sweep: string, completedAt: string) =>
  insertCompleted(services.tables, { sweep, startedAt: sweep, completedAt, ledger: emptyLedger, warnings: ['a gap'] });

// In this order: the second finds what the first left.
it('is told to many who ask at once by one read, also where the answer is that sweeps do not complete', async () => {
  const kept = keepAnswers();
  const many = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(services, n % 2 ? 'health' : `health?code=${n}`, {}, kept)));
  expect(new Set(many.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['503 {"status":"stale","lastCompletedAt":null}']));
  const asked = reads.length;
  await ask(services, 'health', {}, kept);
  const bare = await ask(services, 'health', { method: 'HEAD' }, kept);
  expect([bare.status, bare.text, bare.headers.get('content-length')]).toEqual([503, '', String(many[0]!.text.length)]);
  expect(reads.length).toBe(asked);
  await complete('2026-11-21T09:35:00Z', '2026-11-21T09:36:01.000Z');
  clock.move(5_001);
  const healed = await ask(services, 'health', {}, kept);
  expect([healed.status, healed.json]).toEqual([200, { status: 'ok', lastCompletedAt: '2026-11-21T09:36:01.000Z' }]);
});

it('is read from a few rows, without what came of their sweeps', async () => {
  for (let n = 0; n < 3; n++) await insertLine(services.tables, `2026-11-21T09:3${6 + n}:00Z`, '2026-11-21T09:36:00.000Z');
  const { json } = await ask(services, 'health');
  expect(json).toEqual({ status: 'ok', lastCompletedAt: '2026-11-21T09:36:01.000Z' });
  expect(reads.map((query) => [query.get('$select'), query.get('$top')])).toEqual([['completedAt', '4']]);
});
