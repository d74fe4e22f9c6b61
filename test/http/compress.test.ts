import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compress } from '../../src/http/compress.ts';

const large = { status: 200, headers: { etag: '"a"' }, body: 'aks_fleet_prober_nodes 1\n'.repeat(2000) };

it.each(['gzip', 'deflate, gzip;q=0.5', 'GZIP', '*'])('a large answer is compressed for a caller that takes %s', async (accepted) => {
  const { body, headers } = await compress(large, accepted);
  expect(headers).toEqual({ etag: '"a"', vary: 'accept-encoding', 'content-encoding': 'gzip' });
  expect(gunzipSync(body as Uint8Array).toString()).toBe(large.body);
  expect((body as Uint8Array).length).toBeLessThan(large.body.length / 20);
});

it.each([null, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.0', 'xgzip'])(
  'one for a caller that takes %s stays as it is',
  async (accepted) => {
    expect(await compress(large, accepted)).toEqual({ ...large, headers: { etag: '"a"', vary: 'accept-encoding' } });
  },
);

it('a small answer, and one without a body, stays as it is', async () => {
  expect((await compress({ ...large, body: 'small' }, 'gzip')).body).toBe('small');
  expect((await compress({ status: 304, headers: {} }, 'gzip')).body).toBeUndefined();
});
