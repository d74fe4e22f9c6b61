import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallFleet, subscriptionId } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

let simulator: Conversation;
beforeAll(async () => {
  const fleet = smallFleet(2);
  const [subscription] = fleet.subscriptions;
  const twin = { ...subscription, id: '99999999-2222-4333-8444-555555555555', name: 'Twin', faults: ['access-denied' as const] };
  simulator = await converse(
    { subscriptions: [...fleet.subscriptions, { ...twin, clusters: subscription?.clusters ?? [] }] },
    { kubectl: '/nowhere/kubectl' },
  );
});
afterAll(() => simulator.end());

const cluster = `${subscriptionId}.rg-shop.shop`;

function envelope(name: string) {
  const iKey = /InstrumentationKey=([^;]+)/.exec(simulator.simulator.env.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '')?.[1];
  return {
    name: 'Microsoft.ApplicationInsights.Event',
    time: '2026-01-01T00:00:00.000Z',
    iKey,
    data: { baseType: 'EventData', baseData: { ver: 2, name } },
  };
}

async function track(body: unknown, headers: Record<string, string> = {}, path = '/v2.1/track') {
  const authorization = `Bearer ${await simulator.token('https://monitor.azure.com')}`;
  return simulator.ask<{ itemsReceived: number; itemsAccepted: number; errors: { index: number; statusCode: number }[] }>('POST', path, {
    body,
    headers: { authorization, ...headers },
  });
}

test('the settings are those that the app needs', () => {
  const { url, caFile, env, identityHeader } = simulator.simulator;
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(env).toMatchObject({
    ARM_ENDPOINT: url,
    AZURE_AUTHORITY_HOST: url,
    IDENTITY_ENDPOINT: `${url}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    NODE_EXTRA_CA_CERTS: caFile,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
  });
  expect(env.APPLICATIONINSIGHTS_CONNECTION_STRING).toMatch(new RegExp(`^InstrumentationKey=[0-9a-f-]{36};IngestionEndpoint=${url}/$`));
});

test('a fault is set, listed and cleared, by any name of its target', async () => {
  for (const target of [cluster, cluster.toUpperCase()]) {
    const { status, body } = await simulator.setFault(target, 'refused');
    expect([status, body.target, body.fault, body.nodes]).toEqual([200, cluster, 'refused', 2]);
  }
  const { body } = await simulator.ask<{ catalogue: { id: string }[]; active: { target: string; fault: string }[] }>(
    'GET',
    '/control/faults',
  );
  expect(body.catalogue.map(({ id }) => id)).toContain('black-hole');
  expect(body.active.map(({ target, fault }) => `${target} ${fault}`)).toEqual([
    '99999999-2222-4333-8444-555555555555 access-denied',
    `${cluster} refused`,
  ]);
  expect((await simulator.clearFault(cluster)).body).toEqual({ target: cluster, cleared: 'refused' });
  expect((await simulator.clearFault(cluster)).body).toEqual({ target: cluster, cleared: null });
});

test('an unknown target is a 404 with the names there are, an unknown fault a 400 with those possible', async () => {
  const target = await simulator.setFault('nobody', 'refused');
  expect(target.status).toBe(404);
  expect(target.headers['content-type']).toBe('application/problem+json');
  expect(target.body).toMatchObject({ title: 'Unknown target', status: 404, clusters: ['rg-shop/shop', 'rg-shop/shop'] });
  const fault = await simulator.setFault(cluster, 'melted');
  expect(fault.status).toBe(400);
  expect(fault.body.possible).toContain('cluster-stopped');
  const scope = await simulator.setFault('ingestion', 'refused');
  expect(scope.body).toMatchObject({ status: 400, possible: ['ingestion-down', 'ingestion-partial', 'ingestion-redirect'] });
});

test('a name that several clusters have is a 409 with the candidates', async () => {
  const { status, body } = await simulator.setFault('shop', 'refused');
  expect(status).toBe(409);
  expect(body.candidates).toEqual([cluster, '99999999-2222-4333-8444-555555555555.rg-shop.shop']);
});

test('a fault written into the fleet is in force from the start', async () => {
  const path = '/subscriptions/99999999-2222-4333-8444-555555555555/providers/Microsoft.ContainerService/managedClusters';
  expect((await simulator.arm('GET', path)).body.error.code).toBe('AuthorizationFailed');
});

test('requests to Azure Resource Manager are counted by operation', async () => {
  const read = async () => (await simulator.ask<{ total: number; byOperation: Record<string, number> }>('GET', '/control/requests')).body;
  const before = await read();
  await simulator.arm('GET', '/subscriptions');
  const after = await read();
  expect(after.total - before.total).toBe(1);
  expect((after.byOperation.Subscriptions_List ?? 0) - (before.byOperation.Subscriptions_List ?? 0)).toBe(1);
  expect(after).toMatchObject({ runCommand: { started: 0, conflicts: 0, mostAtOncePerNode: 0 } });
});

test('what was true when is recorded: each switch of a fault, with the nodes that it reached', async () => {
  type Kept = { switches: { target: string; fault: string | null; nodes: string[] }[]; runs: object[]; clashes: object[] };
  const read = async () => (await simulator.ask<Kept>('GET', '/control/record')).body;
  const { switches: before } = await read();
  const [{ cluster, nodes }] = (await simulator.ask<{ cluster: string; nodes: { name: string }[] }[]>('GET', '/control/fleet')).body as [
    { cluster: string; nodes: { name: string }[] },
  ];
  const target = `${cluster}/${nodes[0]!.name}`;
  await simulator.setFault(target, 'refused');
  await simulator.ask('DELETE', `/control/faults/${encodeURIComponent(target)}`);
  // What had no fault was not switched.
  await simulator.ask('DELETE', `/control/faults/${encodeURIComponent(target)}`);
  const { switches, clashes } = await read();
  expect(switches.slice(before.length).map(({ target: of, fault, nodes: reached }) => [of, fault, reached])).toEqual([
    [target, 'refused', [target]],
    [target, null, [target]],
  ]);
  expect(clashes).toEqual([]);
});

test('telemetry is kept as received, from arrays, lines and gzip, until it is cleared', async () => {
  const array = await track([envelope('one'), envelope('two')]);
  expect([array.status, array.body]).toEqual([200, { itemsReceived: 2, itemsAccepted: 2, errors: [] }]);
  const lines = `${JSON.stringify(envelope('three'))}\n${JSON.stringify(envelope('four'))}\n`;
  expect((await track(gzipSync(lines), { 'content-encoding': 'gzip', 'content-type': 'application/x-json-stream' })).status).toBe(200);
  const { body } = await simulator.ask<unknown[]>('GET', '/control/telemetry');
  expect(body).toEqual(['one', 'two', 'three', 'four'].map(envelope));
  await simulator.ask('DELETE', '/control/telemetry');
  expect((await simulator.ask<unknown[]>('GET', '/control/telemetry')).body).toEqual([]);
});

test('telemetry needs a token for Azure Monitor and the right key', async () => {
  const foreign = `Bearer ${await simulator.token(simulator.simulator.url)}`;
  expect((await track([envelope('x')], { authorization: foreign })).status).toBe(403);
  expect((await track([envelope('x')], { authorization: '' })).status).toBe(401);
  const wrong = await track([{ ...envelope('x'), iKey: 'other' }, envelope('y')]);
  expect([wrong.status, wrong.body.itemsAccepted, wrong.body.errors[0]?.index]).toEqual([206, 1, 0]);
  await simulator.ask('DELETE', '/control/telemetry');
});

test('ingestion can redirect to a stamp, which takes everything', async () => {
  await simulator.setFault('ingestion', 'ingestion-redirect');
  const { status, headers } = await track([envelope('one')]);
  expect([status, headers.location]).toEqual([308, '/stamp/v2.1/track']);
  expect((await track([envelope('one')], {}, '/stamp/v2.1/track')).status).toBe(200);
  await simulator.clearFault('ingestion');
});

test('ingestion can be down, or take only half', async () => {
  await simulator.setFault('ingestion', 'ingestion-down');
  expect((await track([envelope('one')])).status).toBe(503);
  await simulator.setFault('ingestion', 'ingestion-partial');
  const { status, body } = await track([envelope('one'), envelope('two'), envelope('three')]);
  expect([status, body.itemsReceived, body.itemsAccepted, body.errors.map(({ index }) => index)]).toEqual([206, 3, 2, [1]]);
  await simulator.clearFault('ingestion');
  expect((await track([envelope('one')])).status).toBe(200);
});

test('webhooks keep what they are sent, and fail where they are told to', async () => {
  const send = () => simulator.ask('POST', '/webhooks/pager', { body: { id: 'one' }, headers: { 'webhook-id': 'one' } });
  expect((await send()).status).toBe(200);
  await simulator.ask('PUT', '/control/webhooks/fault', { body: { status: 503, retryAfterSeconds: 7 } });
  const { status, headers } = await send();
  expect([status, headers['retry-after']]).toEqual([503, '7']);
  await simulator.ask('PUT', '/control/webhooks/fault', { body: {} });
  expect((await send()).status).toBe(200);
  const kept = (await simulator.ask<object[]>('GET', '/control/webhooks')).body;
  expect(kept).toMatchObject(
    [200, 503, 200].map((each) => ({ name: 'pager', status: each, body: { id: 'one' }, headers: { 'webhook-id': 'one' } })),
  );
  expect((await simulator.ask('PUT', '/control/webhooks/fault', { body: { status: 'down' } })).status).toBe(400);
  await simulator.ask('DELETE', '/control/webhooks');
  expect((await simulator.ask<object[]>('GET', '/control/webhooks')).body).toEqual([]);
});
