import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { type Services, WORK_QUEUE } from '../../../src/services.ts';
import { finalizeCluster } from '../../../src/sweep/close/finalize-cluster.ts';
import { insertPlan, insertTally, markQueued, markStarted } from '../../../src/tables/plan-rows.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const sweep = '2026-11-21T09:35:00Z';
const at = (time: string) => `2026-11-21T09:${time}.000Z`;
let azurite: Azurite;
let services: Services;
let clock: Clock;
let queue: QueueClient;
let cluster: string;
let clusters = 0;
beforeAll(async () => {
  azurite = await startAzurite();
  ({ services, clock } = servicesAt(azurite.connectionString, sweep));
  queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
  await queue.create();
});
afterAll(() => azurite.stop());
beforeEach(async () => {
  await queue.clearMessages();
  clusters += 1;
  cluster = `0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.c${clusters}`;
  const slices = [['a', 'b'], ['c'], ['d']];
  await insertPlan(services.tables, sweep, cluster, { region: 'westeurope', slices, due: at('35:10'), notProbed: {}, gaps: {} });
});

/** The slices whose collection is enqueued once more by a look at a moment. */
async function recollectedAt(time: string): Promise<string[]> {
  clock.at(at(time));
  expect(await finalizeCluster(services, sweep, cluster, false)).toBeUndefined();
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  const messages = receivedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()));
  return messages.filter(({ kind }) => kind === 'collect-slice').map(({ slice, nodes }) => `${slice}: ${nodes}`);
}

describe('a collection that is missing', () => {
  it('is enqueued once more a minute after it was due, and not again', async () => {
    await markStarted(services.tables, sweep, cluster, '0', at('35:12'));
    await markStarted(services.tables, sweep, cluster, '1', at('36:00'));
    // A collection is due 25 s after the start.
    expect(await recollectedAt('36:36')).toEqual([]);
    expect(await recollectedAt('36:37')).toEqual(['0: a,b']);
    expect(await recollectedAt('37:25')).toEqual(['1: c']);
    expect(await recollectedAt('39:00')).toEqual([]);
  });

  it('is that of the nodes that were deferred, once the slice that they were deferred from has its tally', async () => {
    await markStarted(services.tables, sweep, cluster, '0', at('35:12'));
    await markStarted(services.tables, sweep, cluster, '0.r1', at('35:40'));
    await insertTally(services.tables, sweep, cluster, '0', { 'reachable/Reachable': ['a'] });
    expect(await recollectedAt('37:04')).toEqual([]);
    expect(await recollectedAt('37:05')).toEqual(['0.r1: b']);
    expect(await recollectedAt('38:00')).toEqual([]);
  });

  it('is also that of nodes that were started again after their start was lost', async () => {
    await markStarted(services.tables, sweep, cluster, '0', at('35:12'));
    await markStarted(services.tables, sweep, cluster, '0.s1_0123abcd', at('36:20'));
    await insertTally(services.tables, sweep, cluster, '0', { 'reachable/Reachable': ['a'] });
    expect(await recollectedAt('37:44')).toEqual([]);
    expect(await recollectedAt('37:45')).toEqual(['0.s1_0123abcd: b']);
    expect(await recollectedAt('38:00')).toEqual([]);
  });

  it('is none while the slice waits for its slot, and is one when the sweep is over', async () => {
    await insertTally(services.tables, sweep, cluster, '0', { 'reachable/Reachable': ['a', 'b'] });
    expect(await recollectedAt('39:59')).toEqual([]);
    expect(await recollectedAt('40:59')).toEqual([]);
    expect((await recollectedAt('41:00')).sort()).toEqual(['1: c', '2: d']);
  });
});

describe('a start that is missing', () => {
  /** The slices whose start is enqueued once more by a look at a moment, with the slot that they waited for. */
  async function startedAgainAt(time: string): Promise<string[]> {
    clock.at(at(time));
    await finalizeCluster(services, sweep, cluster, false);
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
    const messages = receivedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()));
    return messages.filter(({ kind }) => kind === 'start-slice').map(({ slice, nodes, slot = '' }) => `${slice}: ${nodes} ${slot}`.trim());
  }

  it('is enqueued once more a minute after it was due, or after the slot that it was given', async () => {
    await markStarted(services.tables, sweep, cluster, '0', at('35:12'));
    await markQueued(services.tables, sweep, cluster, '2', at('36:30'));
    expect(await startedAgainAt('36:09')).toEqual([]);
    expect(await startedAgainAt('36:10')).toEqual(['1: c']);
    expect(await startedAgainAt('37:29')).toEqual([]);
    expect(await startedAgainAt('37:30')).toEqual([`2: d ${at('36:30')}`]);
    expect(await startedAgainAt('39:00')).toEqual([]);
  });

  it('is none once the next sweep has begun', async () => {
    expect(await startedAgainAt('40:00')).toEqual([]);
  });
});
