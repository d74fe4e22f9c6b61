import { ComputeManagementClient } from '@azure/arm-compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitArmPipeline } from '../../src/azure/arm-pipeline.ts';
import { askForMachines } from '../../src/inventory/ask-for-machines.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import { json, type LoopbackAzure, serveHttps } from '../serve-https.ts';

const subscriptionId = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const path = `/subscriptions/${subscriptionId}/resourceGroups/MC_rg/providers/Microsoft.Compute`;
const factsOf = (node: string, resourceId: string): NodeFacts => ({ node, resourceId, vmId: `vm-${node}`, pool: 'web', os: 'Linux' });
const instance = (id: number, node = `node${id}`) => factsOf(node, `${path}/virtualMachineScaleSets/vmss/virtualMachines/${id}`);
const running = { statuses: [{ code: 'PowerState/running' }] };

let azure: LoopbackAzure;
let answer: (path: string) => [status: number, body: object];
let asked: string[];
beforeAll(async () => {
  azure = await serveHttps((request, response) => {
    asked.push(request.path);
    json(response, ...answer(request.path));
  });
});
afterAll(() => azure.close());

/** What Azure says of nodes of which it answers so. */
async function ask(nodes: readonly NodeFacts[], say: typeof answer) {
  [asked, answer] = [[], say];
  const token = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new ComputeManagementClient(token, subscriptionId, {
    endpoint: azure.url,
    credentials: { scopes: [`${azure.url}/.default`] },
  });
  fitArmPipeline(client.pipeline, azure.url, false);
  return askForMachines(client, nodes);
}
const error = (code: string, message = 'no') => ({ error: { code, message } });

describe('a machine that a list lacks', () => {
  it('is there where Azure knows it by its id, with its state', async () => {
    const body = { instanceId: '7', properties: { vmId: 'vm-node7', provisioningState: 'Succeeded', instanceView: running } };
    const found = (await ask([instance(7)], () => [200, body])).get('node7');
    expect(found).toMatchObject({
      status: 'present',
      facts: { node: 'node7', vmId: 'vm-node7', pool: 'web', resourceId: instance(7).resourceId },
      machine: { provisioningState: 'Succeeded', instanceView: running },
    });
    expect(asked[0]).toMatch(/expand=instanceView/);
  });

  it('is there too where it is a VM of its own', async () => {
    const vm = factsOf('vm1', `${path}/virtualMachines/vm1`);
    expect((await ask([vm], () => [200, { properties: { vmId: 'vm-vm1' } }])).get('vm1')?.status).toBe('present');
  });

  it.each<[string, number, object]>([
    ['it is not found', 404, error('ResourceNotFound')],
    ['its scale set is not found', 404, error('ParentResourceNotFound')],
    [
      'the instance is not active',
      400,
      error('InvalidParameter', 'The provided instanceId 7 is not an active Virtual Machine Scale Set VM instanceId.'),
    ],
    ['another machine has its id now', 200, { properties: { vmId: 'another' } }],
    ['its computer has another name now', 200, { properties: { vmId: 'vm-node7', osProfile: { computerName: 'Node8' } } }],
  ])('is absent where %s', async (_, status, body) => {
    expect((await ask([instance(7)], () => [status, body])).get('node7')).toEqual({ status: 'absent' });
  });

  it.each<[string, number, object]>([
    ['forbids it', 403, error('AuthorizationFailed')],
    ['does not see the subscription', 404, error('SubscriptionNotFound')],
    ['throttles', 429, error('TooManyRequests')],
    ['fails', 500, error('InternalServerError')],
    ['takes no token', 401, error('ExpiredAuthenticationToken')],
    ['refuses it for another reason', 400, error('InvalidParameter', 'Virtual Machine Scale Set VM instanceId must be a number.')],
  ])('is neither where Azure %s', async (_, status, body) => {
    expect((await ask([instance(7)], () => [status, body])).get('node7')).toEqual({ status: 'unknown' });
  });

  it('is asked for with at most 99 others in a sweep', async () => {
    const many = Array.from({ length: 130 }, (_, n) => instance(n));
    expect((await ask(many, () => [404, error('ResourceNotFound')])).size).toBe(100);
    expect(asked).toHaveLength(100);
  });
});
