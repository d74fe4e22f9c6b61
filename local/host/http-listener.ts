import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppFunction } from './app-settings.ts';
import { toRpcRequest, writeRpcResponse } from './http-message.ts';
import { compileRoute, passFrontEnd } from './http-route.ts';
import type { Invoke } from './invoke.ts';
import type { Listener } from './listener.ts';
import { categories, describeError, type Log } from './log.ts';

export interface HttpListenerOptions {
  functions: AppFunction[];
  routePrefix: string;
  /** Port on loopback; 0 takes a free one. */
  port: number;
  invoke: Invoke;
  /** Starts a function that is not an HTTP one; false when there is none of that name. */
  runNow: (name: string, input: string | undefined) => boolean;
  log: Log;
}

/**
 * Serves the HTTP functions on loopback, without keys, as Core Tools do. Routes are tried in order of function name.
 * @returns The listener with the port it got.
 * @throws When the port is taken.
 */
export async function startHttpListener(options: HttpListenerOptions): Promise<Listener & { port: number }> {
  const { functions, routePrefix, port, invoke, log } = options;
  const routes = functions.map((fn) => ({
    fn,
    methods: (fn.trigger.methods ?? []).map((method) => method.toUpperCase()),
    match: compileRoute(`${routePrefix}/${fn.trigger.route ?? fn.name}`),
  }));

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
    url.pathname = passFrontEnd(url.pathname);
    for (const { fn, methods, match } of routes) {
      const params = methods.includes(request.method ?? '') ? match(url.pathname) : undefined;
      if (!params) continue;
      const input = { data: await toRpcRequest(request, url, params) };
      const result = await invoke(fn, input).catch(() => undefined);
      if (result) writeRpcResponse(response, result.returnValue);
      else response.writeHead(500).end();
      return;
    }
    await answerBuiltIn(request, response, url.pathname, options);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('error', categories.host, `${request.method} ${request.url}: ${describeError(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} is taken: stop the other program or choose another with --port.`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      // A connection is only idle once its last answer is out, so check again until all are.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      await new Promise((resolve) => server.close(resolve));
      clearInterval(sweep);
    },
    async abandon() {
      server.closeAllConnections();
    },
  };
}

async function answerBuiltIn(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { functions, runNow }: HttpListenerOptions,
): Promise<void> {
  const name = /^\/admin\/functions\/([^/]+)\/?$/.exec(path)?.[1];
  if (request.method === 'GET' && path === '/') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('Your Functions host is up and running.\n');
  } else if (request.method === 'POST' && name) {
    const input = await readAdminInput(request).catch(() => null);
    const refused = input === null || functions.some((fn) => fn.name === name);
    response.writeHead(refused ? 400 : runNow(name, input) ? 202 : 404).end();
  } else {
    response.writeHead(404).end();
  }
}

/** `{"input": "..."}` as in Azure; an empty body is accepted here. */
async function readAdminInput(request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const input: unknown = text ? JSON.parse(text).input : undefined;
  return typeof input === 'string' || input === undefined ? input : JSON.stringify(input);
}
