import { expect, it, vi } from 'vitest';
import { listStandingClusters } from '../../../src/tables/cluster-list.ts';
import { putSubscriptionName } from '../../../src/tables/subscription-rows.ts';
import { subscriptionId } from '../../simulator/small-fleet.ts';
import { fleetOf, type Intercept, open } from '../field-world.ts';
import type { SweepWorld } from '../sweep-world.ts';

vi.setConfig({ testTimeout: 120_000 });

const namesIn = async (world: SweepWorld) => (await listStandingClusters(world.services().tables)).map((row) => row.subscriptionName);
const timesAsked = async (world: SweepWorld) => (await world.requests()).byOperation.Subscriptions_Get ?? 0;

it('a subscription is shown under its name, for which Azure is asked once a day', async () => {
  const world = await open(fleetOf({ shop: 1, bank: 1 }), {});
  await world.sweep();
  await world.sweep();
  expect(await namesIn(world)).toEqual(['Test', 'Test']);
  expect(await timesAsked(world)).toBe(1);
  world.passTime(25 * 3600);
  await world.sweep();
  expect(await timesAsked(world)).toBe(2);
});

it('a name that was noted in the future is asked for at once', async () => {
  const world = await open(fleetOf({ shop: 1 }), {});
  await putSubscriptionName(world.services().tables, subscriptionId, { name: 'Forged', readAt: '2099-01-01T00:00:00.000Z' });
  await world.sweep();
  expect(await namesIn(world)).toEqual(['Test']);
});

it('a name that may not be read stops nothing, and is asked for again', async () => {
  const refuse: Intercept = ({ url }, ask) =>
    /^\/subscriptions\/[^/]+$/.test(url.pathname)
      ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no right to read it' } } }
      : ask();
  const world = await open(fleetOf({ shop: 1 }), { intercept: refuse });
  await world.sweep();
  await world.sweep();
  expect(Object.values(await world.outcomes(`${subscriptionId}.rg-shop.shop`))).toEqual(['reachable/Reachable']);
  expect(await namesIn(world)).toEqual([undefined]);
});
