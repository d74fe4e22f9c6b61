import type { ServerResponse } from 'node:http';
import { ComputeManagementClient } from '@azure/arm-compute';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fitArmPipeline } from '../../src/azure/arm-pipeline.ts';
import { signInWith } from '../../src/azure/sign-in-error.ts';
import { judgeState } from '../../src/probe/judge-run.ts';
import { pollRun, startRun } from '../../src/probe/run-command.ts';
import { json, type LoopbackAzure, type Received, serveHttps } from '../serve-https.ts';

/** The ID that the request is given. */
const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const nonce = '0123456789abcdef';
const subscriptionId = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const target = { kind: 'vm', subscriptionId, resourceGroup: 'rg', vm: 'node' } as const;
const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/node`;

/** Why there is no token for the next poll, and whether its URL is of another host. */
let signedOut: string | undefined;
let foreign = false;
let isPolling = false;
const credential = signInWith({
  async getToken() {
    if (isPolling && signedOut !== undefined) throw new Error(signedOut);
    // It has expired already, so that each request asks for a new one.
    return { token: 'crown-jewels', expiresOnTimestamp: Date.now() };
  },
});

let azure: LoopbackAzure;
let answer: (request: Received, response: ServerResponse) => void;
beforeAll(async () => {
  azure = await serveHttps((request, response) => answer(request, response));
});
afterAll(() => azure.close());
beforeEach(() => {
  signedOut = undefined;
  foreign = false;
  isPolling = false;
});

/** What a run comes to of which Azure tells this status, and then this result. */
async function come(status: { code?: number; body?: unknown }, result: { code?: number; body?: unknown } = {}) {
  const client = new ComputeManagementClient(credential, subscriptionId, {
    endpoint: azure.url,
    credentials: { scopes: [`${azure.url}/.default`] },
  });
  fitArmPipeline(client.pipeline, azure.url, false);
  const send = (response: ServerResponse, { code = 200, body }: { code?: number; body?: unknown }) =>
    body === undefined ? response.writeHead(code).end() : json(response, code, body);
  answer = ({ method, path }, response) => {
    const places = { 'azure-asyncoperation': `${azure.url}/operations/1?api-version=1`, location: `${azure.url}/results/1?api-version=1` };
    if (method === 'POST') json(response, 202, {}, places);
    else send(response, path.startsWith('/operations') ? status : result);
  };
  const poller = await startRun(client, target, 'Linux', ['true'], REQUEST);
  isPolling = true;
  const state = await pollRun(client, resourceId, foreign ? poller.replaceAll(azure.url, 'https://127.0.0.1:1') : poller);
  const judged = judgeState(state, nonce, { vmId: '', serverNames: [] });
  return judged && `${judged.verdict.verdict}/${judged.verdict.reason}: ${judged.verdict.message}`;
}

const succeeded = { body: { status: 'Succeeded' } };
const stdout = `\nAFP1 begin ${nonce}\nms=20\nserver=v1.33.5\nkubeconfig=ok\nAFP1 end ${nonce} rc=0\n`;
const value = [{ code: 'ProvisioningState/succeeded', message: `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n` }];
const notFound = { code: 404, body: { error: { code: 'NotFound', message: 'The entity was not found in this Azure location.' } } };
const preempted = { code: 'OperationPreempted', message: 'The operation execution has been preempted by a more recent operation.' };

it('is kept by the Activity Log under the ID that it is given', async () => {
  await come(succeeded, { body: { value } });
  const posts = azure.received.filter(({ method }) => method === 'POST');
  expect(posts.at(-1)!.headers['x-ms-client-request-id']).toBe(REQUEST);
});

describe('a run', () => {
  it('is reachable by what its result holds, or the status of its operation where there is no other', async () => {
    expect(await come(succeeded, { body: { value } })).toBe('reachable/Reachable: kubectl version succeeded (server v1.33.5)');
    const whole = { body: { status: 'Succeeded', properties: { output: { value } } } };
    expect(await come(whole, { body: whole.body })).toMatch(/^reachable\/Reachable: /);
  });

  it('goes on while Azure says so', async () => {
    expect(await come({ body: { status: 'InProgress' } })).toBeUndefined();
  });

  it.each<[string, { code?: number; body?: unknown }]>([
    ['no body', {}],
    ['no content', { code: 204 }],
    ['nothing', { body: null }],
    ['an empty object', { body: {} }],
    ['no value', { body: { value: null } }],
    ['a value that is no list', { body: { value: 'done' } }],
    ['an empty list', { body: { value: [] } }],
    ['a list of nothing', { body: { value: [null, 7, 'text', {}] } }],
    ['an output without value', { body: { properties: { output: {} } } }],
    ['a text', { body: 'done' }],
  ])('of which Azure says that it succeeded, with %s for a result, proves nothing', async (_, result) => {
    expect(await come(succeeded, result)).toBe('unknown/NoProof: Run Command succeeded without the complete output of this run');
  });

  it('whose entries are odd is read as far as they can be', async () => {
    const odd = [null, { code: 7, message: value[0]!.message, time: {} }];
    expect(await come(succeeded, { body: { value: odd } })).toMatch(/^reachable\/Reachable: /);
  });

  it('that Azure does not know any more is a reason of its own: OperationGone, before its result and after', async () => {
    const gone = 'unknown/OperationGone: Azure no longer knows the operation of the run';
    expect([await come(notFound), await come(succeeded, notFound)]).toEqual([gone, gone]);
  });

  it.each(['Failed', 'Canceled'])('that a later operation displaced is a reason of its own, called %s by Azure', async (status) => {
    const said = await come({ body: { status, error: preempted } });
    expect(said).toMatch(/^unknown\/OperationPreempted: .*preempted by a more recent operation/);
  });

  it.each([
    ['was canceled, and nobody says why', { status: 'Canceled' }, 'Operation was canceled'],
    ['failed', { status: 'Failed', error: { code: 'VMExtensionProvisioningError', message: 'x' } }, 'VMExtensionProvisioningError. x'],
  ])('that %s is a failed one', async (_, body, words) => {
    expect(await come({ body })).toMatch(new RegExp(`^unknown/RunCommandFailed: .*${words}$`));
  });
});

describe('a run whose state cannot be read', () => {
  it.each([400, 401, 403, 408, 409, 429, 500, 503])('because Azure answers %s goes on: that says nothing of the run', async (code) => {
    expect(await come({ code, body: { error: { code: 'Any', message: 'no' } } })).toBeUndefined();
  });

  it.each([
    'ManagedIdentityCredential: unavailable',
    'the operation timed out',
    'The long-running operation has failed',
    'Operation was canceled',
  ])('because there is no token goes on, whatever the words: %s', async (words) => {
    signedOut = words;
    expect(await come(succeeded, { body: { value } })).toBeUndefined();
  });

  it('goes on where its URL is none of Azure Resource Manager, and is not called there', async () => {
    foreign = true;
    expect(await come(succeeded, { body: { value } })).toBeUndefined();
  });

  it('has ended where Azure says so with the code of an extension, though as an error of the request', async () => {
    const error = { code: 'VMExtensionProvisioningError', message: 'x' };
    expect(await come(succeeded, { code: 409, body: { error } })).toBe('unknown/RunCommandFailed: x');
  });

  it('has not ended because its subscription cannot be seen', async () => {
    expect(await come({ code: 404, body: { error: { code: 'SubscriptionNotFound', message: 'no' } } })).toBeUndefined();
  });
});
