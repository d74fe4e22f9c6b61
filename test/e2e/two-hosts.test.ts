import { afterAll, beforeAll, expect, it } from 'vitest';
import { scriptHash } from '../../src/probe/script.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { Page } from '../../src/views/paging.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { until } from '../host/until.ts';
import { type App, instantAnswer, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 15;
const MOST_MS = 240_000;
const nodes = 12;
const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
const cluster = `${subscription}.rg-one.one`;
let stage: Stage;
let apps: App[];

beforeAll(async () => {
  const pools = [{ name: 'web', count: nodes, zones: ['1' as const, '2' as const, '3' as const] }];
  const one = { name: 'one', resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5', pools };
  const fleet = { subscriptions: [{ id: subscription, name: 'One', clusters: [one] }] };
  stage = await setStage(fleet, { instantNodes: true, answer: instantAnswer(new Set()) });
  const settings = { ...quickSweeps(SWEEP_SECONDS), NODES_PER_SLICE: '4' };
  apps = await Promise.all([stage.startApp(settings), stage.startApp(settings)]);
});
afterAll(() => stage.end());

it('two hosts on one storage account share every sweep, and no node ever has two runs at once', async () => {
  const [one, two] = apps as [App, App];
  // Both timers' functions are asked, and twice: all of it is the same sweep.
  await Promise.all([one.sweepNow(), two.sweepNow(), one.sweepNow()]);
  const sweeps = await until(
    'three completed sweeps',
    async () => {
      const { items } = await two.get<Page<SweepView>>('sweeps');
      const completed = items.filter((sweep) => sweep.completedAt !== null);
      return completed.length >= 3 && completed;
    },
    MOST_MS,
  );
  for (const { ledger } of sweeps)
    expect(ledger).toMatchObject({ known: nodes, reachable: nodes, unreachable: 0, unknown: 0, notProbed: 0 });
  const { runCommand } = await stage.requests();
  expect(runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
  const started = (await one.get<Page<SweepView>>('sweeps')).items.length;
  expect(runCommand.started).toBeLessThanOrEqual(started * nodes);
  expect((await one.get<Page<NodeView>>(`clusters/${cluster}/nodes`)).items).toHaveLength(nodes);
  const heartbeats = await stage.events('SweepCompleted');
  // The scripts in the bundle are those of the sources, to the letter.
  for (const { properties } of heartbeats) expect(properties.script).toBe(scriptHash);
  // The telemetry SDK sends again what was not acknowledged in time: the same, to the letter.
  const sentOnce = new Set(heartbeats.map((heartbeat) => JSON.stringify(heartbeat)));
  const bySweep = new Map(heartbeats.map(({ properties }) => [properties.sweep, properties.eventId]));
  expect([sentOnce.size, new Set(bySweep.values()).size]).toEqual([bySweep.size, bySweep.size]);
}, 300_000);
