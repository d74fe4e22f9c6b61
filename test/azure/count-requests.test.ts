import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { countRequests } from '../../src/azure/count-requests.ts';

const answer = async (request: ReturnType<typeof createPipelineRequest>) => ({ status: 200, headers: createHttpHeaders(), request });
const send = (count: ReturnType<typeof countRequests>, url: string) => count.policy.sendRequest(createPipelineRequest({ url }), answer);

describe('the count of requests', () => {
  it('begins at 0, counts each attempt, and begins anew once it is taken', async () => {
    const count = countRequests();
    for (let n = 0; n < 3; n++) await send(count, 'https://management.azure.com/a');
    expect([count.take(), count.take()]).toEqual([3, 0]);
  });

  it('has back what could not be reported', async () => {
    const count = countRequests();
    await send(count, 'https://management.azure.com/a');
    count.putBack(count.take());
    expect(count.take()).toBe(1);
  });

  it('leaves out what does not count', async () => {
    const count = countRequests((url) => !url.includes('/operations/'));
    await send(count, 'https://management.azure.com/operations/1');
    await send(count, 'https://management.azure.com/runs');
    expect(count.take()).toBe(1);
  });
});
