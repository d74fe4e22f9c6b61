import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Started } from '../../../src/model/start.ts';
import { inconclusive } from '../../../src/model/verdict.ts';
import { saveStarts } from '../../../src/sweep/run/save-starts.ts';
import { readStarted } from '../../../src/tables/start-rows.ts';
import { until } from '../../host/until.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';

const nonce = '0123456789abcdef';
const polling = (poller: string): Started => ({ nonce, status: 'polling', poller });

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

/** Counts the requests of a table from now on, until `end`. */
function countWrites({ pipeline }: TableClient): { writes(): number; end(): void } {
  let count = 0;
  const sendRequest: PipelinePolicy['sendRequest'] = (request, next) => {
    count += 1;
    return next(request);
  };
  pipeline.addPolicy({ name: 'count', sendRequest });
  return { writes: () => count, end: () => void pipeline.removePolicy({ name: 'count' }) };
}

describe('the starts of a slice', () => {
  it('are saved as each is answered, while others are still awaited', async () => {
    const saver = saveStarts(storage.tables, 'early');
    saver.save('a', polling('of a'));
    await until('the first to be saved', async () => (await readStarted(storage.tables, 'early')).has('a'));
    saver.save('b', { nonce, status: 'ended', verdict: inconclusive('AzureError', 'no') });
    await saver.done();
    expect([...(await readStarted(storage.tables, 'early'))].map(([node, { status }]) => `${node} ${status}`)).toEqual([
      'a polling',
      'b ended',
    ]);
  });

  it('that are answered together cost few writes', async () => {
    const probes = await storage.tables.open('probes');
    const { writes, end } = countWrites(probes);
    const saver = saveStarts(storage.tables, 'together');
    for (let n = 0; n < 50; n++) saver.save(`n${n}`, polling('x'.repeat(8000)));
    await saver.done();
    expect(writes()).toBe(1);
    expect((await readStarted(storage.tables, 'together')).size).toBe(50);
    end();
  });

  it('that cannot be saved are an error at the end, whatever is saved after them', async () => {
    const probes = await storage.tables.open('probes');
    const { writes, end } = countWrites(probes);
    const saver = saveStarts(storage.tables, 'broken');
    saver.save('no/such#key', polling('of nobody'));
    await until('the first write', () => writes() === 1);
    end();
    saver.save('a', polling('of a'));
    await expect(saver.done()).rejects.toThrow();
    expect([...(await readStarted(storage.tables, 'broken')).keys()]).toEqual(['a']);
  });
});
