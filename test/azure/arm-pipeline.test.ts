import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { ComputeManagementClient } from '@azure/arm-compute';
import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Compute } from '../../src/azure/arm.ts';
import { ForeignHostError, fitArmPipeline } from '../../src/azure/arm-pipeline.ts';
import { countRequests } from '../../src/azure/count-requests.ts';
import { pollRun, startRun } from '../../src/probe/run-command.ts';
import { connectArm } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { json, type LoopbackAzure, type Received, serveHttps } from '../serve-https.ts';

const subscriptionId = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const target = { kind: 'vm', subscriptionId, resourceGroup: 'rg', vm: 'node' } as const;
const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/node`;
const credential: TokenCredential = { getToken: async () => ({ token: 'crown-jewels', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let azure: LoopbackAzure;
let elsewhere: LoopbackAzure;
let answer: (request: Received, response: ServerResponse) => void;

beforeAll(async () => {
  azure = await serveHttps((request, response) => answer(request, response));
  elsewhere = await serveHttps((_, response) => json(response, 200, { value: [] }));
});
afterAll(() => Promise.all([azure.close(), elsewhere.close()]));
beforeEach(() => {
  azure.received.length = 0;
});

/** A client as the app has it: of the reading kind, or of the kind that posts runs. */
function connect(reads: boolean): ComputeManagementClient {
  const client = new ComputeManagementClient(credential, subscriptionId, {
    endpoint: azure.url,
    credentials: { scopes: [`${azure.url}/.default`] },
  });
  fitArmPipeline(client.pipeline, azure.url, reads);
  return client;
}

async function listMachines(client: Compute): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of client.virtualMachines.list('rg')) names.push(name ?? '');
  return names;
}

const refuse = (status: number, headers: Record<string, string> = {}) => {
  answer = (_, response) => json(response, status, { error: { code: 'Any', message: 'no' } }, headers);
};

describe('a client that reads', () => {
  it.each([500, 502, 503, 408])('tries a read that got %i twice more', async (status) => {
    refuse(status);
    await expect(listMachines(connect(true))).rejects.toMatchObject({ statusCode: status });
    expect(azure.received.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });

  it('is counted by each attempt', async () => {
    refuse(503);
    const count = countRequests();
    const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: azure.url });
    await expect(listMachines(await connectArm(settings, credential, [count.policy]).compute(subscriptionId))).rejects.toThrow();
    expect([count.take(), count.take()]).toEqual([3, 0]);
  });

  it('goes on as soon as a read succeeds', async () => {
    answer = (_, response) =>
      azure.received.length < 2 ? json(response, 500, {}) : json(response, 200, { value: [{ name: 'a', id: resourceId, location: 'x' }] });
    expect(await listMachines(connect(true))).toEqual(['a']);
    expect(azure.received).toHaveLength(2);
  });

  it.each([429, 400, 401, 403, 404, 409])('does not try a read again that got %i', async (status) => {
    refuse(status, { 'retry-after': '1' });
    await expect(listMachines(connect(true))).rejects.toMatchObject({ statusCode: status });
    expect(azure.received).toHaveLength(1);
  });

  it('sends its token to Azure', async () => {
    answer = (_, response) => json(response, 200, { value: [] });
    await listMachines(connect(true));
    expect(azure.received[0]?.headers.authorization).toBe('Bearer crown-jewels');
  });
});

describe('a client that posts runs', () => {
  it.each([500, 502, 503, 408, 429])('sends a Run Command once, even if it gets %i', async (status) => {
    refuse(status, { 'retry-after': '1' });
    await expect(startRun(connect(false), target, 'Linux', ['true'], randomUUID())).rejects.toMatchObject({ statusCode: status });
    expect(azure.received.map(({ method }) => method)).toEqual(['POST']);
  });

  it('sends a Run Command once, even if the connection is cut', async () => {
    answer = (_, response) => response.destroy();
    await expect(startRun(connect(false), target, 'Linux', ['true'], randomUUID())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(azure.received).toHaveLength(1);
  });
});

describe('the host rule', () => {
  const foreign = () => expect.stringContaining(`expected a URL of ${azure.url}, got one of ${elsewhere.url}; it was not called`);

  it('lets no next page lead elsewhere', async () => {
    answer = (_, response) => json(response, 200, { value: [], nextLink: `${elsewhere.url}/subscriptions/more` });
    await expect(listMachines(connect(true))).rejects.toMatchObject({ name: 'ForeignHostError', message: foreign() });
  });

  it.each([301, 302, 307, 308])('lets no redirect %i lead elsewhere', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: `${elsewhere.url}/steal` }).end();
    await expect(listMachines(connect(true))).rejects.toMatchObject({ statusCode: status });
    expect(azure.received).toHaveLength(1);
  });

  it('lets no poller from a table lead elsewhere', async () => {
    answer = (_, response) => json(response, 202, {}, { location: `${azure.url}/operations/1?api-version=1` });
    const serialized = await startRun(connect(false), target, 'Linux', ['true'], randomUUID());
    expect(serialized).toContain(azure.url);
    const run = await pollRun(connect(true), resourceId, serialized.replaceAll(azure.url, elsewhere.url));
    expect(run).toEqual({ status: 'unread', error: expect.any(ForeignHostError) });
  });

  it('lets no answer to a Run Command lead elsewhere', async () => {
    answer = (_, response) => json(response, 202, {}, { location: `${elsewhere.url}/operations/1?api-version=1` });
    const serialized = await startRun(connect(false), target, 'Linux', ['true'], randomUUID());
    expect(await pollRun(connect(true), resourceId, serialized)).toEqual({ status: 'unread', error: expect.any(ForeignHostError) });
  });

  it('has kept every request from the other host', () => {
    expect(elsewhere.received).toEqual([]);
  });
});
