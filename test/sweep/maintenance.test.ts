import { afterAll, beforeAll, expect, it } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import { ask } from '../http/ask.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from './sweep-world.ts';

const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
const cluster = (name: string) => ({
  name,
  resourceGroup: 'rg',
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count: 4 }],
});
const idOf = (name: string) => `${subscription}.rg.${name}`;
let isDown = false;

function answerOf(node: SimulatedNode, script: string): string {
  const healthy = healthyAnswer(node, script);
  if (!isDown) return healthy;
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

let world: SweepWorld;
beforeAll(async () => {
  const fleet = { subscriptions: [{ id: subscription, name: 'One', clusters: [cluster('planned'), cluster('other')] }] };
  world = await openSweepWorld(fleet, { FAILURE_THRESHOLD: '1' }, { answer: answerOf });
});
afterAll(() => world?.stop());

type Sent = { data: { baseData: { id?: string; name: string; properties: Record<string, string> } } };
const sent = async () => JSON.parse((await askSimulator(world.simulator, 'GET', '/control/telemetry')).text) as Sent[];
const eventsOf = async (name: string) =>
  (await sent())
    .filter(({ data: { baseData } }) => baseData.id === undefined && baseData.properties.cluster === idOf(name))
    .map(({ data }) => data.baseData.name);
const shown = async (name: string) => (await ask(world.services(), `clusters/${idOf(name)}`)).json as Record<string, never>;
const maintain = (method: 'POST' | 'DELETE') =>
  ask(world.services(), `clusters/${idOf('planned')}/maintenance`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify({ duration: 'P1D', reason: 'new firewall' }) }),
  });

it('a cluster in maintenance is probed, recorded and shown, counted apart, and notified only of what is open when it ends', async () => {
  await world.sweep();
  expect((await maintain('POST')).status).toBe(201);
  isDown = true;
  await world.sweep();
  await world.sweep();
  expect(await eventsOf('other')).toEqual(['ClusterOutageStarted']);
  expect(await eventsOf('planned')).toEqual([]);

  const during = await shown('planned');
  expect(during).toMatchObject({
    nodes: { unreachable: 4 },
    clusterOutage: { reason: 'ConnectionRefused' },
    maintenance: { source: 'request', reason: 'new firewall' },
  });
  const { items } = (await ask(world.services(), `outages?cluster=${idOf('planned')}`)).json as { items: { maintenance: boolean }[] };
  expect(items.length).toBeGreaterThan(0);
  expect(items.every(({ maintenance }) => maintenance)).toBe(true);
  const results = (await sent()).filter(
    ({ data: { baseData } }) => baseData.id !== undefined && baseData.properties.cluster === idOf('planned'),
  );
  expect(results.slice(-2).map(({ data: { baseData } }) => [baseData.name, baseData.properties.maintenance])).toEqual([
    [`${idOf('planned')}/maintenance`, 'true'],
    [`${idOf('planned')}/maintenance`, 'true'],
  ]);
  // Two sweeps of five minutes, of four nodes; before it, the other cluster was watched as long.
  const { uptime } = (await shown('planned')) as unknown as {
    uptime: { watchedSeconds: object; maintenanceSeconds: { '24h': number }; byReason: [] };
  };
  expect(uptime.maintenanceSeconds['24h']).toBeGreaterThan(0);
  expect(uptime.byReason).toEqual([]);
  expect(((await shown('other')) as unknown as typeof during & { uptime: object }).uptime).toMatchObject({
    maintenanceSeconds: { '24h': 0 },
  });

  expect((await maintain('DELETE')).status).toBe(204);
  await world.sweep();
  expect(await eventsOf('planned')).toEqual(['ClusterOutageStarted']);
}, 180_000);
