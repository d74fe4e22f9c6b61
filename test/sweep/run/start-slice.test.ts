import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { emptyHistory, emptyState } from '../../../src/model/node-state.ts';
import { runId } from '../../../src/model/slice-name.ts';
import { inconclusive } from '../../../src/model/verdict.ts';
import { type Services, WORK_QUEUE } from '../../../src/services.ts';
import type { MessageOf } from '../../../src/sweep/queue/messages.ts';
import { claimNodes } from '../../../src/sweep/run/claim.ts';
import { collectSlice } from '../../../src/sweep/run/collect-slice.ts';
import { pauseBucket, takeSlot } from '../../../src/sweep/run/pace.ts';
import { startSlice } from '../../../src/sweep/run/start-slice.ts';
import { readNodes, stateProperties } from '../../../src/tables/node-rows.ts';
import { readCursors } from '../../../src/tables/pace-rows.ts';
import { insertPlan, insertTally, markStarted, readPlanAndTallies } from '../../../src/tables/plan-rows.ts';
import { putStarted, readStartedNode } from '../../../src/tables/start-rows.ts';
import { until } from '../../host/until.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const sweep = '2026-11-21T09:35:00Z';
const subscriptionId = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const bucket = { subscriptionId, region: 'westeurope' };
const over = new Date('2026-11-21T09:40:00.000Z');
let azurite: Azurite;
let services: Services;
let clock: Clock;
let queue: QueueClient;
let cluster: string;
let clusters = 0;
beforeAll(async () => {
  azurite = await startAzurite();
  queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
  await queue.create();
});
afterAll(() => azurite.stop());
beforeEach(async () => {
  await queue.clearMessages();
  ({ services, clock } = servicesAt(azurite.connectionString, '2026-11-21T09:35:10.000Z'));
  clusters += 1;
  cluster = `${subscriptionId}.rg.c${clusters}`;
  const planned = { region: bucket.region, slices: [['a']], due: '2026-11-21T09:35:05.000Z', notProbed: {}, gaps: {} };
  await insertPlan(services.tables, sweep, cluster, planned);
  await (await services.tables.open('pace')).deleteEntity(bucket.subscriptionId, bucket.region).catch(() => {});
});

const message = (): MessageOf<'start-slice'> => {
  return { v: 1, kind: 'start-slice', deadline: '2026-11-21T09:42:00.000Z', sweep, cluster, slice: '0', nodes: ['a'] };
};
const tallies = async () => (await readPlanAndTallies(services.tables, sweep, cluster)).tallies;

/** Leaves no slot before the end of the sweep. */
const useUp = () => takeSlot(services, bucket, { nodes: 100_000, extra: false, before: over });

const count = async () => (await queue.getProperties()).approximateMessagesCount;

describe('a slice whose message holds a slot', () => {
  const slotted = async () => {
    const { receivedMessageItems } = await queue.receiveMessages();
    return receivedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()))[0];
  };
  const nextFree = async () => (await readCursors(services.tables, bucket)).nextFree;

  it('starts at it, also where that is the end of a pause and the message is back a little before', async () => {
    await pauseBucket(services, bucket, 3);
    await startSlice(services, message());
    const planned = await nextFree();
    const back = await until('the message', slotted);
    clock.move(1500);
    await startSlice(services, back);
    expect((await readPlanAndTallies(services.tables, sweep, cluster)).started.size).toBe(1);
    expect(await nextFree()).toBe(planned);
  });

  it('takes another where it comes too late for it', async () => {
    await pauseBucket(services, bucket, 3);
    await startSlice(services, message());
    const back = await until('the message', slotted);
    clock.move(6100);
    await startSlice(services, back);
    expect((await readPlanAndTallies(services.tables, sweep, cluster)).started.size).toBe(1);
    expect(await nextFree()).toBe(services.now().getTime() + 300);
  });
});

describe('a copy of a start', () => {
  it('tallies nothing where its original has the last slot and begins at this moment', async () => {
    await useUp();
    const table = await services.tables.open('pace');
    let begun = false;
    table.pipeline.addPolicy({
      name: 'begin',
      async sendRequest(request, next) {
        if (!begun) {
          begun = true;
          await markStarted(services.tables, sweep, cluster, '0', '2026-11-21T09:35:10.000Z');
        }
        return next(request);
      },
    });
    await startSlice(services, message());
    expect([begun, (await tallies()).size, await count()]).toEqual([true, 0, 0]);
  });

  it('is dropped while its original waits for its slot, though no other slot is left', async () => {
    await pauseBucket(services, bucket, 60);
    await startSlice(services, message());
    expect(await count()).toBe(1);
    await useUp();
    await startSlice(services, message());
    expect([await count(), (await tallies()).size]).toEqual([1, 0]);
  });
});

describe('a slice that was started', () => {
  it('is not started again, nor tallied as having no slot left: it is collected', async () => {
    await markStarted(services.tables, sweep, cluster, '0', '2026-11-21T09:35:09.000Z');
    await useUp();
    await startSlice(services, message());
    expect([await count(), (await tallies()).size]).toEqual([1, 0]);
  });

  it('is collected though it was tallied before its end', async () => {
    const fleet = await services.tables.open('fleet');
    await fleet.upsertEntity({ partitionKey: cluster, rowKey: 'node|a', vmId: 'a', ...stateProperties(emptyState, emptyHistory) });
    const id = runId(sweep, cluster, '0');
    const [claimed] = await claimNodes(services, message(), id);
    const verdict = inconclusive('RunCommandFailed', 'Azure says no') as { verdict: 'unknown' } & ReturnType<typeof inconclusive>;
    await putStarted(services.tables, id, new Map([['a', { nonce: claimed!.claim.nonce, status: 'ended', verdict }]]));
    await insertTally(services.tables, sweep, cluster, '0', { 'notProbed/OverBudget': ['a'] });
    const { slot: _, ...rest } = message();
    await collectSlice(services, { ...rest, kind: 'collect-slice' });
    const row = (await readNodes(services.tables, cluster)).get('a');
    expect([row?.claim, row?.state.latest?.reason]).toEqual([undefined, 'RunCommandFailed']);
    expect(await tallies()).toEqual(new Map([['0', { 'notProbed/OverBudget': ['a'] }]]));
  });
});

describe('a node that was never claimed', () => {
  it('keeps the others of its slice from being tallied no longer than a run may take', async () => {
    const fleet = await services.tables.open('fleet');
    await fleet.upsertEntity({ partitionKey: cluster, rowKey: 'node|a', vmId: 'a', ...stateProperties(emptyState, emptyHistory) });
    const collection = { ...message(), kind: 'collect-slice' as const, deadline: '2026-11-21T09:39:40.000Z' };
    clock.at('2026-11-21T09:37:39.000Z');
    await collectSlice(services, collection);
    expect((await tallies()).size).toBe(0);
    clock.at('2026-11-21T09:37:41.000Z');
    await collectSlice(services, collection);
    expect(await tallies()).toEqual(new Map([['0', { 'unknown/StartLost': ['a'] }]]));
  });
});

describe('a node whose row names a machine elsewhere', () => {
  const target = (group: string) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/a`;

  /** How the start of the one node of a slice went: here nobody has a token, so that it is deferred once it would ask Azure. */
  async function start(resourceId: string, nodeResourceGroup: string | undefined) {
    const own = `${cluster}-${resourceId.length}`;
    const planned = { region: bucket.region, nodeResourceGroup, slices: [['a']], due: '2026-11-21T09:35:05.000Z', notProbed: {}, gaps: {} };
    await insertPlan(services.tables, sweep, own, planned);
    const state = stateProperties(emptyState, emptyHistory);
    const row = { partitionKey: own, rowKey: 'node|a', vmId: 'a', os: 'Linux', resourceId, ...state };
    await (await services.tables.open('fleet')).upsertEntity(row);
    await startSlice(services, { ...message(), cluster: own });
    return readStartedNode(services.tables, runId(sweep, own, '0'), 'a');
  }
  const asked = { status: 'deferred' };

  it('has nothing started on it', async () => {
    expect(await start(target('rg-bastion'), 'MC_rg_shop_westeurope')).toMatchObject({
      status: 'ended',
      verdict: { verdict: 'unknown', reason: 'ProberError', message: expect.stringContaining('outside the node resource group') },
    });
    expect(await start(target('mc_rg_SHOP_westeurope'), 'MC_rg_shop_westeurope')).toMatchObject(asked);
  });

  it('has nothing started on it where its plan does not say which node resource group its cluster has', async () => {
    expect(await start(target('rg-bastion'), undefined)).toMatchObject({
      status: 'ended',
      verdict: {
        verdict: 'unknown',
        reason: 'ProberError',
        message: expect.stringContaining('the node resource group of the cluster is not known'),
      },
    });
  });
});
