import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquireNotificationLease } from '../../src/tables/notification-lease.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const now = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

it('goes to one of many who ask at once, and tells the others when to ask again', async () => {
  const asked = await Promise.all(Array.from({ length: 8 }, () => acquireNotificationLease(storage.tables, 'many', now)));
  expect(asked.filter((answer) => !(answer instanceof Date))).toHaveLength(1);
  expect(asked.filter((answer) => answer instanceof Date)).toEqual(Array(7).fill(later(30)));
});

it('is free again once it is given back', async () => {
  const first = await acquireNotificationLease(storage.tables, 'returned', now);
  if (first instanceof Date) throw new Error('expected the lease');
  await first.release();
  expect(await acquireNotificationLease(storage.tables, 'returned', now)).not.toBeInstanceOf(Date);
});

it('expires where its owner died', async () => {
  await acquireNotificationLease(storage.tables, 'dead', now);
  expect(await acquireNotificationLease(storage.tables, 'dead', later(29))).toEqual(later(30));
  expect(await acquireNotificationLease(storage.tables, 'dead', later(30))).not.toBeInstanceOf(Date);
});

it.each(['9999-01-01T00:00:00Z', 'nonsense', ''])('is not silenced by a row that says "%s"', async (until) => {
  const fleet = await storage.tables.open('fleet');
  await fleet.upsertEntity({ partitionKey: `odd ${until}`, rowKey: 'notifying', until });
  expect(await acquireNotificationLease(storage.tables, `odd ${until}`, now)).not.toBeInstanceOf(Date);
});

it('is not taken from another by one who kept it for too long', async () => {
  const first = await acquireNotificationLease(storage.tables, 'slow', now);
  if (first instanceof Date) throw new Error('expected the lease');
  await acquireNotificationLease(storage.tables, 'slow', later(31));
  await first.release();
  expect(await acquireNotificationLease(storage.tables, 'slow', later(32))).toEqual(later(61));
});
