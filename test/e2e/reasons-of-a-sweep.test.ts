import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { NodeView } from '../../src/http/nodes.ts';
import type { viewOutage } from '../../src/http/outages.ts';
import type { Page } from '../../src/http/paging.ts';
import type { SweepView } from '../../src/http/sweeps.ts';
import { until } from '../host/until.ts';
import { type App, quickSweeps, type Stage, setStage } from './stage.ts';

const one = 'cccccccc-0000-4000-8000-000000000001';
const two = 'cccccccc-0000-4000-8000-000000000002';
const three = 'cccccccc-0000-4000-8000-000000000003';

type OutageView = ReturnType<typeof viewOutage>;
type Cluster = FleetFile['subscriptions'][number]['clusters'][number];
const cluster = (name: string, count: number, more: Partial<Cluster> = {}): Cluster => ({
  name,
  resourceGroup: `rg-${name}`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count }],
  ...more,
});

const off = { name: 'off', count: 2, tags: { 'aks-fleet-prober': 'off' } };

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(
    {
      subscriptions: [
        { id: one, name: 'One', clusters: [cluster('alpha', 3, { pools: [{ name: 'web', count: 3 }, off] }), cluster('off', 2)] },
        { id: two, name: 'Two', clusters: [cluster('beta', 2)] },
        { id: three, name: 'Three', clusters: [cluster('gamma', 3)] },
      ],
    },
    { accounts: ['paced'] },
  );
});
afterAll(() => stage.end());

/** The reasons of the newest completed sweep that has one which the last did not have. */
async function sweepWith(app: App, reason: string, ms = 90_000): Promise<Record<string, number>> {
  return until(
    `a completed sweep with ${reason}`,
    async () => {
      const { items } = await app.get<Page<SweepView>>('sweeps');
      return items.find(({ ledger }) => ledger?.byReason[reason])?.ledger?.byReason;
    },
    ms,
  );
}

it('says why nodes were not probed, and what became of a run that does not end', async () => {
  const app = await stage.startApp({
    ...quickSweeps(10),
    SUBSCRIPTIONS: `${one},${two}`,
    EXCLUDE_CLUSTERS: '*/off',
    PROBE_DEADLINE_SECONDS: '30',
  });
  await app.sweepNow();
  expect(await sweepWith(app, 'Reachable')).toMatchObject({ Reachable: 5, Excluded: 2 });

  // A node that fails and is then replaced by another VM of its name has not recovered: its outage ends with that.
  const [sick] = await stage.nodesOf(`${two}.rg-beta.beta`);
  await stage.setFault(sick!, 'refused');
  await until('an open outage', async () => (await app.get<Page<OutageView>>('outages?state=open')).items.length === 1, 60_000);
  await stage.clearFault(sick!);
  await stage.setFault(sick!, 'replaced');
  const ended = async () => (await app.get<Page<OutageView>>('outages?state=all')).items.find(({ end }) => end !== null);
  expect((await until('its end', ended, 60_000)).message).toContain('(NodeReplaced)');

  const [mute] = await stage.nodesOf(`${one}.rg-alpha.alpha`);
  await stage.setFault(mute!, 'agent-silent');
  await stage.setFault(two, 'access-denied');

  expect(await sweepWith(app, 'SubscriptionUnreadable')).toMatchObject({ SubscriptionUnreadable: 2 });
  expect(await sweepWith(app, 'RunCommandTimedOut')).toMatchObject({ RunCommandTimedOut: 1 });
  expect(await sweepWith(app, 'RunCommandStuck')).toMatchObject({ RunCommandStuck: 1, Reachable: 2 });
  const { items } = await app.get<Page<NodeView>>(`clusters/${one}.rg-alpha.alpha/nodes?reachable=Unknown`);
  expect(items.filter(({ verdict }) => verdict === 'unknown')).toMatchObject([{ node: mute }]);
  expect((await stage.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });

  // The run ends after all: what it brings is a verdict again.
  await stage.clearFault(mute!);
  await until(
    'the node to be reachable again',
    async () => (await app.get<Page<NodeView>>(`clusters/${one}.rg-alpha.alpha/nodes?reachable=True`)).items.length === 3,
    60_000,
  );
  await app.stop();
}, 300_000);

it('leaves to the next sweep what the pace has no room for, and says so', async () => {
  const account = stage.azurite.connectionStringFor('paced');
  const settings = { ...quickSweeps(20), SUBSCRIPTIONS: three, AzureWebJobsStorage: account, STARTS_PER_MINUTE: '3', NODES_PER_SLICE: '1' };
  const app = await stage.startApp(settings);
  await app.sweepNow();
  const reasons = await sweepWith(app, 'OverBudget');
  expect(reasons.OverBudget! + (reasons.Reachable ?? 0)).toBe(3);
  // Every third start is 25 s apart: within a few sweeps each node had its turn or its reason, and none was lost.
  const { items } = await app.get<Page<SweepView>>('sweeps');
  for (const { ledger } of items.filter(({ completedAt }) => completedAt !== null))
    expect(ledger).toMatchObject({ known: 3, unreachable: 0 });
  await app.stop();
}, 120_000);
