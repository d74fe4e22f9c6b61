import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** Transactions by kind, such as `POST fleet $batch`, and the bytes that storage answered. */
export interface StorageCounts {
  byKind: Record<string, number>;
  bytesRead: number;
}

/** A proxy in front of the storage emulator that counts the requests. */
export interface StorageCounter {
  /** For the host; the emulator's own connection string bypasses the count. */
  connectionString: string;
  read(): StorageCounts;
  stop(): Promise<void>;
}

/** Names a transaction by its method and its resource. Pure. */
export function storageKind(method: string, path: string): string {
  const [, , resource = '', sub = ''] = decodeURIComponent(path.split('?')[0]!).split('/');
  if (resource === '$batch') return 'table batch';
  const table = /^\w+/.exec(resource)?.[0] ?? resource;
  if (sub === 'messages') return method === 'GET' ? 'poll' : `queue ${method === 'POST' ? 'send' : method.toLowerCase()}`;
  const verb = method === 'GET' ? (/\(PartitionKey=/.test(resource) ? 'get' : 'query') : method.toLowerCase();
  return `${table.replace(/\d+$/, '')} ${verb}`;
}

/** Puts a proxy between the host and the emulator's tables and queues; a shared key's signature does not cover the address. */
export async function countStorage(connectionString: string): Promise<StorageCounter> {
  const byKind = new Map<string, number>();
  let bytesRead = 0;
  const agent = new Agent({ keepAlive: true });
  const endpoint = (service: string) => new URL(new RegExp(`${service}Endpoint=([^;]+)`).exec(connectionString)![1]!);
  const listen = async (target: URL) => {
    const send = (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse) => {
      const { method, url: path, headers } = incoming;
      const forwarded = request({ agent, host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('data', (chunk: Buffer) => {
          bytesRead += chunk.length;
        });
        pipeline(answer, outgoing, () => {});
      });
      // The emulator closes idle connections: a request that was sent on one as it closed has not been read.
      forwarded.on('error', () => (forwarded.reusedSocket ? send(incoming, body, outgoing) : outgoing.destroy()));
      forwarded.end(body);
    };
    const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
      const kind = storageKind(incoming.method ?? 'GET', incoming.url ?? '/');
      byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
      buffer(incoming).then(
        (body) => send(incoming, body, outgoing),
        () => outgoing.destroy(),
      );
    });
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return { server, port: (server.address() as AddressInfo).port, target };
  };
  const fronts = await Promise.all([endpoint('Queue'), endpoint('Table')].map(listen));
  return {
    connectionString: fronts.reduce((text, { port, target }) => text.replace(target.host, `127.0.0.1:${port}`), connectionString),
    read: () => ({ byKind: Object.fromEntries(byKind), bytesRead }),
    async stop() {
      const closed = fronts.map(({ server }) => once(server, 'close'));
      for (const { server } of fronts) {
        server.close();
        server.closeAllConnections();
      }
      agent.destroy();
      await Promise.all(closed);
    },
  };
}
