import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type CheckRow, lockNode } from '../../src/tables/check-rows.ts';
import { acquireJudging } from '../../src/tables/incident-rows.ts';
import { newestFirst } from '../../src/tables/open-tables.ts';
import { readSummaries } from '../../src/tables/outbox-rows.ts';
import { lastCompleted } from '../../src/tables/sweep-list.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => storage.stop());

const now = new Date('2026-11-21T09:35:00.000Z');
const NEVER = '9999-12-31T23:59:59.000Z';

it('a summary whose key cannot be decoded keeps no other of its cluster from being sent', async () => {
  const fleet = await storage.tables.open('fleet');
  for (const rowKey of ['outbox|%', 'outbox|one%2Ftwo']) await fleet.createEntity({ partitionKey: 'c', rowKey, what: 'started' });
  expect((await readSummaries(storage.tables, 'c')).map(({ eventId }) => eventId)).toEqual(['one/two']);
});

it.each([NEVER, 'zzz'])('a lock until %s does not keep a node from being checked', async (until) => {
  const checks = await storage.tables.open('checks');
  await checks.upsertEntity({ partitionKey: 'running', rowKey: 'c|n', check: '2026-11-21-ffffffffffffffff', until });
  const check = { id: '2026-11-21-0123456789abcdef', cluster: 'c', node: 'n' } as CheckRow;
  expect(await lockNode(storage.tables, check, now, new Date(now.getTime() + 600_000))).toBeUndefined();
});

it('a turn that was taken in the future does not keep incidents from being judged', async () => {
  const clusters = await storage.tables.open('clusters');
  await clusters.createEntity({ partitionKey: 'incidents', rowKey: '!guard', closed: false, turn: NEVER });
  expect(await acquireJudging(storage.tables, now, 2000)).toBeUndefined();
  expect(await acquireJudging(storage.tables, now, 2000)).toEqual(new Date(now.getTime() + 2000));
});

it('a sweep that is said to be complete in the future does not hide that none is completed', async () => {
  const list = await storage.tables.open('sweeps202611' as never);
  const sweep = '2099-01-01T00:00:00Z';
  await list.createEntity({ partitionKey: 'sweeps', rowKey: newestFirst(sweep), sweep, startedAt: sweep, completedAt: sweep });
  expect(await lastCompleted(storage.tables, now)).toBeUndefined();
});
