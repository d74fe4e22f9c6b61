import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import type { NodeFacts } from '../../../src/model/node.ts';
import { emptyHistory, emptyState } from '../../../src/model/node-state.ts';
import { startRun } from '../../../src/probe/run-command.ts';
import { connectArm, type Services } from '../../../src/services.ts';
import type { Inspection, SliceRun } from '../../../src/sweep/run/inspect.ts';
import { inspectSlice } from '../../../src/sweep/run/inspect-slice.ts';
import { factProperties, type NodeRow, readNodes, stateProperties } from '../../../src/tables/node-rows.ts';
import { putStarted } from '../../../src/tables/start-rows.ts';
import { compute, smallFleet, subscriptionId } from '../../simulator/small-fleet.ts';
import { type Conversation, converse } from '../../simulator/speak-to-simulator.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const start = '2026-11-21T09:35:00.000Z';
const sweep = '2026-11-21T09:35:00Z';
const nonce = '0123456789abcdef';
const cluster = `${subscriptionId}.rg-shop.shop`;
const node = 'aks-web';
const claim = { id: 'the run', nonce, sweep, startedAt: start, until: '2026-11-21T09:39:30.000Z' };
const minutes = (count: number) => Date.parse(start) + count * 60_000;

let azurite: Azurite;
let simulator: Conversation;
let services: Services;
let clock: Clock;
let poller: string;
let resourceId: string;
beforeAll(async () => {
  [azurite, simulator] = await Promise.all([
    startAzurite(),
    converse(smallFleet(1), { kubectl: '/nowhere/kubectl', namespaces: false, agentDeadSeconds: 600 }),
  ]);
  const { url, caFile } = simulator.simulator;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(caFile, 'utf8')]);
  const built = servicesAt(azurite.connectionString, start, { ARM_ENDPOINT: url });
  const credential = { getToken: async () => ({ token: await simulator.token(`${url}/`), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  services = { ...built.services, arm: connectArm(built.services.settings, credential) };
  clock = built.clock;
  // A run that goes on for as long as a dead agent is awaited.
  await simulator.setFault('shop', 'agent-dead');
  const [set] = (await simulator.arm('GET', `${compute}/virtualMachineScaleSets`)).body.value;
  const target = {
    kind: 'instance',
    subscriptionId,
    resourceGroup: 'MC_rg-shop_shop_westeurope',
    vmss: set!.name,
    instanceId: '0',
  } as const;
  resourceId = `${compute}/virtualMachineScaleSets/${set!.name}/virtualMachines/0`;
  poller = await startRun(await services.arm.computeOnce(subscriptionId), target, 'Linux', ['true'], randomUUID());
  await putStarted(services.tables, claim.id, new Map([[node, { nonce, status: 'polling', poller }]]));
});
afterAll(async () => {
  await simulator.end();
  await azurite.stop();
});

/** The node's row as it was stored with what its agent said. */
async function rowOf(agent: NodeFacts['agent']): Promise<NodeRow> {
  const fleet = await services.tables.open('fleet');
  const facts: NodeFacts = { node, resourceId, vmId: 'vm', pool: 'web', os: 'Linux', agent };
  const properties = { ...factProperties(facts), ...stateProperties(emptyState, emptyHistory) };
  await fleet.upsertEntity({ partitionKey: cluster, rowKey: `node|${node}`, ...properties }, 'Merge');
  return (await readNodes(services.tables, cluster)).get(node)!;
}

async function inspect(agent: NodeFacts['agent'], at: number, id: string = claim.id): Promise<Inspection> {
  const now = clock.at(at);
  const later = new Date(now.getTime() + 60_000);
  const run: SliceRun = { id, cluster, sweep, due: now, busyUntil: later, startUntil: later, mayStartAgain: false, serverNames: [] };
  const row = { ...(await rowOf(agent)), claim: { ...claim, overdue: id === claim.id ? undefined : true } };
  return (await inspectSlice(services, run, [node], new Map([[node, row]]), new Map([[node, { nonce, status: 'polling', poller }]]))).get(
    node,
  )!;
}

const told = (inspection: Inspection) => {
  if (inspection.status !== 'ended') return inspection;
  const { result, keepsClaim, evidence } = inspection.ended;
  const { verdict, reason, message } = result;
  return { verdict, reason, message, keepsClaim, evidence };
};
const note = 'Azure lists the VM agent of the node as not ready';

describe('inspectSlice', () => {
  it('waits for an answer until the deadline, whatever the agent says', async () => {
    for (const agent of ['notReady', 'ready'] as const) expect(await inspect(agent, minutes(1))).toEqual({ status: 'pending' });
  });

  it('calls a run that timed out by the agent that was not ready, and keeps its claim', async () => {
    const message = `Run Command gave no answer within 150 s; ${note}`;
    expect(told(await inspect('notReady', minutes(3)))).toEqual({
      verdict: 'unknown',
      reason: 'AgentNotReady',
      message,
      keepsClaim: true,
      evidence: message,
    });
  });

  it.each(['ready', undefined] as const)('calls a run that timed out just that where the agent is %s', async (agent) => {
    expect(told(await inspect(agent, minutes(3)))).toMatchObject({
      verdict: 'unknown',
      reason: 'RunCommandTimedOut',
      message: 'Run Command gave no answer within 150 s',
      keepsClaim: true,
    });
  });

  it('calls a run that is stuck by the agent that is not ready, for as long as the claim is kept', async () => {
    const message = (age: number) => `Run Command has been in progress for ${age} min; ${note}`;
    const stuck = { verdict: 'unknown', reason: 'AgentNotReady' };
    expect(told(await inspect('notReady', minutes(10), 'a later run'))).toMatchObject({ ...stuck, message: message(10), keepsClaim: true });
    expect(told(await inspect('notReady', minutes(90), 'a later run'))).toMatchObject({
      ...stuck,
      message: message(90),
      keepsClaim: false,
    });
  });

  it('calls a run stuck where the agent has become ready meanwhile', async () => {
    expect(told(await inspect('ready', minutes(10), 'a later run'))).toMatchObject({
      reason: 'RunCommandStuck',
      message: 'Run Command has been in progress for 10 min',
      keepsClaim: true,
    });
  });

  // Last: it ends the run.
  it('takes what a run brought when it ended after all, whatever was noted of the agent', async () => {
    await simulator.clearFault('shop');
    const ends = async () => {
      const seen = told(await inspect('notReady', minutes(3)));
      expect(seen).toMatchObject({ verdict: 'unknown', reason: 'NoProof', keepsClaim: false });
    };
    await vi.waitFor(ends, { timeout: 20_000 });
  });
});
