import { createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countRequests } from '../../../src/azure/count-requests.ts';
import { confirmationOf } from '../../../src/model/slice-name.ts';
import { tallySlice } from '../../../src/sweep/run/tally-slice.ts';
import { readPlanAndTallies } from '../../../src/tables/plan-rows.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { servicesAt } from '../services-at.ts';

const sweep = '2026-11-21T09:35:00Z';
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

it('a slice is tallied once, with the requests that nobody has told of yet; what is not told waits for the next', async () => {
  const armRequests = countRequests((url) => !url.endsWith('/not-counted'));
  const services = { ...servicesAt(storage.connectionString, sweep).services, armRequests };
  const send = async (times: number, path = '') => {
    const request = createPipelineRequest({ url: `https://management.example${path}` });
    for (let n = 0; n < times; n++) await armRequests.policy.sendRequest(request, async () => ({}) as PipelineResponse);
  };
  const tally = (slice: string) =>
    tallySlice(services, { sweep, cluster, slice }, new Map([['a', { verdict: 'reachable', reason: 'Reachable' }]]));
  const told = async () => (await readPlanAndTallies(services.tables, sweep, cluster)).armRequests;

  await send(3);
  await send(9, '/not-counted');
  expect([await tally('0'), await told()]).toEqual([true, 3]);
  await send(2);
  expect([await tally('0'), await tally(confirmationOf('0', ['0123456789abcdef'])), await told()]).toEqual([false, false, 3]);
  expect([await tally('1'), await told()]).toEqual([true, 5]);

  await send(4);
  const closed = { ...services, tables: { ...services.tables, open: () => Promise.reject(new Error('storage is out of order')) } };
  await expect(tallySlice(closed, { sweep, cluster, slice: '2' }, new Map())).rejects.toThrow('out of order');
  expect(armRequests.take()).toBe(4);
});
