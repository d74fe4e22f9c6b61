import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepAnswers } from '../../../src/http/keep-answers.ts';
import type { Services } from '../../../src/services.ts';
import { ask } from '../../http/ask.ts';

/** What an answer is replaced by. */
export interface Instead {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The API of the app over HTTP, with its own routes. */
export interface ServedApi {
  url: string;
  /** Requests as they came: method and address, without the key. */
  requests: { address: string; headers: Record<string, string | string[] | undefined>; status: number }[];
  /** Answers in place of the app while it is set. */
  instead?: (address: string) => Instead | undefined;
  stop(): Promise<void>;
}

/**
 * Serves the API on loopback.
 *
 * @param key - the function key that it asks for, as Azure Functions does; none by default.
 */
export async function serveApi(services: Services, key?: string): Promise<ServedApi> {
  const kept = keepAnswers();
  const server = createServer(async (request, response) => {
    const address = request.url ?? '/';
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const reply = async () => {
      const instead = api.instead?.(address);
      if (instead !== undefined) return { headers: {}, body: '', ...instead };
      if (key !== undefined && headers['x-functions-key'] !== key) return { status: 401, headers: {}, body: '' };
      const answered = await ask(services, address.replace(/^\/api\//, ''), { headers }, kept).catch(() => undefined);
      if (answered === undefined) return { status: 404, headers: {}, body: '' };
      return { status: answered.status, headers: Object.fromEntries(answered.headers), body: answered.text };
    };
    const { status, headers: given, body } = await reply();
    api.requests.push({ address, headers: request.headers, status });
    response.writeHead(status, given).end(status === 304 ? undefined : body);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const api: ServedApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
}
