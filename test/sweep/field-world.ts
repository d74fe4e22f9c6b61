import { onTestFinished } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import type { ArmReply } from '../../local/simulator/arm-reply.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import type { SimulatorOptions } from '../../local/simulator/start-simulator.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import { blindRows } from '../../src/tables/blind-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { readSweep } from '../../src/tables/sweep-rows.ts';
import { subscriptionId } from '../simulator/small-fleet.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from './sweep-world.ts';

export type Pools = FleetFile['subscriptions'][number]['clusters'][number]['pools'];
export const idOf = (name: string) => `${subscriptionId}.rg-${name}.${name}`;

/** A fleet of clusters, each with one pool of so many nodes, or with such pools. */
export function fleetOf(clusters: Record<string, number | Pools>): FleetFile {
  const all = Object.entries(clusters).map(([name, pools]) => ({
    name,
    resourceGroup: `rg-${name}`,
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: typeof pools === 'number' ? [{ name: 'web', count: pools }] : pools,
  }));
  return { subscriptions: [{ id: subscriptionId, name: 'Test', clusters: all }] };
}

/** Nodes, or all nodes of clusters, that cannot reach their API server. */
export const sick = new Set<string>();

export function answer(node: SimulatedNode, script: string): string {
  if (!sick.has(node.name) && !sick.has(node.pool.cluster.spec.name)) return healthyAnswer(node, script);
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

export async function open(fleet: FleetFile, options: Parameters<typeof openSweepWorld>[2], settings: Record<string, string> = {}) {
  sick.clear();
  const world = await openSweepWorld(fleet, settings, { answer, ...options });
  onTestFinished(() => world.stop());
  return world;
}

export type Intercept = NonNullable<SimulatorOptions['intercept']>;
// biome-ignore lint/suspicious/noExplicitAny: bodies of Azure are changed here in ways that no type of theirs allows.
export type Body = any;

/** The cluster that a request to the compute provider is about. */
export const clusterOf = (url: URL) => /\/MC_rg-(?<name>[a-z]+)_/i.exec(url.pathname)?.groups?.name ?? '';

/** Changes what Azure lists at paths that match. */
export const changing =
  (path: RegExp, change: (item: Body, url: URL) => unknown): Intercept =>
  async ({ url }, ask) => {
    const reply = await ask();
    if (!path.test(url.pathname) || reply.status !== 200) return reply;
    const body = structuredClone(reply.body) as Body;
    return { ...reply, body: { ...body, value: body.value.flatMap((item: Body) => change(item, url) ?? []) } };
  };

/** Answers runs in some clusters, and on some instances, with a refusal. */
export const refusing =
  (refusal: (cluster: string, instance: number) => ArmReply | undefined): Intercept =>
  ({ method, url }, ask) => {
    const instance = /virtualMachines\/(\d+)\/runCommand$/i.exec(url.pathname)?.[1];
    return (method === 'POST' && instance && refusal(clusterOf(url), Number(instance))) || ask();
  };

export async function outages(world: SweepWorld, name: string, which: 'open' | 'all' = 'all') {
  return (await readOutages(world.services().tables, idOf(name), { which })).map(({ outage }) => outage);
}

/** Waits for the confirmation of a failure, which a sweep does not wait for. */
export const untilOpen = (world: SweepWorld, name: string) =>
  world.workUntil(`an open outage in ${name}`, async () => (await outages(world, name, 'open'))[0]);

/** How many nodes of a cluster have which outcome in the newest sweep. */
export async function counted(world: SweepWorld, name: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of Object.values(await world.outcomes(idOf(name)))) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The ledger of each cluster after one more sweep. */
export async function sweep(world: SweepWorld, meanwhile?: () => Promise<unknown>): Promise<Record<string, Ledger>> {
  const line = await world.sweep(meanwhile);
  const { finalized } = await readSweep(world.services().tables, line.sweep);
  return Object.fromEntries([...finalized].map(([id, ledger]) => [id.split('.').at(-1)!, ledger]));
}

export async function firstNode(world: SweepWorld, name: string): Promise<string> {
  return Object.keys(await world.outcomes(idOf(name))).sort()[0]!;
}

/** The events of some names that Application Insights received, each once. */
export async function events(world: SweepWorld, names: RegExp) {
  const { text } = await askSimulator(world.simulator, 'GET', '/control/telemetry');
  type Event = { name: string; properties: Record<string, string>; measurements: Record<string, number> };
  const all = (JSON.parse(text) as { data: { baseData: Event } }[]).map(({ data }) => data.baseData);
  return [...new Map(all.filter(({ name }) => names.test(name)).map((event) => [event.properties.eventId, event])).values()];
}

export const blind = async (world: SweepWorld) => [...(await blindRows.read(world.services().tables)).keys()];
