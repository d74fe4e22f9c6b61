import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type ArmReply, armError } from './arm-reply.ts';
import type { KeyPair } from './certificate-authority.ts';

/** A request whose body has been read. */
export type AzureRequest = { method: string; url: URL; headers: IncomingMessage['headers']; text: string };

/** The HTTPS server that plays Azure. */
export type AzureServer = { url: string; close(): Promise<void> };

/** Thrown in place of an answer: the connection is closed, and the caller learns nothing. */
export class ConnectionClosed extends Error {
  override name = 'ConnectionClosed';
}

const unzip = promisify(gunzip);
const mostBytes = 16 * 1024 * 1024;

/**
 * Serves HTTPS on the loopback interface.
 *
 * @param pair - the server's certificate and key.
 * @param port - 0 takes a free one.
 * @param answer - called for each request; what it throws is answered as a 500, unless it is a `ConnectionClosed`.
 * @throws when the port is taken.
 */
export async function serveAzure(pair: KeyPair, port: number, answer: (request: AzureRequest) => Promise<ArmReply>): Promise<AzureServer> {
  const server = createServer({ cert: pair.certificate, key: pair.key, maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 });
  server.on('request', (request, response) => {
    respond(request, response, url, answer).catch(() => response.destroy());
  });
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening').catch((cause) => {
    throw new Error(`Expected port ${port} to be free for the simulator: stop what listens there, or choose another.`, { cause });
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  answer: (request: AzureRequest) => Promise<ArmReply>,
): Promise<void> {
  let reply: ArmReply;
  try {
    const url = new URL(request.url ?? '/', origin);
    reply = await answer({ method: request.method ?? 'GET', url, headers: request.headers, text: await readBody(request) });
  } catch (error) {
    if (error instanceof ConnectionClosed) throw error;
    reply = armError(500, 'InternalServerError', error instanceof Error ? error.message : String(error));
  }
  // A gateway on the way answers in HTML.
  const isText = reply.headers?.['content-type']?.startsWith('text/') === true;
  const body = reply.body === undefined ? '' : isText ? String(reply.body) : JSON.stringify(reply.body);
  const id = crypto.randomUUID();
  response.writeHead(reply.status, {
    ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-cache',
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': id,
    ...reply.headers,
  });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`Expected a body of at most ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? await unzip(raw) : raw).toString('utf8');
}
