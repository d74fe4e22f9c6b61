import { expect, it, onTestFinished } from 'vitest';
import { addUpExecutions, estimateSweep } from '../../src/cli/estimate-sweep.ts';
import { requestSweep } from '../../src/sweep/plan/start-sweep.ts';
import { doWork } from '../../src/sweep/work.ts';
import { listSweeps } from '../../src/tables/sweep-list.ts';
import { openClockQueue } from './clock-queue.ts';
import { openSweepWorld } from './sweep-world.ts';

const INTERVAL_MS = 300_000;
/** The queue is polled: a message comes up to this much later than it is due. */
const POLLED_WITHIN_MS = 900;
const NODES = 200;

it('a sweep at the usual pace needs as many executions as the plan says, and up to 15 % fewer', { timeout: 120_000 }, async () => {
  const common = { name: 'one', resourceGroup: 'rg', location: 'westeurope', kubernetesVersion: '1.33.5' };
  const clusters = [{ ...common, pools: [{ name: 'web', count: NODES }] }];
  const subscriptions = [{ id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'One', clusters }];
  const usual = { FIRST_COLLECT_SECONDS: '25', COLLECT_AGAIN_SECONDS: '10', STARTS_PER_MINUTE: '250' };
  const world = await openSweepWorld({ subscriptions }, usual, { intervalSeconds: INTERVAL_MS / 1000 });
  onTestFinished(() => world.stop());

  let time = Math.ceil(Date.now() / INTERVAL_MS) * INTERVAL_MS;
  const now = () => new Date(time);
  const { queue, takeUntil } = openClockQueue(now);
  const services = { ...world.services(), now, queue };
  const counted: Record<string, number> = {};
  const runUntil = async (end: number) => {
    for (let message = takeUntil(end); message !== undefined; message = takeUntil(end)) {
      time = Math.max(time, message.visibleAt + ((message.visibleAt * 7919) % POLLED_WITHIN_MS));
      const { kind } = message.body;
      counted[kind] = (counted[kind] ?? 0) + 1;
      await doWork(services, message.body);
    }
    time = Math.max(time, end);
  };
  // The first finds new nodes, which the second knows: it is like all that follow.
  for (let sweep = 1; sweep <= 2; sweep++) {
    for (const kind of Object.keys(counted)) delete counted[kind];
    await requestSweep(services, false);
    await runUntil(time - (time % INTERVAL_MS) + INTERVAL_MS);
  }

  const [newest] = await listSweeps(services.tables, now(), 1);
  expect(newest).toMatchObject({ ledger: { reachable: NODES, known: NODES } });
  const groups = [{ clusters: [{ nodes: NODES, slices: NODES / services.settings.NODES_PER_SLICE }] }];
  const planned = estimateSweep(groups, subscriptions.length, services.settings, { post: 0, get: 0, run: 0 });
  const total = Object.values(counted).reduce((sum, count) => sum + count, 1);
  const kinds = Object.fromEntries(planned.map(({ kind, count }) => [kind, count]));
  const ratio = addUpExecutions(planned).count / total;
  expect(ratio, `planned ${JSON.stringify(kinds)}, counted ${JSON.stringify(counted)}`).toBeGreaterThanOrEqual(1);
  expect(ratio, `planned ${JSON.stringify(kinds)}, counted ${JSON.stringify(counted)}`).toBeLessThanOrEqual(1.15);
});
