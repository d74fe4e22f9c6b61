import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobStore } from '../../local/host/blob-store.ts';
import { HOSTS_CONTAINER, lockPath } from '../../local/host/timer-status.ts';
import type { Page } from '../../src/views/paging.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { until } from '../host/until.ts';
import { type App, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 15;
const MOST_MS = 120_000;
/** How Azure names a lease that lasts until it is broken. */
const FOR_EVER = -1;
const subscriptions = ['aaaaaaaa-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-00000000000b'] as const;
const [FROZEN, HEALTHY] = subscriptions;
const idOf = (subscription: string) => `${subscription}.rg-one.one`;

let stage: Stage;
let frozen: App;
let healthy: App;

/** Starts an app with a storage account and a fleet of its own. */
const start = (subscription: string, account: string) =>
  stage.startApp({
    ...quickSweeps(SWEEP_SECONDS),
    FAILURE_THRESHOLD: '1',
    SUBSCRIPTIONS: subscription,
    AzureFunctionsWebHost__hostid: account,
    AzureWebJobsStorage: stage.azurite.connectionStringFor(account),
  });

beforeAll(async () => {
  const one = { name: 'one', resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5' };
  const clusters = [{ ...one, pools: [{ name: 'web', count: 2 }] }];
  const fleet = { subscriptions: subscriptions.map((id) => ({ id, name: id.slice(-1), clusters })) };
  stage = await setStage(fleet, { accounts: ['frozen', 'healthy'] });
  // As an instance that died without anybody noticing: its lease on the timer is held for ever.
  const store = await openBlobStore({ connectionString: stage.azurite.connectionStringFor('frozen') }, HOSTS_CONTAINER);
  const lock = lockPath('frozen', 'start-sweep');
  await store.write(lock, '');
  expect(await store.acquireLease(lock, FOR_EVER)).toBeDefined();
  [frozen, healthy] = await Promise.all([start(FROZEN, 'frozen'), start(HEALTHY, 'healthy')]);
}, MOST_MS);
afterAll(() => stage.end());

const sweepsOf = async (app: App) => (await app.get<Page<SweepView>>('sweeps')).items;
const of = async (name: string, subscription: string) =>
  (await stage.events(name)).filter(({ properties }) => properties.subscriptionId === subscription);
const heartbeats = async () => Map.groupBy(await stage.events('SweepCompleted'), ({ properties }) => properties.starter);

describe.concurrent('a lease of the timer that is held for ever', () => {
  it(
    'costs no sweep: a request starts the first, each the next, an outage is notified, and an error tells of the timer',
    async () => {
      // Anonymous monitors ask for this all the time.
      const completed = async () => {
        await fetch(`${frozen.url}/api/health`);
        return (await sweepsOf(frozen)).filter(({ completedAt }) => completedAt !== null).length >= 2;
      };
      await until('two sweeps', completed, MOST_MS);
      await stage.setFault(idOf(FROZEN), 'refused');
      await until('the outage to be notified', async () => (await of('ClusterOutageStarted', FROZEN)).length > 0, MOST_MS);

      const sweeps = (await sweepsOf(frozen)).reverse();
      expect(sweeps.map(({ starter }) => starter)).toEqual(['request', ...Array(sweeps.length - 1).fill('close-sweep')]);
      const gaps = sweeps.slice(1).map(({ id }, n) => (Date.parse(id) - Date.parse(sweeps[n]!.id)) / 1000);
      expect(gaps).toEqual(gaps.map(() => SWEEP_SECONDS));
      const errors = await stage.events('ProberError');
      const ids = errors.map(({ properties }) => properties.eventId);
      expect(ids).toEqual([...new Set(ids)]);
      expect(sweeps.map(({ id }) => `timer/${id}`)).toEqual(expect.arrayContaining(ids));
      expect(errors.at(-1)!.properties.message).toContain(`the timer start-sweep has started no sweep since that of ${sweeps[0]!.id}`);
    },
    2 * MOST_MS,
  );

  it(
    'is all that is counted: beside it, a healthy timer starts each of its sweeps',
    async () => {
      await until('four sweeps of its own', async () => (await sweepsOf(healthy)).length >= 4, MOST_MS);
      // And whatever a person starts beside it.
      expect((await sweepsOf(healthy)).filter(({ starter }) => starter !== 'timer' && starter !== 'person')).toEqual([]);
      expect((await heartbeats()).get('timer')!.length).toBeGreaterThan(1);
    },
    2 * MOST_MS,
  );

  it(
    'does not keep a person from starting a sweep, which runs no node twice at once',
    async () => {
      // In the second of a sweep of the timer it would be that one, and shortly before the next one that.
      const age = ({ id }: SweepView) => (Date.now() - Date.parse(id)) / 1000;
      const isFresh = (sweep: SweepView) => age(sweep) >= 2 && age(sweep) < SWEEP_SECONDS / 2;
      await until('a sweep that has just begun', async () => (await sweepsOf(healthy)).some(isFresh), MOST_MS);
      const answer = await fetch(`${healthy.url}/api/sweeps`, { method: 'POST' });
      expect(answer.status).toBe(202);
      const address = answer.headers.get('location')!;
      const view = async () => (await (await fetch(`${healthy.url}${address}`)).json()) as SweepView;
      await until('its completion', async () => (await view()).completedAt !== null, MOST_MS);
      expect(await view()).toMatchObject({ starter: 'person', requestedBy: expect.stringContaining('function key') });
      expect((await stage.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
      expect((await heartbeats()).get('person')).toHaveLength(1);
    },
    2 * MOST_MS,
  );
});
