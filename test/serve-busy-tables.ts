import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to the tables of Azurite on which some transactions fail. */
export interface BusyTables {
  connectionString: string;
  close(): Promise<void>;
}

/** What Azure Tables answers to a transaction of which a part met a busy server: the transaction itself is a 202. */
const BUSY_PART = [
  '--batchresponse_1',
  'Content-Type: multipart/mixed; boundary=changesetresponse_1',
  '',
  '--changesetresponse_1',
  'Content-Type: application/http',
  'Content-Transfer-Encoding: binary',
  '',
  'HTTP/1.1 503 Service Unavailable',
  'X-Content-Type-Options: nosniff',
  'Cache-Control: no-cache',
  'DataServiceVersion: 3.0;',
  'Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8',
  '',
  '{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"0:The server is busy."}}}',
  '--changesetresponse_1--',
  '--batchresponse_1--',
  '',
].join('\r\n');

/**
 * Stands between the app and the tables of Azurite.
 *
 * @param isBusy - asked for each transaction, with its body: whether a part of it meets a busy server. Nothing of it is written then.
 */
export async function serveBusyTables(connectionString: string, isBusy: (transaction: string) => boolean): Promise<BusyTables> {
  const target = new URL(/TableEndpoint=(?<url>[^;]+)/.exec(connectionString)!.groups!.url!);
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (incoming.url?.includes('$batch') && isBusy(body.toString())) {
      response.writeHead(202, { 'content-type': 'multipart/mixed; boundary=batchresponse_1' }).end(BUSY_PART);
      return;
    }
    const { method, url: path, headers } = incoming;
    const sent = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    sent.end(body);
  };
  const server = createServer((incoming, response) => void forward(incoming, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`;
  return {
    connectionString: connectionString.replace(/TableEndpoint=[^;]+/, `TableEndpoint=${own}`),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
