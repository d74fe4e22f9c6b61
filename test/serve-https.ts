import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { createCertificateAuthority } from '../local/simulator/certificate-authority.ts';

/** A request as it came over the wire. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTPS server on loopback that stands for Azure, and is trusted by this process. */
export interface LoopbackAzure {
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** Starts a server that keeps each request and has it answered. */
export async function serveHttps(answer: (request: Received, response: ServerResponse) => void): Promise<LoopbackAzure> {
  // Each has a name of its own: a chain is looked up by it.
  const authority = await createCertificateAuthority(`loopback ${randomUUID()}`);
  const pair = await authority.issue('server', { commonName: 'loopback', ipAddresses: ['127.0.0.1'] });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.certificate]);
  const received: Received[] = [];
  const server = createServer({ key: pair.key, cert: pair.certificate }, async (incoming, response) => {
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: await text(incoming) };
    received.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
