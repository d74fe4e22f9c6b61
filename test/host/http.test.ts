import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { until } from './until.ts';

const FUNCTIONS = `
  import { app } from '@azure/functions';
  import { record } from '#record';
  app.http('a-echo', { route: 'nodes/{cluster}/{node?}', methods: ['GET', 'POST'], handler: async (request, context) => ({
    status: 201,
    headers: { 'x-fixture': 'yes' },
    cookies: [{ name: 'flavour', value: 'a b', maxAge: 60, httpOnly: true, sameSite: 'Strict', path: '/api' }],
    jsonBody: { params: request.params, query: Object.fromEntries(request.query), header: request.headers.get('x-mixed-case'), method: request.method,
      url: new URL(request.url).pathname, body: await request.text(), name: context.functionName },
  }) });
  app.http('b-nothing', { route: 'nothing', handler: () => {} });
  app.http('c-throws', { route: 'throws', handler: () => { throw new Error('the handler threw'); } });
  app.http('d-default-route', { handler: () => ({ body: Buffer.from([1, 2, 255]) }) });
  app.http('e-head', { route: 'head', methods: ['GET', 'HEAD'], handler: () => ({ headers: { 'x-head': '1' }, body: 'not for HEAD' }) });
  app.http('e-length', { route: 'length', methods: ['HEAD'], handler: () => ({ headers: { 'content-length': '12' } }) });
  app.http('y-broad', { route: 'things/{thing}', handler: ({ params }) => ({ jsonBody: { broad: params } }) });
  app.http('z-narrow', { route: 'things/known', handler: () => ({ jsonBody: { narrow: true } }) });
  app.http('x-rest', { route: 'files/{*rest}', handler: ({ params }) => ({ jsonBody: params }) });
  app.hook.preInvocation(({ invocationContext, inputs, hookData }) => { hookData.started = invocationContext.functionName; });
  app.hook.postInvocation(({ hookData, error, result }) => record({ hook: hookData.started, error: error?.message ?? null, status: result?.status ?? null }));
`;

const SLOW = `import { app } from '@azure/functions'; app.http('slow', { handler: () => new Promise(() => {}) });`;

let app: FixtureApp;
let host: Host;
const log: string[] = [];

beforeAll(async () => {
  app = writeApp({ 'functions/all.js': FUNCTIONS });
  host = await startHost({ appDir: app.dir, env: app.env, onLog: (line) => log.push(line) });
});
afterAll(async () => {
  await host?.stop();
  app?.dispose();
});

const call = (path: string, init?: RequestInit): Promise<Response> => fetch(`${host.url}${path}`, init);

describe('the HTTP listener', () => {
  it('hands over method, decoded parameters, query, headers and body, and returns status, headers, cookies and body', async () => {
    const response = await call('/api/nodes/east%20us/n%C3%B6de?a=1&a=2&b=%26', {
      method: 'POST',
      body: 'hello',
      headers: { 'X-Mixed-Case': 'Yes' },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-fixture')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['flavour=a%20b; Max-Age=60; Path=/api; HttpOnly; SameSite=Strict']);
    expect(await response.json()).toEqual({
      params: { cluster: 'east us', node: 'nöde' },
      query: { a: '1,2', b: '&' },
      header: 'Yes',
      method: 'POST',
      url: '/api/nodes/east%20us/n%C3%B6de',
      body: 'hello',
      name: 'a-echo',
    });
  });

  it('leaves out an optional parameter, ignores a slash at the end, and matches literals in any case', async () => {
    const response = await call('/API/Nodes/one/');
    expect(await response.json()).toMatchObject({ params: { cluster: 'one' } });
  });

  it('takes an escaped slash for a slash, as the front end of Azure does', async () => {
    const response = await call('/api/nodes/group%2Fname%25');
    expect(await response.json()).toMatchObject({ params: { cluster: 'group', node: 'name%' }, url: '/api/nodes/group/name%25' });
    expect((await call('/api/nodes/a%2fb%5Cc')).status).toBe(404);
    expect(await (await call('/api/nothing%2F..%2Ffiles%2Fa')).json()).toEqual({ rest: 'a' });
  });

  it('hands on a slash that is escaped twice, escaped once', async () => {
    const response = await call('/api/nodes/group%252Fname');
    expect(await response.json()).toMatchObject({ params: { cluster: 'group%2Fname' } });
  });

  it('gives the rest of a path to {*rest}', async () => {
    expect(await (await call('/api/files/a/b%20c')).json()).toEqual({ rest: 'a/b c' });
    expect(await (await call('/api/files')).json()).toEqual({});
  });

  it('tries routes in order of function name, not by how narrow they are', async () => {
    expect(await (await call('/api/things/known')).json()).toEqual({ broad: { thing: 'known' } });
  });

  it('answers bytes as they are', async () => {
    expect(new Uint8Array(await (await call('/api/d-default-route')).arrayBuffer())).toEqual(new Uint8Array([1, 2, 255]));
  });

  it('answers 204 when nothing is returned', async () => {
    expect((await call('/api/nothing')).status).toBe(204);
  });

  it('answers 404 to unknown routes and to wrong methods', async () => {
    for (const [path, method] of [
      ['/api/none', 'GET'],
      ['/nothing', 'GET'],
      ['/api/nothing', 'DELETE'],
      ['/api/nothing', 'HEAD'],
      ['/api/nodes', 'GET'],
      ['/api/nodes/1/2/3', 'GET'],
    ] as const) {
      expect({ path, method, status: (await call(path, { method })).status }).toEqual({ path, method, status: 404 });
    }
  });

  it('serves HEAD without the body that the function gave, and with the length of that body', async () => {
    const response = await call('/api/head', { method: 'HEAD' });
    expect([response.status, response.headers.get('x-head'), await response.text()]).toEqual([200, '1', '']);
    const answer = await call('/api/length', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '12', '']);
    expect(await (await call('/api/head')).text()).toBe('not for HEAD');
  });

  it('answers an empty 500 to a throw and logs it on one line', async () => {
    const response = await call('/api/throws');
    expect([response.status, await response.text()]).toEqual([500, '']);
    await until('the line', () => log.some((line) => line.includes('the handler threw')));
    expect(log.filter((line) => line.includes('the handler threw'))).toEqual([
      expect.stringMatching(/^\[Function\.c-throws\] error: failed after \d+ ms: Error: the handler threw \| /),
    ]);
  });

  it('fails a run that exceeds functionTimeout', async () => {
    // A host of its own: on a busy machine the other functions, too, may take a second.
    const slow = writeApp({ 'functions/slow.js': SLOW }, { functionTimeout: '00:00:01' });
    onTestFinished(slow.dispose);
    const said: string[] = [];
    const slowHost = await startHost({ appDir: slow.dir, env: slow.env, onLog: (line) => said.push(line) });
    onTestFinished(slowHost.kill);
    expect((await fetch(`${slowHost.url}/api/slow`)).status).toBe(500);
    await until('the line', () => said.some((line) => line.includes('Timeout of 1 s exceeded')));
  });

  it('runs invocation hooks around the handler', async () => {
    await call('/api/throws');
    expect(app.recorded().at(-1)).toMatchObject({ hook: 'c-throws', error: 'the handler threw', status: null });
  });

  it('greets at / and knows no function of another name', async () => {
    expect((await call('/')).status).toBe(200);
    expect((await call('/admin/functions/none', { method: 'POST' })).status).toBe(404);
    expect((await call('/admin/functions/b-nothing', { method: 'POST' })).status).toBe(400);
    expect((await call('/admin/functions/none', { method: 'POST', body: 'no json' })).status).toBe(400);
  });
});
