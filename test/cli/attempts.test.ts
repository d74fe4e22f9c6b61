import { createHttpHeaders, createPipelineRequest, type PipelineResponse, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { countAttempts, describeProxy } from '../../src/cli/attempts.ts';

const request = createPipelineRequest({ url: 'https://management.azure.com/subscriptions?api-version=1' });
const unreached = new RestError('getaddrinfo ENOTFOUND management.azure.com', { code: 'ENOTFOUND' });
const answer: PipelineResponse = { request, status: 200, headers: createHttpHeaders() };

describe('an Azure that is not reached', () => {
  const open = (environment = {}) => {
    let time = 0;
    const attempts = countAttempts(environment, () => time);
    const fail = async () => {
      await attempts.policy.sendRequest(request, () => Promise.reject(unreached)).catch(() => {});
      time += 1500;
    };
    return { attempts, fail };
  };

  it('is told with its host, how often and how long it was tried, by which way, and what came', async () => {
    const { attempts, fail } = open();
    for (let n = 0; n < 3; n++) await fail();
    expect(attempts.explain(unreached)).toBe(
      'Azure Resource Manager was not reached: tried management.azure.com 3 times in 4.5 s, without a proxy (HTTPS_PROXY is not set): DNS does not know the name (getaddrinfo ENOTFOUND management.azure.com)',
    );
  });

  it('counts from the last answer on', async () => {
    const { attempts, fail } = open({ https_proxy: 'http://proxy:3128' });
    await fail();
    await attempts.policy.sendRequest(request, async () => answer);
    expect(attempts.explain(unreached)).toBeUndefined();
    await fail();
    expect(attempts.explain(unreached)).toContain(
      'tried management.azure.com once in 1.5 s, by the proxy http://proxy:3128 of https_proxy:',
    );
  });

  it('is not what an answer or a fault of our own is taken for', async () => {
    const { attempts, fail } = open();
    await fail();
    for (const error of [new RestError('no', { statusCode: 503 }), new RestError('no', { statusCode: 403 }), new TypeError('own')])
      expect(attempts.explain(error)).toBeUndefined();
  });
});

it('a proxy is shown without its password, and with what is exempt from it', () => {
  const environment = { HTTPS_PROXY: 'http://me:secret@proxy:3128', NO_PROXY: 'localhost,.example' };
  expect(describeProxy(environment)).toBe(
    'by the proxy http://[removed]@proxy:3128 of HTTPS_PROXY, except for NO_PROXY localhost,.example',
  );
});
