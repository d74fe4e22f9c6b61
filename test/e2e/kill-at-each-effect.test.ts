import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { faultPoints } from '../../src/sweep/queue/fault-point.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { viewOutage } from '../../src/views/outages.ts';
import type { Page } from '../../src/views/paging.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { until } from '../host/until.ts';
import { type App, instantAnswer, quickSweeps, type Stage, setStage } from './stage.ts';

// Sweeps of a minute: what a dead process held is found missing 60 s after it was due, within the next sweep.
const SWEEP_SECONDS = 60;
// Patience alone: 41 hosts at once on a busy machine are slow, and what is asserted does not depend on it.
const MOST_MS = 6 * SWEEP_SECONDS * 1000;

type Variant = 'plain' | 'silent' | 'throttled' | 'deallocated' | 'cluster' | 'blind' | 'paced';

/** What has to go on beside for an effect to happen at all. */
const variants: Partial<Record<string, Variant>> = {
  // A silent agent keeps a slice open for longer than 60 s, which is when its collection is enqueued once more.
  'close-sweep:collect-slice': 'silent',
  // The plan gives each slice its slot. One that Azure throttles needs another, which lies in the future where the pace is slow.
  'start-slice:slot-sent': 'paced',
  'start-slice:queued': 'paced',
  'start-slice:rest-sent': 'throttled',
  'start-slice:rest-released': 'throttled',
  // Expansion closes an outage only where its node is not to be probed any more.
  'expand-cluster:assess-cluster': 'deallocated',
  // Nodes are marked as children only where their cluster's own outage is open.
  'assess-cluster:children': 'cluster',
  'assess-cluster:cluster-row#2': 'cluster',
  'close-sweep:blindness-notified': 'blind',
};

// Written only where there is a summary of many nodes, which a test of its own provokes; and what only comes after an earlier crash.
const elsewhere: readonly string[] = [
  'assess-cluster:outbox',
  'assess-cluster:outbox-cleared',
  'collect-slice:started-again',
  'collect-slice:claims-released',
  'close-sweep:sent-again',
  'close-sweep:start-slice',
];

// The second fold is that of the confirmation, which opens the outage.
const points = [
  ...faultPoints.filter((name) => !elsewhere.includes(name)),
  'collect-slice:result-rows#2',
  'collect-slice:node-rows#2',
  'collect-slice:assess-cluster#2',
  'assess-cluster:cluster-row#2',
];

/** A world of its own for each effect: a subscription with a cluster of three nodes, and a storage account. */
const scenarios = points.map((effect, n) => {
  const id = `bbbbbbbb-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const name = `c${n}`;
  return { effect, variant: variants[effect] ?? 'plain', id, account: `account${n}`, name, cluster: `${id}.rg-${name}.${name}` };
});

// All at once: one that had to wait for another would begin minutes later.
vi.setConfig({ maxConcurrency: scenarios.length });

const sick = new Set<string>();
let stage: Stage;

beforeAll(async () => {
  const clusterOf = (name: string, count: number) => ({
    name,
    resourceGroup: `rg-${name}`,
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'web', count }],
  });
  const subscriptions = scenarios.map(({ id, name, variant }) => ({
    id,
    name,
    // Where nothing else is seen, nobody sees the fleet, and a blind cluster is not told of by itself.
    clusters: [clusterOf(name, 3), ...(variant === 'blind' ? [clusterOf(`${name}-seen`, 6)] : [])],
  }));
  stage = await setStage(
    { subscriptions },
    { accounts: scenarios.map(({ account }) => account), instantNodes: true, answer: instantAnswer(sick), retryAfterSeconds: 10 },
  );
});
afterAll(() => stage.end());

type OutageView = ReturnType<typeof viewOutage>;

/** Waits until the incident that a variant makes was told, heals it, and waits until its end was told; gives the ids of all events of it. */
async function wholeIncident(cluster: string, variant: 'cluster' | 'blind', heal: () => Promise<void>): Promise<Map<string, string[]>> {
  const names = variant === 'cluster' ? ['ClusterOutageStarted', 'ClusterOutageEnded'] : ['ClusterBlind', 'ClusterSighted'];
  const of = async (name: string) => nonEmpty((await stage.events(name)).filter(({ properties }) => properties.cluster === cluster));
  await until(`a ${names[0]}`, () => of(names[0]!), MOST_MS);
  await heal();
  await until(`a ${names[1]}`, () => of(names[1]!), MOST_MS);
  const events = (await stage.events()).filter(({ properties }) => properties.cluster === cluster);
  return new Map(
    [...Map.groupBy(events, ({ name }) => name)].map(([name, each]) => [
      name,
      [...new Set(each.map(({ properties }) => properties.eventId!))],
    ]),
  );
}

describe.concurrent('a host that is killed right after an effect, and started again, loses and doubles nothing', () => {
  it.each(scenarios)(
    '$effect',
    async ({ effect, variant, id, account, cluster }) => {
      const settings = {
        ...quickSweeps(SWEEP_SECONDS),
        // A slot each 12.5 s: the second node is throttled for 10 s, and comes after the third.
        ...(variant === 'paced' && { NODES_PER_SLICE: '1', STARTS_PER_MINUTE: '6' }),
        SUBSCRIPTIONS: id,
        AzureWebJobsStorage: stage.azurite.connectionStringFor(account),
      };
      const names = await stage.nodesOf(cluster);
      const [cut, mute] = names as [string, string];
      const ofCut = async (name: string) => nonEmpty((await stage.events(name)).filter(({ properties }) => properties.node === cut));
      const heal = async () => {
        for (const name of names) sick.delete(name);
        if (variant === 'blind') await stage.clearFault(cluster);
      };
      if (variant === 'blind') await stage.setFault(cluster, 'no-output');
      else for (const name of variant === 'cluster' ? names : [cut]) sick.add(name);
      if (variant === 'silent') await stage.setFault(mute, 'agent-silent');
      const isThrottled = variant === 'throttled' || variant === 'paced';
      if (isThrottled) await stage.setFault(mute, 'throttled');

      const doomed = await stage.startApp({ ...settings, HOST_CRASH_AT: effect });
      await doomed.sweepNow().catch(() => undefined);
      if (variant === 'deallocated') {
        await until('the start of the outage', () => ofCut('NodeOutageStarted'), MOST_MS);
        await stage.setFault(cut, 'deallocated');
      }
      expect((await within(doomed.exited, MOST_MS)).signal).toBe('SIGKILL');
      const app = await stage.startApp(settings);
      const restartedAt = new Date();

      if (variant === 'cluster' || variant === 'blind') {
        const ids = await wholeIncident(cluster, variant, heal);
        // One id each way, and no node of the cluster announced anything of its own.
        expect([...ids.values()].map((each) => each.length)).toEqual([1, 1]);
        const { items } = await app.get<Page<OutageView>>('outages?state=all');
        expect(items.filter(({ subject }) => subject.kind === 'cluster')).toHaveLength(variant === 'cluster' ? 1 : 0);
        return app.stop();
      }
      await until(`the completion of the second sweep after the restart at ${effect}`, () => completedSince(app, restartedAt, 2), MOST_MS);
      // A start that went unanswered on a busy machine is honestly unknown, until the next sweep.
      await vi.waitFor(
        async () => {
          const { items } = await app.get<Page<NodeView>>(`clusters/${cluster}/nodes`);
          expect(items.map(({ node }) => node).sort()).toEqual([...names].sort());
          for (const { node, verdict, reason } of items) {
            const told = `${verdict}/${reason}`;
            if (node === cut) expect(told).toBe(variant === 'deallocated' ? 'notProbed/Deallocated' : 'unreachable/ConnectionRefused');
            else if (node === mute && variant === 'silent') expect(verdict).toBe('unknown');
            else if (node === mute && isThrottled) expect(['unknown/Throttled', 'unknown/StartLost', 'unknown/Stale']).toContain(told);
            else expect(told).toBe('reachable/Reachable');
          }
        },
        { timeout: MOST_MS, interval: 1000 },
      );
      const started = await until('the start of the outage', () => ofCut('NodeOutageStarted'), MOST_MS);
      expect((await app.get<Page<OutageView>>('outages?state=all')).items).toHaveLength(1);

      if (variant !== 'deallocated') await heal();
      const ended = await until('the end of the outage', () => ofCut('NodeOutageEnded'), MOST_MS);
      const [outage, ...others] = (await app.get<Page<OutageView>>('outages?state=all')).items;
      expect(others).toEqual([]);
      expect(outage?.message).toMatch(variant === 'deallocated' ? /^Outage ended after \d/ : /^Connectivity restored after \d/);
      for (const events of [started, ended]) expect(new Set(events.map(({ properties }) => properties.eventId)).size).toBe(1);

      // Every sweep that is complete adds up, whoever died in it.
      for (const { ledger } of await completed(app))
        expect(ledger?.known).toBe(ledger!.reachable + ledger!.unreachable + ledger!.unknown + ledger!.notProbed);
      await app.stop();
    },
    5 * MOST_MS,
  );
});

it('no node had two runs at once while all this went on', async () => {
  const { runCommand } = await stage.requests();
  expect(runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
});

function nonEmpty<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

async function completed(app: App): Promise<SweepView[]> {
  return (await app.get<Page<SweepView>>('sweeps')).items.filter(({ completedAt }) => completedAt !== null);
}

async function completedSince(app: App, since: Date, count: number): Promise<boolean> {
  return (await completed(app)).filter(({ id }) => new Date(id) >= since).length >= count;
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected the host to be killed within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
