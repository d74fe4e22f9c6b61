import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../src/views/paging.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { until } from '../host/until.ts';
import { type App, instantAnswer, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 60;
const MOST_MS = 5 * SWEEP_SECONDS * 1000;
/** How long the host lets its functions end, with what it does before and after that. */
const GRACE_MS = 10_000;
const AROUND_MS = 7000;
const NODES = 6;

const scenarios = [
  { name: 'short', heldMs: 3000, id: 'aaaaaaaa-0000-4000-8000-000000000001' },
  { name: 'long', heldMs: 40_000, id: 'aaaaaaaa-0000-4000-8000-000000000002' },
];
/** Starts of runs that Azure has begun and not answered yet, by the name of the cluster; those of `short` are answered within the grace. */
const held = new Map<string, number>();
const released = new Set<string>();
let stage: Stage;

beforeAll(async () => {
  const subscriptions = scenarios.map(({ name, id }) => ({
    id,
    name,
    clusters: [
      { name, resourceGroup: `rg-${name}`, location: 'westeurope', kubernetesVersion: '1.33.5', pools: [{ name: 'web', count: NODES }] },
    ],
  }));
  stage = await setStage(
    { subscriptions },
    {
      accounts: scenarios.map(({ name }) => name),
      instantNodes: true,
      answer: instantAnswer(new Set()),
      async intercept({ url }, ask) {
        const reply = await ask();
        const scenario = scenarios.find(({ name }) => url.pathname.toLowerCase().includes(`mc_rg-${name}_`));
        if (scenario === undefined || !url.pathname.endsWith('/runCommand') || released.has(scenario.name)) return reply;
        held.set(scenario.name, (held.get(scenario.name) ?? 0) + 1);
        await sleep(scenario.heldMs, undefined, { ref: false });
        return reply;
      },
    },
  );
});
afterAll(() => stage.end());

/** Stops a host as Azure does, and returns how it ended and after how many milliseconds. */
async function terminate(app: App) {
  const begun = Date.now();
  process.kill(app.pid, 'SIGTERM');
  return { ...(await app.exited), afterMs: Date.now() - begun };
}

/** The first completed sweep that saw every node. */
const wholeSweep = (app: App) =>
  until(
    'a sweep that saw every node',
    async () => {
      const { items } = await app.get<Page<SweepView>>('sweeps');
      return items.toReversed().find(({ ledger }) => ledger?.reachable === NODES);
    },
    MOST_MS,
  );

describe.concurrent('a host that Azure stops in the middle of a slice', () => {
  const startApp = ({ name, id }: (typeof scenarios)[number]) =>
    stage.startApp({
      ...quickSweeps(SWEEP_SECONDS),
      SUBSCRIPTIONS: id,
      AzureWebJobsStorage: stage.azurite.connectionStringFor(name),
    });

  it.each(scenarios)(
    '$name: ends within its grace, and the next one goes on without starting anything twice at once',
    async (scenario) => {
      const first = await startApp(scenario);
      await first.sweepNow();
      await until('a slice that is being started', async () => (held.get(scenario.name) ?? 0) > 0, MOST_MS);
      const { code, signal, afterMs } = await terminate(first);
      expect([code, signal]).toEqual([0, null]);
      expect(afterMs).toBeLessThan(GRACE_MS + AROUND_MS);
      released.add(scenario.name);
      const second = await startApp(scenario);
      const { ledger, id } = await wholeSweep(second);
      expect(ledger).toMatchObject({ known: NODES, reachable: NODES });
      const { items } = await second.get<Page<SweepView>>('sweeps');
      // What was on its way was finished within the grace, so that it is the very sweep that was interrupted.
      if (scenario.heldMs < GRACE_MS) expect(id).toBe(items.at(-1)!.id);
      expect((await stage.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
      expect(stage.log.filter((line) => /poison/i.test(line))).toEqual([]);
    },
    MOST_MS + 30_000,
  );
});
