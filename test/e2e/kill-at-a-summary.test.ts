import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { viewOutage } from '../../src/views/outages.ts';
import type { Page } from '../../src/views/paging.ts';
import { until } from '../host/until.ts';
import { instantAnswer, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 30;
const MOST_MS = 240_000;
const NODES = 48;
/** More than get an event each, and less than make an outage of the cluster. */
const SICK = 22;

// Each write of an assessment that tells of many nodes at once.
const effects = [
  'assess-cluster:cluster-row',
  'assess-cluster:outbox',
  'assess-cluster:notified',
  'assess-cluster:marked',
  'assess-cluster:outbox-cleared',
];
const scenarios = effects.map((effect, n) => {
  const id = `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return { effect, id, account: `many${n}`, name: `m${n}`, cluster: `${id}.rg-m${n}.m${n}` };
});
const sick = new Set<string>();

let stage: Stage;
beforeAll(async () => {
  const subscriptions = scenarios.map(({ id, name }) => ({
    id,
    name,
    clusters: [
      { name, resourceGroup: `rg-${name}`, location: 'westeurope', kubernetesVersion: '1.33.5', pools: [{ name: 'web', count: NODES }] },
    ],
  }));
  stage = await setStage(
    { subscriptions },
    { accounts: scenarios.map(({ account }) => account), instantNodes: true, answer: instantAnswer(sick) },
  );
});
afterAll(() => stage.end());

type OutageView = ReturnType<typeof viewOutage>;

describe.concurrent('a host that is killed while it tells of many nodes at once, and started again, tells of each of them under one id', () => {
  it.each(scenarios)(
    'killed right after $effect',
    async ({ effect, id, account, cluster }) => {
      const settings = {
        ...quickSweeps(SWEEP_SECONDS),
        SUBSCRIPTIONS: id,
        FAILURE_THRESHOLD: '1',
        AzureWebJobsStorage: stage.azurite.connectionStringFor(account),
      };
      const names = (await stage.nodesOf(cluster)).slice(0, SICK);
      for (const name of names) sick.add(name);
      const told = async (name: string) => {
        const events = (await stage.events(name)).filter(({ properties }) => properties.cluster === cluster);
        return events.length > 0 ? events : undefined;
      };
      const doomed = await stage.startApp({ ...settings, HOST_CRASH_AT: effect });
      await doomed.sweepNow().catch(() => undefined);
      await doomed.exited;
      const app = await stage.startApp(settings);
      const started = (await until('the start of the outages', () => told('NodeOutageStarted'), MOST_MS))!;
      const open = async () => (await app.get<Page<OutageView>>('outages?state=open')).items.length === SICK;
      await until('an outage of each node', open, MOST_MS);

      for (const name of names) sick.delete(name);
      const ended = (await until('their end', () => told('NodeOutageEnded'), MOST_MS))!;
      for (const events of [started, ended]) {
        expect(new Set(events.map(({ properties }) => properties.eventId)).size).toBe(1);
        for (const { properties } of events) expect(properties.nodes!.split(',').sort()).toEqual([...names].sort());
      }
      const outages = (await app.get<Page<OutageView>>('outages?state=all')).items;
      expect(outages.map(({ subject }) => ('node' in subject ? subject.node : '*')).sort()).toEqual([...names].sort());
      expect(outages.every(({ end }) => end !== null)).toBe(true);
      await app.stop();
    },
    2 * MOST_MS,
  );
});
