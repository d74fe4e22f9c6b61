import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyHistory, emptyState } from '../../../src/model/node-state.ts';
import { runId } from '../../../src/model/slice-name.ts';
import type { Started } from '../../../src/model/start.ts';
import { inconclusive } from '../../../src/model/verdict.ts';
import { type Services, WORK_QUEUE } from '../../../src/services.ts';
import type { MessageOf } from '../../../src/sweep/queue/messages.ts';
import { claimNodes } from '../../../src/sweep/run/claim.ts';
import { collectSlice } from '../../../src/sweep/run/collect-slice.ts';
import { mayStartAgain } from '../../../src/sweep/run/start-again.ts';
import { readNodes, stateProperties } from '../../../src/tables/node-rows.ts';
import { insertPlan, readPlanAndTallies } from '../../../src/tables/plan-rows.ts';
import { putStarted, readStarted } from '../../../src/tables/start-rows.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const sweep = '2026-11-21T09:35:00Z';
const at = (time: string) => `2026-11-21T09:${time}.000Z`;

let storage: Storage;
let services: Services;
let clock: Clock;
let queue: QueueClient;
let cluster: string;
let clusters = 0;
beforeAll(async () => {
  storage = await startStorage();
  queue = new QueueClient(storage.connectionString, WORK_QUEUE);
  await queue.createIfNotExists();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  await queue.clearMessages();
  ({ services, clock } = servicesAt(storage.connectionString, at('35:10')));
  clusters += 1;
  cluster = `0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.c${clusters}`;
  const planned = { region: 'westeurope', slices: [['a', 'b']], due: at('35:05'), notProbed: {}, gaps: {} };
  await insertPlan(services.tables, sweep, cluster, planned);
  const fleet = await services.tables.open('fleet');
  for (const node of ['a', 'b'])
    await fleet.upsertEntity({
      partitionKey: cluster,
      rowKey: `node|${node}`,
      vmId: node,
      ...stateProperties(emptyState, emptyHistory),
    });
});

const slice = (name = '0') => ({ sweep, cluster, slice: name, nodes: ['a', 'b'] });
const collection = (name = '0', of = sweep): MessageOf<'collect-slice'> => ({
  v: 1,
  kind: 'collect-slice',
  deadline: at('40:00'),
  ...slice(name),
  sweep: of,
});
const claims = async () =>
  Object.fromEntries([...(await readNodes(services.tables, cluster))].map(([node, { claim }]) => [node, claim?.id]));
const tallies = async () => (await readPlanAndTallies(services.tables, sweep, cluster)).tallies;

/** Claims both nodes, as a start does; what became of the starts, where it is known. */
async function claimBoth(known: Record<string, Omit<Started, 'nonce'> & object> = {}): Promise<void> {
  const id = runId(sweep, cluster, '0');
  const claimed = await claimNodes(services, slice(), id);
  const nonces = new Map(claimed.map(({ facts, claim }) => [facts.node, claim.nonce]));
  const started = Object.entries(known).map(([node, start]) => [node, { nonce: nonces.get(node)!, ...start } as Started] as const);
  await putStarted(services.tables, id, new Map(started));
}

/** Messages on the queue, but those that come back for the same slice. */
async function sent(): Promise<string[]> {
  const { receivedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 }).then(async ({ peekedMessageItems }) => ({
    receivedMessageItems: peekedMessageItems,
  }));
  return receivedMessageItems.map(({ messageText }) => {
    const { kind, slice: name, nodes } = JSON.parse(Buffer.from(messageText, 'base64').toString());
    return `${kind} ${name} ${nodes}`;
  });
}

/** Makes every message visible at once. */
function withoutDelays(): void {
  const { send } = services.queue;
  services.queue.send = (work, options) => send(work, { ...options, delaySeconds: 0 });
}

describe('nodes whose start was lost with its process', () => {
  const refused = { status: 'ended', verdict: inconclusive('AccessDenied', 'no right') } as const;

  it('are started again in the same sweep, a minute after their claim, and tallied with that', async () => {
    withoutDelays();
    await claimBoth({ b: refused });
    clock.at(at('36:09'));
    await collectSlice(services, collection());
    expect([(await tallies()).size, (await claims()).a]).toEqual([0, runId(sweep, cluster, '0')]);
    clock.at(at('36:11'));
    await collectSlice(services, collection());
    const again = (await sent()).filter((each) => each.startsWith('start-slice'));
    expect(again).toEqual([expect.stringMatching(/^start-slice 0\.s1_[0-9a-f]{8} a$/)]);
    expect(await claims()).toEqual({ a: undefined, b: undefined });
    expect([...(await tallies())]).toEqual([['0', { 'unknown/AccessDenied': ['b'] }]]);
  });

  it('are the same slice, however often they are found to be lost', async () => {
    withoutDelays();
    await claimBoth();
    clock.at(at('36:11'));
    const { tables } = services;
    const fleet = await tables.open('fleet');
    const before = await readNodes(tables, cluster);
    await collectSlice(services, collection());
    // As it would be, had the process died before it gave the claims back.
    for (const { facts, claim } of before.values())
      await fleet.updateEntity({ partitionKey: cluster, rowKey: `node|${facts.node}`, claim: JSON.stringify(claim) }, 'Merge');
    await (await tables.open('sweeps')).deleteEntity(`${sweep}|${cluster}`, 'tally|0');
    await collectSlice(services, collection());
    expect(new Set((await sent()).filter((each) => each.startsWith('start-slice'))).size).toBe(1);
    expect(await claims()).toEqual({ a: undefined, b: undefined });
  });

  it('are started again too where Azure did not say whether the run began', async () => {
    withoutDelays();
    const unknown = { status: 'ended', verdict: inconclusive('StartUnknown', 'reset') } as const;
    await claimBoth({ a: unknown, b: unknown });
    clock.at(at('36:11'));
    await collectSlice(services, collection());
    expect((await sent()).filter((each) => each.startsWith('start-slice'))).toEqual([expect.stringContaining(' a,b')]);
  });

  it('of the sweep before are started in this one, whose slice met their claims', async () => {
    withoutDelays();
    const next = '2026-11-21T09:40:00Z';
    await claimBoth();
    const planned = { region: 'westeurope', slices: [['a', 'b']], due: at('40:05'), notProbed: {}, gaps: {} };
    await insertPlan(services.tables, next, cluster, planned);
    clock.at(at('40:35'));
    await collectSlice(services, { ...collection('0', next), deadline: at('44:40') });
    expect((await sent()).filter((each) => each.startsWith('start-slice'))).toEqual([expect.stringContaining(' a,b')]);
    expect(await claims()).toEqual({ a: undefined, b: undefined });
    expect((await readStarted(services.tables, runId(sweep, cluster, '0'))).size).toBe(0);
  });

  it('are told as lost where the sweep has no time left for them, or after the second time', async () => {
    await claimBoth();
    clock.at(at('39:35'));
    await collectSlice(services, collection());
    expect([...(await tallies())]).toEqual([['0', { 'unknown/StartLost': ['a', 'b'] }]]);
    expect(await sent()).toEqual([]);
    clock.at(at('36:11'));
    expect(
      ['0', '0.r1', '0.s1_0123abcd', '0.s2_0123abcd', 'check', '0.c0123abcd'].map((name) => mayStartAgain(services, slice(name))),
    ).toEqual([true, true, true, false, false, false]);
  });
});
