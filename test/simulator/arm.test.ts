import { afterAll, beforeAll, expect, test } from 'vitest';
import { compute, smallFleet, subscriptionId } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

let simulator: Conversation;
let instances: string;
beforeAll(async () => {
  simulator = await converse(smallFleet(45), { kubectl: '/nowhere/kubectl' });
  const { body } = await simulator.arm('GET', `${compute}/virtualMachineScaleSets`);
  instances = `${compute}/virtualMachineScaleSets/${body.value[0]?.name}/virtualMachines`;
});
afterAll(() => simulator.end());

async function readAll(path: string): Promise<{ pages: number; ids: string[] }> {
  const ids: string[] = [];
  let pages = 0;
  for (let next: string | undefined = path; next !== undefined; pages += 1) {
    const { body }: { body: { value: { name: string }[]; nextLink?: string } } = await simulator.arm('GET', next);
    ids.push(...body.value.map(({ name }) => name));
    next = body.nextLink;
  }
  return { pages, ids };
}

test('instances come in pages of twenty, each once', async () => {
  const { pages, ids } = await readAll(`${instances}?$expand=instanceView`);
  expect({ pages, different: new Set(ids).size }).toEqual({ pages: 3, different: 45 });
});

test('the letter case of the resource group differs within one body', async () => {
  const { body } = await simulator.arm('GET', instances);
  const groups = new Set((body.value as unknown as { id: string }[]).map(({ id }) => id.split('/')[4]));
  expect([...groups].sort()).toEqual(['MC_RG-SHOP_SHOP_WESTEUROPE', 'MC_rg-shop_shop_westeurope']);
});

test('paths are compared without regard to letter case', async () => {
  expect((await simulator.arm('GET', instances.toUpperCase().replace(/^\/SUBSCRIPTIONS/, '/subscriptions'))).status).toBe(200);
  expect((await simulator.arm('GET', `/SUBSCRIPTIONS/${subscriptionId}`)).status).toBe(200);
});

test('a request without api-version, route or subscription is refused as Azure refuses it', async () => {
  const authorization = `Bearer ${await simulator.token(`${simulator.simulator.url}/`)}`;
  const { status, body } = await simulator.ask('GET', '/subscriptions', { headers: { authorization } });
  expect([status, body.error.code]).toEqual([400, 'MissingApiVersionParameter']);
  const codes = await Promise.all(
    [`/subscriptions/${crypto.randomUUID()}`, '/nothing', `${compute.replace('MC_', 'XX_')}/virtualMachineScaleSets`].map(
      async (path) => (await simulator.arm('GET', path)).body.error.code,
    ),
  );
  expect(codes).toEqual(['SubscriptionNotFound', 'InvalidResourceType', 'ResourceGroupNotFound']);
});

test('a token must be there, be ours, and be for this endpoint', async () => {
  const codeFor = async (authorization?: string) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const { status, body } = await simulator.ask('GET', '/subscriptions?api-version=2022-12-01', { headers });
    return `${status} ${body.error.code}`;
  };
  expect(await codeFor()).toBe('401 AuthenticationFailed');
  expect(await codeFor('Bearer a.b.c')).toBe('401 InvalidAuthenticationToken');
  expect(await codeFor(`Bearer ${await simulator.token('https://management.azure.com')}`)).toBe('401 InvalidAuthenticationTokenAudience');
});

test('the identity endpoint wants its header', async () => {
  const { status } = await simulator.ask('GET', '/msi/token?resource=x&api-version=2019-08-01', { headers: { 'x-identity-header': 'no' } });
  expect(status).toBe(401);
});

test.each([
  ['lists-throttled', 429],
  ['access-denied', 403],
])('the fault %s of a subscription answers lists with %i', async (fault, expected) => {
  await simulator.setFault(subscriptionId, fault);
  expect((await simulator.arm('GET', instances)).status).toBe(expected);
  await simulator.clearFault(subscriptionId);
  expect((await simulator.arm('GET', instances)).status).toBe(200);
});

test('the fault lists-broken fails the last page only', async () => {
  await simulator.setFault('shop', 'lists-broken');
  const first = await simulator.arm('GET', instances);
  const second = await simulator.arm('GET', first.body.nextLink ?? '');
  const third = await simulator.arm('GET', second.body.nextLink ?? '');
  expect([first.status, second.status, third.status]).toEqual([200, 200, 500]);
  await simulator.clearFault('shop');
});

test('gone and replaced instances show in lists', async () => {
  const { ids } = await readAll(instances);
  const nodeOf = (id: string | undefined) => `${id?.replace(/_\d+$/, '')}00000${Number(id?.split('_')[1]).toString(36)}`;
  const before = await simulator.arm('GET', `${instances}/1`);
  await simulator.setFault(nodeOf(ids[0]), 'gone');
  await simulator.setFault(nodeOf(ids[1]), 'replaced');
  expect((await readAll(instances)).ids).not.toContain(ids[0]);
  expect((await simulator.arm('GET', `${instances}/0`)).status).toBe(404);
  const vmIdOf = ({ body }: { body: unknown }) => (body as { properties: { vmId: string } }).properties.vmId;
  expect(vmIdOf(await simulator.arm('GET', `${instances}/1`))).not.toBe(vmIdOf(before));
});

test('a cluster that is being upgraded says so', async () => {
  const upgrading = await converse(smallFleet(1, { provisioningState: 'Upgrading' }), { kubectl: '/nowhere/kubectl' });
  const clusters = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/managedClusters`;
  expect(JSON.stringify((await upgrading.arm('GET', clusters)).body)).toContain('{"provisioningState":"Upgrading",');
  expect(JSON.stringify((await simulator.arm('GET', clusters)).body)).toContain('{"provisioningState":"Succeeded",');
  await upgrading.end();
});

test.each([
  ['cluster-stopping', 'Stopping'],
  ['cluster-deleting', 'Deleting'],
])('under %s a cluster is %s, and its instances are still listed as running', async (fault, state) => {
  await simulator.setFault('shop', fault);
  const cluster = `/subscriptions/${subscriptionId}/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/shop`;
  expect((await simulator.arm('GET', cluster)).body).toMatchObject({ properties: { provisioningState: state } });
  expect(JSON.stringify((await simulator.arm('GET', `${instances}/2/instanceView`)).body)).toContain('PowerState/running');
  await simulator.clearFault('shop');
});

test('under untagged the scale sets of a cluster have no tags, whether they are listed or read', async () => {
  const tags = async () => {
    const list = await simulator.arm('GET', `${compute}/virtualMachineScaleSets`);
    const [listed] = list.body.value as unknown as { name: string; tags: object }[];
    const one = await simulator.arm('GET', `${compute}/virtualMachineScaleSets/${listed?.name}`);
    return [listed?.tags, (one.body as unknown as { tags: object }).tags];
  };
  expect(await tags()).toMatchObject([{ 'aks-managed-poolName': 'web' }, { 'aks-managed-poolName': 'web' }]);
  await simulator.setFault('shop', 'untagged');
  expect(await tags()).toEqual([{}, {}]);
  await simulator.clearFault('shop');
});

test('instances of a Flexible scale set are listed without tags, as machines of their set, and never with a view', async () => {
  const pools = [{ name: 'flex', type: 'FlexibleScaleSet' as const, count: 2 }];
  const flexible = await converse(smallFleet(0, { pools, foreignMachines: ['jumpbox'] }), { kubectl: '/nowhere/kubectl' });
  const listOf = async (path: string) => (await flexible.arm('GET', path)).body.value as unknown as Record<string, object>[];
  const [set] = await listOf(`${compute}/virtualMachineScaleSets`);
  expect(set).toMatchObject({ properties: { orchestrationMode: 'Flexible' }, tags: { 'aks-managed-poolName': 'flex' } });
  const machines = await listOf(`${compute}/virtualMachines?$expand=instanceView`);
  expect(machines.map(({ name }) => String(name))).toEqual([
    expect.stringMatching(`^${set?.name}_`),
    expect.stringMatching(`^${set?.name}_`),
    'jumpbox',
  ]);
  expect(machines[0]).not.toHaveProperty('tags');
  const { virtualMachineScaleSet } = machines[0]!.properties as { virtualMachineScaleSet: { id: string } };
  expect(virtualMachineScaleSet.id).not.toBe(set?.id);
  expect(virtualMachineScaleSet.id.toLowerCase()).toBe(String(set?.id).toLowerCase());
  expect(JSON.stringify(machines)).not.toContain('PowerState');
  const instances = `${compute}/virtualMachineScaleSets/${set?.name}/virtualMachines`;
  expect(await listOf(instances)).toHaveLength(2);
  const { status, body } = await flexible.arm('GET', `${instances}?$expand=instanceView`);
  expect([status, body.error.code]).toEqual([400, 'BadRequest']);
  await flexible.end();
});
