import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import type { Bucket } from '../../../src/model/pace.ts';
import type { Services } from '../../../src/services.ts';
import { giveBack, pauseBucket, pausedUntil, takeSlot, takeSlots } from '../../../src/sweep/run/pace.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const start = Date.parse('2026-11-21T09:35:00.000Z');
const later = (seconds: number) => new Date(start + seconds * 1000);
const farAway = later(3600);

let azurite: Azurite;
let services: Services;
let clock: Clock;
let bucket: Bucket;
beforeAll(async () => {
  azurite = await startAzurite();
  ({ services, clock } = servicesAt(azurite.connectionString, '2026-11-21T09:35:00.000Z'));
});
afterAll(() => azurite.stop());
beforeEach(() => {
  clock.at(start);
  bucket = { subscriptionId: randomUUID(), region: 'westeurope' };
});

const take = async (nodes: number, extra = false, before = farAway) => (await takeSlot(services, bucket, { nodes, extra, before })).at;

describe('the pace of a sweep', () => {
  it('starts at once and goes on at 80 % of STARTS_PER_MINUTE', async () => {
    // 250 a minute, of which sweeps have 200: 50 nodes take 15 s.
    expect([await take(50), await take(50), await take(10), await take(1)]).toEqual([later(0), later(15), later(30), later(33)]);
  });

  it('saves nothing up while nobody starts', async () => {
    await take(50);
    clock.move(100_000);
    expect([await take(1), await take(1)]).toEqual([later(100), later(100.3)]);
  });

  it('gives each of many who ask together a slot of their own, at the same pace, in however many processes', async () => {
    const processes = Array.from({ length: 12 }, () => servicesAt(azurite.connectionString, new Date(start).toISOString()).services);
    const slots = await Promise.all(processes.map((own) => takeSlot(own, bucket, { nodes: 10, extra: false, before: farAway })));
    expect(slots.map(({ at }) => at.getTime()).sort()).toEqual(Array.from({ length: 12 }, (_, n) => start + n * 3000));
  });

  it('costs one process a read and a write for each of many who ask together', async () => {
    const own = servicesAt(azurite.connectionString, new Date(start).toISOString()).services;
    let requests = 0;
    (await own.tables.open('pace')).pipeline.addPolicy({
      name: 'count',
      sendRequest(request, next) {
        requests += 1;
        return next(request);
      },
    });
    const slots = await Promise.all(Array.from({ length: 12 }, () => takeSlot(own, bucket, { nodes: 10, extra: false, before: farAway })));
    expect(new Set(slots.map(({ at }) => at.getTime())).size).toBe(12);
    expect(requests).toBe(24);
  });

  it('is of each subscription and region alone', async () => {
    await take(50);
    const others = [
      { ...bucket, region: 'northeurope' },
      { ...bucket, subscriptionId: randomUUID() },
    ];
    for (const other of others)
      expect((await takeSlot(services, other, { nodes: 50, extra: false, before: farAway })).at).toEqual(later(0));
  });

  it('gives the slices of a cluster their slots at once, as many as come in time, by one read and one write', async () => {
    const own = servicesAt(azurite.connectionString, new Date(start).toISOString()).services;
    let requests = 0;
    (await own.tables.open('pace')).pipeline.addPolicy({
      name: 'count',
      sendRequest(request, next) {
        requests += 1;
        return next(request);
      },
    });
    expect(await takeSlots(own, bucket, [50, 50, 10, 50], { from: later(3), before: later(36) })).toEqual({
      slots: [later(3), later(18), later(33)],
    });
    expect(requests).toBe(2);
    // What did not come in time has taken nothing.
    expect(await take(1)).toEqual(later(36));
    expect(await takeSlots(own, bucket, [], { from: later(3), before: later(36) })).toEqual({ slots: [] });
  });

  it('tells a slot that comes too late, and keeps it for somebody else', async () => {
    await take(50);
    expect(await take(50, false, later(15))).toEqual(later(15));
    expect(await take(50, false, later(15.001))).toEqual(later(15));
    expect(await take(50)).toEqual(later(30));
  });
});

describe('the pace of confirmations and checks', () => {
  it('is 20 % of STARTS_PER_MINUTE, whatever the sweep has taken', async () => {
    await take(50);
    await take(50);
    expect([await take(10, true), await take(1, true), await take(1, true)]).toEqual([later(0), later(12), later(13.2)]);
    expect(await take(1)).toEqual(later(30));
  });
});

describe('a paused bucket', () => {
  it('has no slot before the pause is over, for sweeps and confirmations alike', async () => {
    await take(1);
    await pauseBucket(services, bucket, 30);
    expect(await takeSlot(services, bucket, { nodes: 50, extra: false, before: farAway })).toEqual({ at: later(30), paused: true });
    expect(await takeSlot(services, bucket, { nodes: 1, extra: true, before: farAway })).toEqual({ at: later(30), paused: true });
    expect(await take(1)).toEqual(later(45));
    expect(await pausedUntil(services, bucket)).toEqual(later(30));
  });

  it('is open again once the pause is over', async () => {
    await pauseBucket(services, bucket, 30);
    clock.move(30_000);
    expect(await pausedUntil(services, bucket)).toBeUndefined();
    expect(await takeSlot(services, bucket, { nodes: 1, extra: false, before: farAway })).toEqual({ at: later(30), paused: false });
  });

  it('stays paused for as long as the longest pause says', async () => {
    await pauseBucket(services, bucket, 60);
    await pauseBucket(services, bucket, 30);
    expect(await pausedUntil(services, bucket)).toEqual(later(60));
  });

  it('pauses no other', async () => {
    await pauseBucket(services, bucket, 60);
    expect(await pausedUntil(services, { ...bucket, region: 'northeurope' })).toBeUndefined();
    expect(await pausedUntil(services, { ...bucket, subscriptionId: randomUUID() })).toBeUndefined();
  });

  it('is known of by another process', async () => {
    await pauseBucket(services, bucket, 60);
    const other = servicesAt(azurite.connectionString, '2026-11-21T09:35:00.000Z').services;
    expect(await takeSlot(other, bucket, { nodes: 1, extra: false, before: farAway })).toEqual({ at: later(60), paused: true });
  });
});

describe('another STARTS_PER_MINUTE', () => {
  it('is another pace', async () => {
    const slow = servicesAt(azurite.connectionString, '2026-11-21T09:35:00.000Z', { STARTS_PER_MINUTE: '75' }).services;
    await takeSlot(slow, bucket, { nodes: 50, extra: false, before: farAway });
    expect((await takeSlot(slow, bucket, { nodes: 1, extra: false, before: farAway })).at).toEqual(later(50));
  });
});

describe('the starts of rechecks', () => {
  const lend = (nodes: number) => takeSlot(services, bucket, { nodes, extra: false, lends: true, before: farAway });

  it('are given back once, by as many nodes as a sweep can leave out', async () => {
    await lend(7);
    expect(await giveBack(services, bucket, 4)).toBe(4);
    await lend(2);
    expect([await giveBack(services, bucket, 100), await giveBack(services, bucket, 100)]).toEqual([5, 0]);
  });

  it('outlast a pause and what sweeps start, and are none where none were lent', async () => {
    expect(await giveBack(services, bucket, 10)).toBe(0);
    await lend(3);
    await pauseBucket(services, bucket, 10);
    await take(5);
    expect(await giveBack(services, bucket, 10)).toBe(3);
  });

  it('are not believed where somebody wrote more than could be started', async () => {
    const pace = await services.tables.open('pace');
    await pace.upsertEntity({ partitionKey: bucket.subscriptionId, rowKey: bucket.region, lent: 1e12 });
    expect(await giveBack(services, bucket, 1e6)).toBe(10_000);
  });
});
