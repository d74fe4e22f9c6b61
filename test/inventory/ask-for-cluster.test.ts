import { ContainerServiceClient } from '@azure/arm-containerservice';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fitArmPipeline } from '../../src/azure/arm-pipeline.ts';
import { askForCluster } from '../../src/inventory/list-managed-clusters.ts';

const endpoint = 'https://management.example';
const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const selection = { include: ['*'], exclude: ['rg-lab/*'] };
const token = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };

/** Asks a network that answers each time in the same way. */
function ask(sendRequest: HttpClient['sendRequest'], resourceGroup = 'rg') {
  const client = new ContainerServiceClient(token, subscription, { endpoint, httpClient: { sendRequest } });
  fitArmPipeline(client.pipeline, endpoint, true);
  const matched = new Set<string>();
  return askForCluster(client, { resourceGroup, name: 'shop' }, selection, matched).then((answer) => ({ answer, matched: [...matched] }));
}
const answering = (status: number, body: object, headers: Record<string, string> = {}): HttpClient['sendRequest'] => {
  const json = { 'content-type': 'application/json', ...headers };
  return async (request) => ({ request, status, headers: createHttpHeaders(json), bodyAsText: JSON.stringify(body) });
};
const refusing = (status: number, code: string, headers?: Record<string, string>) =>
  answering(status, { error: { code, message: 'no' } }, headers);
const described = (resourceGroup: string) => ({
  id: `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/shop`,
  location: 'westeurope',
});

describe('a cluster that is listed no more, asked for by its name', () => {
  let warn: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  });

  it('is as Azure describes it, and as the settings select it', async () => {
    expect(await ask(answering(200, described('rg')))).toMatchObject({ answer: { name: 'shop', recordOnly: undefined }, matched: ['*'] });
    const lab = await ask(answering(200, described('rg-lab')), 'rg-lab');
    expect(lab).toMatchObject({ answer: { recordOnly: 'Excluded' }, matched: ['*', 'rg-lab/*'] });
    expect(warn).not.toHaveBeenCalled();
  });

  it('has the tag that says when it is in maintenance, as it is', async () => {
    const tags = { 'AKS-fleet-prober-maintenance': 'Sun 22:00Z/PT4H' };
    expect((await ask(answering(200, { ...described('rg'), tags }))).answer).toMatchObject({ maintenanceTag: 'Sun 22:00Z/PT4H' });
    expect((await ask(answering(200, described('rg')))).answer).toMatchObject({ maintenanceTag: undefined });
  });

  it('has an API server that is looked at from outside only where its name is a host name', async () => {
    const named = async (fqdn: string) => (await ask(answering(200, { ...described('rg'), properties: { fqdn } }))).answer;
    expect(await named('shop-1.hcp.westeurope.azmk8s.io')).toMatchObject({ fqdn: 'shop-1.hcp.westeurope.azmk8s.io' });
    expect(await named('169.254.169.254')).toMatchObject({ name: 'shop', fqdn: undefined });
  });

  it.each([
    ['ClusterGone', refusing(404, 'ResourceNotFound')],
    ['ClusterGone', refusing(404, 'ResourceGroupNotFound')],
    ['AccessDenied', refusing(403, 'AuthorizationFailed')],
    ['Throttled', refusing(429, 'SubscriptionRequestsThrottled', { 'retry-after': '600' })],
    ['AzureError', refusing(500, 'InternalServerError')],
  ] as const)('is %s by what Azure says, with a line in the log', async (reason, network) => {
    expect((await ask(network)).answer).toBe(reason);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^warning: the cluster rg\/shop is missing from the list of its subscription and could not be read: \w+/)],
    ]);
  });

  it('is AzureError where no answer comes in time', async () => {
    const late = Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });
    expect((await ask(() => Promise.reject(late))).answer).toBe('AzureError');
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/no answer in time$/)]]);
  });

  it('is nothing that an error of our own says', async () => {
    await expect(ask(() => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
  });
});
