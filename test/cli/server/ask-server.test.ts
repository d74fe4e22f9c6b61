import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer } from '../../../src/cli/server/ask-server.ts';
import * as z from '../../../src/zod.ts';
import { json, type LoopbackAzure, serveHttps } from '../../serve-https.ts';

let service: LoopbackAzure;
beforeAll(async () => {
  service = await serveHttps((request, response) => {
    if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
    else json(response, 200, { items: [1] }, { etag: '"one"' });
  });
});
afterAll(() => service.close());

const list = z.object({ items: z.array(z.number()) });

describe('a service that is signed in to by Entra ID', () => {
  it('is shown a token for its scope, and no key', async () => {
    const scopes: unknown[] = [];
    const credential = {
      async getToken(scope: unknown) {
        scopes.push(scope);
        return { token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    const server = openServer({ url: `${service.url}/api/`, signIn: { by: 'entra', scope: 'api://prober/.default' } }, () => credential);
    expect(await server.get('sweeps', list)).toEqual({ items: [1] });
    expect([scopes, service.received.at(-1)?.headers.authorization]).toEqual([[['api://prober/.default']], 'Bearer a-token']);
    expect(service.received.at(-1)?.headers['x-functions-key']).toBeUndefined();
  });

  it('is not asked at all where there is no token', async () => {
    const before = service.received.length;
    const refused = { getToken: () => Promise.reject(new Error('nobody is signed in')) };
    const server = openServer({ url: `${service.url}/api/`, signIn: { by: 'entra', scope: 'api://prober/.default' } }, () => refused);
    await expect(server.get('sweeps', list)).rejects.toThrow('nobody is signed in');
    expect(service.received).toHaveLength(before);
  });
});

it('an answer that has not changed is not sent again', async () => {
  const server = openServer({ url: `${service.url}/api/`, signIn: { by: 'key', key: 'a-key' } });
  expect(await server.get('outages', list, { state: 'open', cursor: undefined })).toEqual({ items: [1] });
  expect(await server.get('outages', list, { state: 'open' })).toEqual({ items: [1] });
  const [first, second] = service.received.slice(-2);
  expect([first?.path, first?.headers['if-none-match'], second?.headers['if-none-match']]).toEqual([
    '/api/outages?state=open',
    undefined,
    '"one"',
  ]);
});
