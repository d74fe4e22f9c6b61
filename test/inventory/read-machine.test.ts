import type { TokenCredential } from '@azure/identity';
import { afterEach, describe, expect, it } from 'vitest';
import { NoSuchMachine, readMachine } from '../../src/inventory/read-machine.ts';
import { parseTarget } from '../../src/model/resource-id.ts';
import { connectArm } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { json, type LoopbackAzure, serveHttps } from '../serve-https.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const group = `/subscriptions/${subscription}/resourceGroups/MC_shop/providers/Microsoft.Compute`;
const instance = parseTarget(`${group}/virtualMachineScaleSets/aks-web/virtualMachines/7`)!;
const machine = parseTarget(`${group}/virtualMachines/vm-1`)!;
const credential: TokenCredential = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let azure: LoopbackAzure;
afterEach(() => azure.close());

/** What Azure answers to the read of the machine, of its scale set, and to the list of clusters. */
interface Answers {
  machine: [number, string];
  scaleSet?: [number, string];
  clusters?: [number, string] | string[];
}

async function read(target: typeof instance, { machine: own, scaleSet = [200, ''], clusters = [] }: Answers): Promise<unknown> {
  azure = await serveHttps(({ path }, response) => {
    const refuse = ([status, code]: [number, string]) => json(response, status, { error: { code, message: 'no' } });
    if (/managedClusters/i.test(path)) {
      if (typeof clusters[0] === 'number') return refuse(clusters as [number, string]);
      const value = (clusters as string[]).map((name) => ({ location: 'westeurope', properties: { nodeResourceGroup: name } }));
      return json(response, 200, { value });
    }
    if (/virtualMachineScaleSets\/[^/]+\?/i.test(path))
      return scaleSet[0] === 200 ? json(response, 200, { location: 'x' }) : refuse(scaleSet);
    return refuse(own);
  });
  const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: azure.url });
  return readMachine(connectArm(settings, credential), target).catch((error: unknown) => error);
}

describe('a machine that Azure does not have', () => {
  const inGroup = `in the resource group "MC_shop" in the subscription ${subscription}`;

  it.each<[what: string, target: typeof instance, answers: Answers, told: string]>([
    ['no subscription', instance, { machine: [404, 'SubscriptionNotFound'] }, `no subscription "${subscription}" is readable`],
    ['no group', instance, { machine: [404, 'ResourceGroupNotFound'] }, `no resource group "MC_shop" in the subscription ${subscription}`],
    [
      'no group that may be read',
      instance,
      { machine: [403, 'AuthorizationFailed'], clusters: ['MC_other'] },
      'no readable resource group "MC_shop"',
    ],
    [
      'no scale set',
      instance,
      { machine: [404, 'ResourceNotFound'], scaleSet: [404, 'ResourceNotFound'] },
      `no scale set "aks-web" ${inGroup}`,
    ],
    ['no instance', instance, { machine: [404, 'NotFound'] }, `no instance 7 of the scale set "aks-web" ${inGroup}`],
    ['no instance, told as a bad parameter', instance, { machine: [400, 'InvalidParameter'] }, 'no instance 7 of the scale set "aks-web"'],
    [
      'no instance of a set that may not be read',
      instance,
      { machine: [404, 'NotFound'], scaleSet: [403, 'AuthorizationFailed'] },
      'no instance 7',
    ],
    ['no virtual machine', machine, { machine: [404, 'ResourceNotFound'] }, `no virtual machine "vm-1" ${inGroup}`],
  ])('says what was not found: %s', async (_, target, answers, told) => {
    const error = await read(target, answers);
    expect(error).toBeInstanceOf(NoSuchMachine);
    expect((error as Error).message).toContain(told);
  });

  it.each<[what: string, answers: Answers]>([
    ['a right is missing on the node resource group of a cluster', { machine: [403, 'AuthorizationFailed'], clusters: ['mc_SHOP'] }],
    ['nobody may say which groups there are', { machine: [403, 'AuthorizationFailed'], clusters: [403, 'AuthorizationFailed'] }],
    ['Azure takes another parameter ill', { machine: [400, 'BadRequest'] }],
  ])('is not what Azure means where %s', async (_, answers) => {
    const error = await read(instance, answers);
    expect(error).not.toBeInstanceOf(NoSuchMachine);
    expect(error).toMatchObject({ statusCode: answers.machine[0] });
  });
});
