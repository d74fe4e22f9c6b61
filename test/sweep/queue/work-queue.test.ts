import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AccountSASPermissions, QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { MESSAGE_VERSION, readMessage, type WorkMessage } from '../../../src/sweep/queue/messages.ts';
import { openWorkQueue, type WorkQueue } from '../../../src/sweep/queue/work-queue.ts';
import { until } from '../../host/until.ts';

const now = new Date('2026-11-21T09:35:10.000Z');
const sweep = '2026-11-21T09:35:00Z';

let azurite: Azurite;
let client: QueueClient;
let queue: WorkQueue;
/** What was asked of the storage service with each message. */
const sent: { delay: string | null; life: string | null; deadline: string }[] = [];
// Passes requests on to the storage emulator: the delay of a message cannot be read back from it.
const wiretap = createServer(async (incoming, answer) => {
  const url = new URL(incoming.url ?? '', endpointOf(azurite.connectionString));
  const body = await text(incoming);
  const message = /<MessageText>(.*)<\/MessageText>/.exec(body)?.[1];
  if (message !== undefined) {
    const { deadline } = JSON.parse(Buffer.from(message, 'base64').toString());
    sent.push({ delay: url.searchParams.get('visibilitytimeout'), life: url.searchParams.get('messagettl'), deadline });
  }
  const passed = request(url, { method: incoming.method, headers: incoming.headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 500, reply.headers);
    reply.pipe(answer);
  });
  passed.end(body);
});
const endpointOf = (connectionString: string) => /QueueEndpoint=(http:\/\/[^/]+)/.exec(connectionString)?.[1] ?? '';

beforeAll(async () => {
  azurite = await startAzurite();
  wiretap.listen(0, '127.0.0.1');
  await once(wiretap, 'listening');
  const tapped = azurite.connectionString.replace(
    endpointOf(azurite.connectionString),
    `http://127.0.0.1:${(wiretap.address() as AddressInfo).port}`,
  );
  client = new QueueClient(tapped, 'work');
  await client.create();
  queue = openWorkQueue(
    async () => client,
    () => now,
  );
});
afterAll(async () => {
  wiretap.close();
  wiretap.closeAllConnections();
  await azurite.stop();
});
beforeEach(async () => {
  await client.clearMessages();
  sent.length = 0;
});

/** Takes the one message that is on the queue now, as the host decodes it. */
async function receive() {
  const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
  expect(receivedMessageItems).toHaveLength(1);
  const [{ messageText, expiresOn, insertedOn }] = receivedMessageItems as [(typeof receivedMessageItems)[number]];
  const body = JSON.parse(Buffer.from(messageText, 'base64').toString()) as WorkMessage;
  return { body, lifeSeconds: (expiresOn.getTime() - insertedOn.getTime()) / 1000, messageText };
}

describe('send', () => {
  it('puts a whole message on the queue, in base64 as the host expects it', async () => {
    await queue.send({ kind: 'list-clusters', sweep, subscription: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01' });
    const { body, lifeSeconds, messageText } = await receive();
    expect(messageText).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(body).toEqual({
      v: MESSAGE_VERSION,
      kind: 'list-clusters',
      sweep,
      subscription: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
      deadline: '2026-11-21T09:37:10.000Z',
    });
    expect(lifeSeconds).toBe(600);
    expect(readMessage(body, now, new Date(now.getTime() + 600_000))).toEqual({ status: 'work', message: body });
  });

  it.each([
    [0, '0', '600', '09:37:10.000Z'],
    [5, '5', '605', '09:37:15.000Z'],
    [0.2, '1', '601', '09:37:10.200Z'],
    [24.001, '25', '625', '09:37:34.001Z'],
    [3600, '3600', '4200', '10:37:10.000Z'],
  ])('delays a message by %d s, lets it live 600 s longer, and start 120 s late', async (delaySeconds, delay, life, deadline) => {
    await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds });
    expect(sent).toEqual([{ delay, life, deadline: `2026-11-21T${deadline}` }]);
  });

  it('sends a message at once whose time has gone by', async () => {
    await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: -3 });
    expect((await receive()).lifeSeconds).toBe(600);
  });

  it('takes a deadline that is told', async () => {
    await queue.send({ kind: 'close-sweep', sweep }, { deadline: new Date('2026-11-21T09:50:00.000Z') });
    expect((await receive()).body.deadline).toBe('2026-11-21T09:50:00.000Z');
  });

  it('shows a delayed message to nobody before its time, and to somebody after', async () => {
    const sentAt = Date.now();
    await queue.send({ kind: 'close-sweep', sweep }, { delaySeconds: 0.3 });
    const [shown] = await until('the message', async () => {
      const { receivedMessageItems } = await client.receiveMessages();
      return receivedMessageItems.length > 0 && receivedMessageItems;
    });
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1000);
    expect(JSON.parse(Buffer.from(shown!.messageText, 'base64').toString())).toMatchObject({ deadline: '2026-11-21T09:37:10.300Z' });
  });

  it('has room for a slice of 100 nodes with long names and their nonces', async () => {
    const nodes = Array.from({ length: 100 }, (_, n) => `aks-${'x'.repeat(200)}-${n}`);
    const confirms = Object.fromEntries(nodes.map((node) => [node, '0123456789abcdef']));
    const cluster = `0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.${'ä'.repeat(90)}.${'c'.repeat(63)}`;
    await queue.send({ kind: 'start-slice', sweep, cluster, slice: '0', nodes, confirms });
    expect((await receive()).body).toMatchObject({ cluster, nodes, confirms });
  });
});

describe('a queue that is not there', () => {
  const work = { kind: 'close-sweep', sweep } as const;

  it('is made by whoever sends first, and by several at once', async () => {
    const absent = new QueueClient(azurite.connectionString, 'absent');
    const senders = Array.from({ length: 5 }, () =>
      openWorkQueue(
        async () => new QueueClient(azurite.connectionString, 'absent'),
        () => now,
      ),
    );
    await Promise.all(senders.map((sender) => sender.send(work)));
    expect((await absent.getProperties()).approximateMessagesCount).toBe(5);
  });

  it('is named, with what to do, where the app may not make it', async () => {
    const service = QueueServiceClient.fromConnectionString(azurite.connectionString);
    const mayAdd = service.generateAccountSasUrl(new Date(Date.now() + 60_000), AccountSASPermissions.parse('a'), 'sco');
    const [account, signature] = mayAdd.split('?');
    const limited = openWorkQueue(
      async () => new QueueClient(`${account!.replace(/\/$/, '')}/forbidden?${signature}`),
      () => now,
    );
    await expect(limited.send(work)).rejects.toThrow(
      /^expected the queue "forbidden" in the storage account, or the right to create it, got Authorization\w+: create it, or give the app's identity the role "Storage Queue Data Contributor"$/,
    );
  });
});

describe('requeue', () => {
  it('sends a message again unchanged, with its own deadline', async () => {
    const message: WorkMessage = { v: 0, kind: 'close-sweep', sweep, deadline: '2026-11-21T09:35:30.000Z' };
    await queue.requeue(message, 0);
    const { body, lifeSeconds } = await receive();
    expect([body, lifeSeconds]).toEqual([message, 600]);
    await queue.requeue(message, 59.5);
    expect(sent.at(-1)).toEqual({ delay: '60', life: '660', deadline: message.deadline });
  });
});
