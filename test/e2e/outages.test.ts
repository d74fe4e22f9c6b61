import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { viewOutage } from '../../src/views/outages.ts';
import type { Page } from '../../src/views/paging.ts';
import { until } from '../host/until.ts';
import { type App, type CustomEvent, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 20;
const MOST_MS = 180_000;
const FLAP_WINDOW_MS = 60_000;
/** So many fit into the window that the next failure falls into it though some are missed. */
const FLAPPING_SWEEP_SECONDS = 10;
const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000005';
const FLAPPING_SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000006';

type OutageView = ReturnType<typeof viewOutage>;

const cluster = (name: string, count: number) => ({
  name,
  resourceGroup: `rg-${name}`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count, zones: ['1', '2', '3'] as ('1' | '2' | '3')[] }],
});
const idOf = (name: string) => `${name === 'flapping' ? FLAPPING_SUBSCRIPTION : SUBSCRIPTION}.rg-${name}.${name}`;

let stage: Stage;
let app: App;
/** Sweeps more often, and has its own storage. */
let flappingApp: App;

beforeAll(async () => {
  const clusters = [cluster('whole', 6), cluster('single', 4), cluster('unseen', 3)];
  const subscriptions = [
    { id: SUBSCRIPTION, name: 'Outages', clusters },
    { id: FLAPPING_SUBSCRIPTION, name: 'Flapping', clusters: [cluster('flapping', 3)] },
  ];
  stage = await setStage({ subscriptions }, { accounts: ['flapping'] });
  const settings = { FLAP_WINDOW_MINUTES: String(FLAP_WINDOW_MS / 60_000) };
  [app, flappingApp] = await Promise.all([
    stage.startApp({ ...quickSweeps(SWEEP_SECONDS), ...settings, SUBSCRIPTIONS: SUBSCRIPTION }),
    stage.startApp({
      ...quickSweeps(FLAPPING_SWEEP_SECONDS),
      ...settings,
      SUBSCRIPTIONS: FLAPPING_SUBSCRIPTION,
      AzureWebJobsStorage: stage.azurite.connectionStringFor('flapping'),
    }),
  ]);
  const allReachable = async (host: App, known: number) => {
    await host.sweepNow().catch(() => undefined);
    const reachable = async () =>
      (await host.get<Page<ClusterView>>('clusters')).items.filter(({ nodes }) => nodes.reachable === nodes.known).length === known;
    await until('every node to be reachable', reachable, MOST_MS);
  };
  await Promise.all([allReachable(app, clusters.length), allReachable(flappingApp, 1)]);
}, MOST_MS);
afterAll(() => stage.end());

/** Each once, under its id: an event is sent again where nobody knows that it was accepted. */
async function eventsOf(name: string): Promise<CustomEvent[]> {
  const events = (await stage.events()).filter(({ properties }) => properties.cluster === idOf(name));
  return [...new Map(events.map((event) => [event.properties.eventId, event])).values()];
}
const named = async (name: string, event: string) => (await eventsOf(name)).filter((each) => each.name === event);
const some = async (name: string, event: string, count = 1) => {
  const found = await named(name, event);
  return found.length >= count ? found : undefined;
};
const outagesOf = async (name: string) =>
  (await (name === 'flapping' ? flappingApp : app).get<Page<OutageView>>('outages?state=all')).items.filter(
    ({ subject }) => subject.cluster === idOf(name),
  );

describe.concurrent('outages that people can trust', () => {
  it(
    'a whole cluster that is refused is one outage that names the reason and all its nodes, and no node of it is announced',
    async () => {
      const nodes = await stage.nodesOf(idOf('whole'));
      await stage.setFault(idOf('whole'), 'refused');
      const [started] = (await until('the start of the outage', () => some('whole', 'ClusterOutageStarted'), MOST_MS))!;
      expect(started!.properties).toMatchObject({ reason: 'ConnectionRefused', cluster: idOf('whole') });

      const hit = async () => {
        const [outage] = (await outagesOf('whole')).filter(({ subject }) => subject.kind === 'cluster');
        return outage?.nodes?.length === nodes.length ? outage : undefined;
      };
      const outage = await until('every node to be among its members', hit, MOST_MS);
      expect([...outage!.nodes!].sort()).toEqual([...nodes].sort());
      const children = async () => (await outagesOf('whole')).filter(({ subject }) => subject.kind === 'node').length === nodes.length;
      await until('an outage of each node, as a record', children, MOST_MS);

      await stage.clearFault(idOf('whole'));
      const [ended] = (await until('the end of the outage', () => some('whole', 'ClusterOutageEnded'), MOST_MS))!;
      expect(ended!.properties.message).toMatch(/^Connectivity restored after \d/);
      expect(ended!.properties.nodes!.split(',').sort()).toEqual([...nodes].sort());
      expect((await eventsOf('whole')).map(({ name }) => name)).toEqual(['ClusterOutageStarted', 'ClusterOutageEnded']);
    },
    2 * MOST_MS,
  );

  it(
    'one node that is cut off is announced once, within a sweep, its confirmation and 60 s',
    async () => {
      const [node] = (await stage.nodesOf(idOf('single'))) as [string];
      const cutAt = Date.now();
      await stage.setFault(node, 'black-hole');
      const [started] = (await until('the start of the outage', () => some('single', 'NodeOutageStarted'), MOST_MS))!;
      // A probe of a black hole takes 15 s, and so does its confirmation.
      expect(Date.now() - cutAt).toBeLessThan((SWEEP_SECONDS + 2 * 20 + 60) * 1000);
      expect(started!.properties).toMatchObject({ node, reason: 'ConnectionTimedOut' });
      await stage.clearFault(node);
      await until('its end', () => some('single', 'NodeOutageEnded'), MOST_MS);
      expect((await eventsOf('single')).map(({ name }) => name)).toEqual(['NodeOutageStarted', 'NodeOutageEnded']);
    },
    2 * MOST_MS,
  );

  it(
    'a node that flaps is one outage with a count of its returns, its last end told once it has been quiet',
    async () => {
      const [node] = (await stage.nodesOf(idOf('flapping'))) as [string];
      const view = () => flappingApp.get<NodeView>(`clusters/${idOf('flapping')}/nodes/${node}`);
      const isOpen = async () => (await view()).status.openOutageSince !== null;
      for (let times = 1; times <= 3; times++) {
        await stage.setFault(node, 'refused');
        await until(`outage ${times} to open`, isOpen, MOST_MS);
        await stage.clearFault(node);
        await until(`outage ${times} to heal`, async () => !(await isOpen()), MOST_MS);
      }
      expect((await view()).status.flapping).toBe(true);
      const [outage, ...others] = await outagesOf('flapping');
      expect(others).toEqual([]);
      expect(outage).toMatchObject({ flaps: 2 });
      expect(outage!.episodes).toHaveLength(3);
      await until('the last end', () => some('flapping', 'NodeOutageEnded', 2), MOST_MS);
      const told = (await eventsOf('flapping')).map(({ name, properties }) => `${name} ${properties.episode}`);
      expect(told).toEqual(['NodeOutageStarted 1', 'NodeOutageEnded 1', 'NodeOutageStarted 2', 'NodeOutageEnded 3']);
      expect(Date.now() - Date.parse(outage!.end!)).toBeGreaterThanOrEqual(FLAP_WINDOW_MS);
      expect((await view()).status.flapping).toBe(false);
    },
    3 * MOST_MS,
  );

  it(
    'a cluster whose nodes prove nothing is blind, not down, until it is seen again',
    async () => {
      await stage.setFault(idOf('unseen'), 'no-output');
      const [blind] = (await until('the blindness', () => some('unseen', 'ClusterBlind'), MOST_MS))!;
      expect(blind!.properties).toMatchObject({ reason: 'NoProof' });
      await stage.clearFault(idOf('unseen'));
      await until('the sight', () => some('unseen', 'ClusterSighted'), MOST_MS);
      expect((await eventsOf('unseen')).map(({ name }) => name)).toEqual(['ClusterBlind', 'ClusterSighted']);
      expect(await outagesOf('unseen')).toEqual([]);
      expect(await stage.events('ProberError')).toEqual([]);
    },
    2 * MOST_MS,
  );
});
