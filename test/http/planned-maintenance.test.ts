import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ArmReply, armError, throttledReply } from '../../local/simulator/arm-reply.ts';
import { SignInError } from '../../src/azure/sign-in-error.ts';
import { smallFleet, subscriptionId } from '../simulator/small-fleet.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { ask } from './ask.ts';
import { explainBreach } from './contract.ts';

const RIGHT = 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read';
const TAG = 'Sun 22:00Z/PT4H; every full moon';
const id = `${subscriptionId}.rg-shop.shop`;
const maintenanceWindow = {
  schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' as const } },
  durationHours: 4,
  utcOffset: '+01:00',
  startTime: '02:00',
};
const upgrades = 'aksManagedAutoUpgradeSchedule' as const;
const fleet = smallFleet(1, {
  tags: { 'aks-fleet-prober-maintenance': TAG },
  plannedMaintenance: [{ name: upgrades, maintenanceWindow }],
});

/** What Azure answers in place of the list. */
let refusal: ArmReply | undefined;
let noToken: Error | undefined;
let world: SweepWorld;
beforeAll(async () => {
  world = await openSweepWorld(
    fleet,
    {},
    {
      refuseToken: () => noToken,
      intercept: ({ url }, answer) => (url.pathname.endsWith('/maintenanceConfigurations') && refusal) || answer(),
    },
  );
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  await world.sweep();
});
afterAll(() => world?.stop());
beforeEach(() => {
  refusal = undefined;
  noToken = undefined;
  // What was read before is forgotten with the clients that read it.
  world.set({});
});

const lists = async () => (await world.requests()).byOperation.MaintenanceConfigurations_ListByManagedCluster ?? 0;
async function get() {
  const { route, status, headers, json } = await ask(world.services(), `clusters/${id}/maintenance`);
  expect(explainBreach(route, status, headers.get('content-type'), json)).toBeUndefined();
  return {
    status,
    ...(json as { azure: object[] | null; azureDetail?: string; tag: string | null; warnings?: string[]; current: object }),
  };
}

describe('GET /api/clusters/{cluster}/maintenance', () => {
  it('shows the planned maintenance of AKS beside the tag and what of that cannot be followed', async () => {
    const { schedule: _, ...times } = maintenanceWindow;
    expect(await get()).toEqual({
      status: 200,
      current: expect.toSatisfy((current) => current === null || current.source === 'tag'),
      tag: TAG,
      warnings: [expect.stringContaining('got "every full moon"')],
      azure: [{ name: upgrades, schedule: 'every week on Sunday', ...times }],
    });
  });

  it('asks Azure once in 10 minutes, however many ask; neither a sweep nor the page of the cluster asks', async () => {
    const before = await lists();
    await Promise.all([get(), get(), get()]);
    world.passTime(590);
    await get();
    expect((await lists()) - before).toBe(1);
    world.passTime(20);
    await get();
    expect((await lists()) - before).toBe(2);
    await world.sweep();
    const { text } = await ask(world.services(), `status/clusters/${id}`);
    expect(text).toContain(`AKS planned maintenance: <code>GET /api/clusters/${encodeURIComponent(id)}/maintenance</code>`);
    expect((await lists()) - before).toBe(2);
  });

  it.each<[string, ArmReply, string]>([
    ['a missing right, which it names', armError(403, 'AuthorizationFailed', 'The client does not have authorization.'), RIGHT],
    ['throttling', throttledReply('Reads', 90), 'Azure throttles the prober; try again in 90 s'],
    ['trouble of Azure', armError(503, 'ServiceUnavailable', 'Try later.'), 'Azure did not answer in time, or is in trouble'],
    ['a cluster that is gone', armError(404, 'ResourceNotFound', 'Not found.'), 'Azure has no such cluster'],
    ['a refusal that nobody knows', armError(400, 'BadRequest', 'Not so.'), 'BadRequest'],
    ['an answer that is none', { status: 200, body: { value: [{ properties: { maintenanceWindow: {} } }] } }, 'could not read the answer'],
  ])('has none and says why under %s, and tells the rest', async (_, reply, detail) => {
    refusal = reply;
    expect(await get()).toMatchObject({ status: 200, tag: TAG, azure: null, azureDetail: expect.stringContaining(detail) });
  });

  it('says so where the prober cannot sign in, and asks again after a minute', async () => {
    noToken = new SignInError('the endpoint answered 500');
    expect(await get()).toMatchObject({ azure: null, azureDetail: expect.stringContaining('could not sign in') });
    noToken = undefined;
    expect(await get()).toMatchObject({ azure: null });
    world.passTime(61);
    const { azure, azureDetail } = await get();
    expect([azure?.length, azureDetail]).toEqual([1, undefined]);
  });
});
