import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { writeApp } from './fixture-app.ts';
import { isAlive, until } from './until.ts';

const running: Azurite[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((azurite) => azurite.stop()));
});

async function start(options: Parameters<typeof startAzurite>[0]): Promise<Azurite> {
  const azurite = await startAzurite(options);
  running.push(azurite);
  return azurite;
}

const queueNames = async (connectionString: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const { name } of QueueServiceClient.fromConnectionString(connectionString).listQueues()) names.push(name);
  return names;
};

describe('Azurite', { timeout: 90_000 }, () => {
  it('serves extra accounts, each on its own, and keeps data in a folder over a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'azurite-test-'));
    const first = await start({ dir, accounts: ['fleetone', 'fleettwo'] });
    await QueueServiceClient.fromConnectionString(first.connectionStringFor('fleetone')).createQueue('kept');
    expect(await queueNames(first.connectionStringFor('fleetone'))).toEqual(['kept']);
    expect(await queueNames(first.connectionStringFor('fleettwo'))).toEqual([]);
    expect(() => first.connectionStringFor('fleetthree')).toThrow(
      'Expected one of the accounts devstoreaccount1, fleetone, fleettwo, got "fleetthree"',
    );
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start({ dir, accounts: ['fleetone'] });
    expect(await queueNames(second.connectionStringFor('fleetone'))).toEqual(['kept']);
    await second.stop();
    rmSync(dir, { recursive: true });
  });

  it('says in one sentence which port is taken', async () => {
    const first = await start({});
    const port = Number(/TableEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(first.connectionString)?.[1]);
    await expect(startAzurite({ ports: { table: port } })).rejects.toThrow(
      `Port ${port} for Azurite is taken: stop the other program or choose another port.`,
    );
  });

  it('goes with its parent, and so does the host, even when the parent is killed', async () => {
    const app = writeApp({ 'functions/hello.js': `import { app } from '@azure/functions'; app.http('hello', { handler: () => ({}) });` });
    const local = fileURLToPath(new URL('../../local', import.meta.url));
    writeFileSync(
      join(app.dir, 'parent.js'),
      `import { startAzurite } from '${local}/azurite.ts';
       import { startHost } from '${local}/host/start-host.ts';
       const azurite = await startAzurite();
       const host = await startHost({ appDir: import.meta.dirname, env: { AzureWebJobsStorage: azurite.connectionString } });
       process.send([azurite.pid, host.pid]);`,
    );
    const parent = fork(join(app.dir, 'parent.js'), { execArgv: [] });
    const pids = await new Promise<number[]>((resolve) => parent.once('message', (message: number[]) => resolve(message)));
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await until('both gone', () => !pids.some(isAlive), 30_000);
    app.dispose();
  });
});
