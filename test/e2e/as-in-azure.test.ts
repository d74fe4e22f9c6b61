import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobStore } from '../../local/host/blob-store.ts';
import { HOSTS_CONTAINER, readTimerStatus, statusPath } from '../../local/host/timer-status.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import { until } from '../host/until.ts';
import { type App, instantAnswer, quickSweeps, type Stage, setStage } from './stage.ts';

const MOST_MS = 150_000;
const HOST_ID = 'as-in-azure';
const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
const ill = `${subscription}.rg-ill.ill`;
const clusterOf = (name: string) => ({
  name,
  resourceGroup: `rg-${name}`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count: 3 }],
});
const sick = new Set<string>();

let stage: Stage;
let app: App;
/** Lines of the app itself, of one level. */
const said = (level: string) => stage.log.filter((line) => new RegExp(`^\\[Function\\.\\w[\\w-]*\\.User\\] ${level}: `).test(line));

beforeAll(async () => {
  const fleet = { subscriptions: [{ id: subscription, name: 'One', clusters: [clusterOf('well'), clusterOf('ill')] }] };
  stage = await setStage(fleet, { accounts: ['strange'], instantNodes: true, answer: instantAnswer(sick) });
  for (const node of await stage.nodesOf(ill)) sick.add(node);
  const { SWEEP_SCHEDULE: _, ...quick } = quickSweeps(60);
  app = await stage.startApp({
    ...quick,
    FAILURE_THRESHOLD: '1',
    AzureFunctionsWebHost__hostid: HOST_ID,
    // Nobody listens there.
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-4000-8000-000000000001;IngestionEndpoint=https://127.0.0.1:2/',
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: '',
  });
});
afterAll(() => stage.end());

describe('the bundle in a host that makes nothing for it', () => {
  it('sweeps from an empty storage account', async () => {
    await app.sweepNow();
    const fleet = await until(
      'verdicts of all nodes',
      async () => {
        const view = await app.get<FleetView>('fleet');
        return view.nodes.reachable === 3 && view.nodes.unreachable === 3 && view;
      },
      MOST_MS,
    );
    expect(fleet.clusters.known).toBe(2);
  }, 200_000);

  it('goes by the documented schedule where none is set', async () => {
    const store = await openBlobStore({ connectionString: stage.azurite.connectionString }, HOSTS_CONTAINER);
    const status = await until('the status of the timer', () => readTimerStatus(store, statusPath(HOST_ID, 'start-sweep')));
    const next = Date.parse(status.Next);
    expect([next % 300_000, next > Date.now() - 1000, next <= Date.now() + 300_000]).toEqual([0, true, true]);
  });
});

describe('what Application Insights keeps by host.json', () => {
  it('has a warning of a message that was dropped', async () => {
    const late = { v: 1, kind: 'close-sweep', sweep: '2026-01-01T00:00:00Z', deadline: '2026-01-01T00:02:00.000Z' };
    const queue = new QueueClient(stage.azurite.connectionString, 'work');
    await queue.sendMessage(Buffer.from(JSON.stringify(late)).toString('base64'));
    const line = await until('the warning', () => said('warning').find((each) => each.includes('close-sweep')));
    expect(line).toBe('[Function.work.User] warning: dropped a close-sweep message: its deadline was 2026-01-01T00:02:00.000Z');
  });

  it('has an error of a notification that was not delivered, whole with its stack and cause', async () => {
    const [line] = await until('the error', () => said('error').length > 0 && said('error'), MOST_MS);
    expect(line).toMatch(
      new RegExp(
        `^\\[Function\\.work\\.User\\] error: outages of ${ill} could not be delivered to ApplicationInsights and will be sent again: IngestionError: expected the ingestion endpoint https://127\\.0\\.0\\.1:2/v2\\.1/track to accept events, got no answer: fetch failed \\| at .* \\| caused by: TypeError: fetch failed \\| at .* \\| caused by: Error: connect ECONNREFUSED 127\\.0\\.0\\.1:2 \\| at `,
      ),
    );
  }, 200_000);

  it('has nothing below a warning but what comes on the console', () => {
    expect(stage.log.filter((line) => /\] (trace|debug|information): /.test(line) && !line.startsWith('[Host.Function.Console]'))).toEqual(
      [],
    );
  });
});

it('a message that is not base64 reaches people though it reaches no function', async () => {
  const connectionString = stage.azurite.connectionStringFor('strange');
  const { url } = await stage.startApp({ AzureWebJobsStorage: connectionString });
  const queue = new QueueClient(connectionString, 'work');
  await queue.create();
  await queue.sendMessage('{not base64}');
  const poison = new QueueClient(connectionString, 'work-poison');
  // The host moves it there, and hides it from then on.
  await until('the message in work-poison', async () => {
    const { approximateMessagesCount } = await poison.getProperties().catch(() => ({ approximateMessagesCount: 0 }));
    return approximateMessagesCount === 1 && (await poison.peekMessages()).peekedMessageItems.length === 0;
  });
  await fetch(`${url}/admin/functions/prune`, { method: 'POST', body: '{}' });
  const [event] = await until('the event', async () => {
    const events = await stage.events('ProberError');
    return events.length > 0 && events;
  });
  expect(event!.properties.message).toMatch(/^the queue work-poison holds 1 message that its function did not take/);
}, 60_000);
