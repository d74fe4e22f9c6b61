import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { until } from './until.ts';

const QUEUES = { batchSize: 4, newBatchThreshold: 2, maxDequeueCount: 2, visibilityTimeout: '00:00:01', maxPollingInterval: '00:00:00.2' };
const WORK = `
  import { app, output } from '@azure/functions';
  import { record, sleep } from '#record';
  import { channel } from 'node:diagnostics_channel';
  import { existsSync } from 'node:fs';
  const go = new URL('../go', import.meta.url);
  const faultPoints = channel('aks-fleet-prober:fault-point');
  app.storageQueue('work', { queueName: '%QUEUE%', connection: 'AzureWebJobsStorage', handler: async (message, context) => {
    record({ began: message, metadata: context.triggerMetadata });
    await sleep(message.takesMs ?? 0);
    while (message.untilGo && !existsSync(go)) await sleep(25);
    if (message.fails) throw new Error('the work failed');
    faultPoints.publish({ name: 'worked' });
    record({ ended: message });
  } });
  app.storageQueue('poison', { queueName: '%QUEUE%-poison', connection: 'AzureWebJobsStorage', handler: (message, context) => {
    record({ poison: message, taken: context.triggerMetadata });
    if (message.poisonFails) throw new Error('the poison function failed');
  } });
`;

let azurite: Azurite;
let queues: QueueServiceClient;
const apps: FixtureApp[] = [];
const hosts: Host[] = [];
beforeAll(async () => {
  azurite = await startAzurite();
  queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const app of apps.splice(0)) app.dispose();
});
afterAll(() => azurite?.stop());

let lastQueue = 0;

/** An app with a queue of its own, which is made unless the test does not want it. */
async function writeWork(source = WORK, { made = true } = {}) {
  const app = writeApp({ 'functions/work.js': source }, { extensions: { queues: QUEUES } });
  apps.push(app);
  lastQueue += 1;
  const queue = queues.getQueueClient(`queue-${lastQueue}`);
  const poison = queues.getQueueClient(`${queue.name}-poison`);
  if (made) await queue.create();
  const start = async (env: Record<string, string> = {}, onLog?: (line: string) => void): Promise<Host> => {
    const fixed = { ...app.env, AzureWebJobsStorage: azurite.connectionString, QUEUE: queue.name };
    const host = await startHost({ appDir: app.dir, onLog, env: { ...fixed, ...env } });
    hosts.push(host);
    return host;
  };
  const send = async (message: unknown, to = queue): Promise<void> => {
    await to.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
  };
  const recorded = (key: string): unknown[] => app.recorded().flatMap((entry) => (key in entry ? [entry[key]] : []));
  /** Messages of any visibility. */
  const count = async (of = queue): Promise<number> => (await of.getProperties()).approximateMessagesCount ?? 0;
  /** Lets the runs end whose messages say `untilGo`. */
  const go = (): void => writeFileSync(join(app.dir, 'go'), '');
  return { queue, poison, start, send, go, recorded, entries: app.recorded, count };
}

describe('the queue listener', () => {
  it('hands over the message with its metadata, and deletes it', async () => {
    const app = await writeWork();
    await app.start();
    await app.send({ name: 'first', expirationTime: 'mine' });
    await until('an empty queue', async () => app.recorded('ended').length === 1 && (await app.count()) === 0);
    expect(app.recorded('began')).toEqual([{ name: 'first', expirationTime: 'mine' }]);
    expect(app.recorded('metadata')).toEqual([
      {
        queueTrigger: { name: 'first', expirationTime: 'mine' },
        dequeueCount: 1,
        id: expect.any(String),
        insertionTime: expect.stringMatching(/Z$/),
        nextVisibleTime: expect.stringMatching(/Z$/),
        popReceipt: expect.any(String),
        // A member of the message goes over metadata of the same name, as in Azure.
        expirationTime: 'mine',
        name: 'first',
      },
    ]);
  });

  it('releases a failed message for visibilityTimeout, then moves it to the poison queue at maxDequeueCount', async () => {
    const app = await writeWork();
    await app.start();
    await app.send({ fails: true });
    await until('a poison message', () => app.recorded('poison').length === 1);
    const attempts = app.recorded('metadata');
    expect(attempts).toMatchObject([{ dequeueCount: 1 }, { dequeueCount: 2 }]);
    const [first, second] = app.recorded('at');
    expect(Number(second) - Number(first)).toBeGreaterThan(900);
    expect(app.recorded('poison')).toEqual([{ fails: true }]);
    await until('an empty queue', async () => (await app.count()) === 0);
  });

  it('moves what is not base64 to the poison queue unread', async () => {
    const app = await writeWork(WORK.replace(/app.storageQueue\('poison'[\s\S]*/, ''));
    await app.start();
    await app.queue.sendMessage('{not base64}');
    const [message] = await until('a poison message', async () => {
      const peeked = await app.poison.peekMessages().catch(() => undefined);
      return peeked?.peekedMessageItems.length && peeked.peekedMessageItems;
    });
    expect(message?.messageText).toBe('{not base64}');
    await until('an empty queue', async () => (await app.count()) === 0);
    expect(app.recorded('began')).toEqual([]);
  });

  it('takes a queue that is not there for an empty one, quietly, and makes none', async () => {
    const app = await writeWork(WORK, { made: false });
    const log: string[] = [];
    const host = await app.start({}, (line) => log.push(line));
    // Its looks are over when it has stopped.
    await host.stop();
    expect([await app.queue.exists(), await app.poison.exists(), log]).toEqual([false, false, []]);
  });

  it('finds a queue that is made later', async () => {
    const app = await writeWork(WORK, { made: false });
    await app.start();
    await app.queue.create();
    await app.send({ number: 1 });
    await until('the run', () => app.recorded('ended').length === 1);
  });

  it('leaves a poison message that failed hidden until its lease of ten minutes is over', async () => {
    const app = await writeWork();
    await app.poison.create();
    await app.send({ poisonFails: true }, app.poison);
    const host = await app.start();
    await until('the run', () => app.recorded('poison').length === 1);
    await host.stop();
    const [{ id, popReceipt, insertionTime, nextVisibleTime }] = app.recorded('taken') as [Record<string, string>];
    expect(Date.parse(nextVisibleTime!) - Date.parse(insertionTime!)).toBeGreaterThan(590_000);
    // Whoever had released it would hold a newer receipt.
    await app.poison.updateMessage(id!, popReceipt!, undefined, 0);
    expect(await app.count(app.poison)).toBe(1);
  });

  it('runs a poison message no more once it was taken maxDequeueCount times', async () => {
    const app = await writeWork();
    await app.poison.create();
    await app.send({ poisonFails: true }, app.poison);
    for (let times = 0; times < QUEUES.maxDequeueCount; times++) {
      const { receivedMessageItems } = await app.poison.receiveMessages();
      const { messageId, popReceipt } = receivedMessageItems[0]!;
      await app.poison.updateMessage(messageId, popReceipt, undefined, 0);
    }
    const host = await app.start();
    await until('its being taken', async () => (await app.poison.peekMessages()).peekedMessageItems.length === 0);
    await host.stop();
    expect([app.recorded('poison'), await app.count(app.poison)]).toEqual([[], 1]);
  });

  it('has no more than batchSize + newBatchThreshold under way', async () => {
    const app = await writeWork();
    await Promise.all(Array.from({ length: 14 }, (_, number) => app.send({ number, takesMs: 300 })));
    await app.start();
    await until('all done', () => app.recorded('ended').length === 14);
    let running = 0;
    const load = app.entries().map((entry) => {
      running += 'began' in entry ? 1 : -1;
      return running;
    });
    const most = Math.max(...load);
    expect(most).toBeGreaterThan(QUEUES.batchSize - 1);
    expect(most).toBeLessThanOrEqual(QUEUES.batchSize + QUEUES.newBatchThreshold);
  });

  it('shares work between two hosts, each message once', async () => {
    const app = await writeWork();
    const both = await Promise.all([app.start(), app.start()]);
    await Promise.all(Array.from({ length: 40 }, (_, number) => app.send({ number, takesMs: 50, untilGo: true })));
    // One host cannot have all under way, so what it leaves is for the other, however slow that is.
    await until('both at work', () => new Set(app.recorded('pid')).size === both.length, 30_000);
    app.go();
    await until('all done', () => app.recorded('ended').length >= 40, 30_000);
    await until('an empty queue', async () => (await app.count()) === 0);
    const numbers = app.recorded('began').map((message) => (message as { number: number }).number);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, number) => number));
    expect(new Set(app.recorded('pid'))).toEqual(new Set(both.map(({ pid }) => pid)));
  }, 90_000);

  it('lets go of a message that others removed, and goes on when the queue is gone and back again', async () => {
    const app = await writeWork();
    const log: string[] = [];
    await app.start({}, (line) => log.push(line));
    await app.send({ takesMs: 300 });
    await until('the run', () => app.recorded('began').length === 1);
    await app.queue.clearMessages();
    await until('its end', () => app.recorded('ended').length === 1);
    await app.queue.delete();
    await app.queue.create();
    await app.send({ number: 2 });
    await until('the next', () => app.recorded('ended').length === 2);
    expect(log).toEqual([]);
  });

  it('runs by hand with the input given', async () => {
    const app = await writeWork();
    const host = await app.start();
    const response = await fetch(`${host.url}/admin/functions/work`, { method: 'POST', body: JSON.stringify({ input: '{"by":"hand"}' }) });
    expect(response.status).toBe(202);
    await until('the run', () => app.recorded('ended').length === 1);
    expect(app.recorded('began')).toEqual([{ by: 'hand' }]);
  });

  it('lets running work finish on SIGTERM, takes no more, and exits with 0', async () => {
    const app = await writeWork();
    const host = await app.start();
    const running = Array.from({ length: QUEUES.newBatchThreshold + 1 }, (_, number) => ({ number, untilGo: true }));
    await Promise.all(running.map((message) => app.send(message)));
    // With more than newBatchThreshold under way the host does not look, so no look is on its way when the signal comes.
    await until('the runs', () => app.recorded('began').length === running.length);
    process.kill(host.pid, 'SIGTERM');
    await until('the stop', () =>
      fetch(host.url).then(
        () => false,
        () => true,
      ),
    );
    await app.send({ late: true });
    app.go();
    expect(await host.exited).toEqual({ code: 0, signal: null });
    expect(app.recorded('ended')).toHaveLength(running.length);
    expect(app.recorded('began')).not.toContainEqual({ late: true });
    expect(await app.count()).toBe(1);
  });

  it('gives back what does not finish within the drain, and runs appTerminate', async () => {
    const app = await writeWork(`${WORK} app.hook.appTerminate(() => record({ terminated: true }));`);
    const host = await app.start();
    await app.send({ takesMs: 60_000 });
    await until('the run', () => app.recorded('began').length === 1);
    await host.stop();
    expect(app.recorded('terminated')).toEqual([true]);
    const received = await until('the message', async () => {
      const { receivedMessageItems } = await app.queue.receiveMessages();
      return receivedMessageItems.length > 0 && receivedMessageItems;
    });
    expect(received).toMatchObject([{ dequeueCount: 2 }]);
  });

  it('exits at once on a second signal', async () => {
    const app = await writeWork();
    const host = await app.start();
    await app.send({ takesMs: 60_000 });
    await until('the run', () => app.recorded('began').length === 1);
    const before = Date.now();
    process.kill(host.pid, 'SIGTERM');
    const again = setInterval(() => process.kill(host.pid, 'SIGINT'), 100);
    const exit = await host.exited.finally(() => clearInterval(again));
    // A drain would give up after 10 s, and end with 0.
    expect(exit).toEqual({ code: 1, signal: null });
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('dies at the named fault point, the n-th time', async () => {
    const app = await writeWork();
    const host = await app.start({ HOST_CRASH_AT: 'worked#2' });
    await app.send({ number: 1 });
    await until('the first', () => app.recorded('ended').length === 1);
    await app.send({ number: 2 });
    expect(await host.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(app.recorded('began')).toHaveLength(2);
    expect(app.recorded('ended')).toEqual([{ number: 1 }]);
  });
});

describe('queue outputs', () => {
  const SOURCE = `
    import { app, output } from '@azure/functions';
    import { record } from '#record';
    const queue = output.storageQueue({ queueName: '%QUEUE%', connection: 'AzureWebJobsStorage' });
    app.http('extra', { extraOutputs: [queue], handler: (request, context) => {
      context.extraOutputs.set(queue, [{ number: 1 }, 'two']);
      return { status: 202 };
    } });
    const unread = output.storageQueue({ queueName: 'out-%QUEUE%', connection: 'AzureWebJobsStorage' });
    app.http('makes', { extraOutputs: [unread], handler: (request, context) => context.extraOutputs.set(unread, { number: 4 }) && undefined });
    app.storageQueue('returns', { queueName: 'in-%QUEUE%', connection: 'AzureWebJobsStorage', return: queue, handler: () => ({ number: 3 }) });
    app.storageQueue('reads', { queueName: '%QUEUE%', connection: 'AzureWebJobsStorage', handler: (message) => record({ read: message }) });
  `;

  it('fan an array out, return what is returned, and come before the HTTP response', async () => {
    const app = await writeWork(SOURCE);
    const host = await app.start();
    expect((await fetch(`${host.url}/api/extra`)).status).toBe(202);
    await fetch(`${host.url}/admin/functions/returns`, { method: 'POST' });
    await until('three messages', () => app.recorded('read').length === 3);
    expect(app.recorded('read')).toEqual(expect.arrayContaining([{ number: 1 }, 'two', { number: 3 }]));

    expect((await fetch(`${host.url}/api/makes`)).status).toBe(204);
    const { peekedMessageItems } = await queues.getQueueClient(`out-${app.queue.name}`).peekMessages();
    expect(Buffer.from(peekedMessageItems[0]?.messageText ?? '', 'base64').toString()).toBe('{\n  "number": 4\n}');
  });
});
