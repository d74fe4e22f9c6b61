import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../local/host/main.ts', import.meta.url));
const HELLO = `import { app } from '@azure/functions'; app.http('hello', { handler: () => ({ body: 'hello' }) });`;

const apps: FixtureApp[] = [];
const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const app of apps.splice(0)) app.dispose();
});

function write(...args: Parameters<typeof writeApp>): FixtureApp {
  const app = writeApp(...args);
  apps.push(app);
  return app;
}

async function start(
  app: FixtureApp,
  more: { port?: number; env?: Record<string, string>; onLog?: (line: string) => void } = {},
): Promise<Host> {
  const host = await startHost({ appDir: app.dir, ...more, env: { ...app.env, ...more.env } });
  hosts.push(host);
  return host;
}

/** The sentence that a start fails with, without the folder's name. */
async function failure(app: FixtureApp, env: Record<string, string> = {}): Promise<string> {
  const error: unknown = await start(app, { env }).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message.replaceAll(app.dir, 'APP') : 'it started';
}

describe('starting an app', () => {
  it('runs appStart hooks, then locks registration', async () => {
    const app = write({
      'functions/late.js': `${HELLO}
        import { record } from '#record';
        app.hook.appStart(() => record({ hook: 'appStart' }));
        app.http('late', { handler: () => { app.http('too-late', { handler: () => {} }); } });`,
    });
    const log: string[] = [];
    const host = await start(app, { onLog: (line) => log.push(line) });
    expect(app.recorded()).toMatchObject([{ hook: 'appStart' }]);
    expect((await fetch(`${host.url}/api/late`)).status).toBe(500);
    await until('the reason in the log', () => log.join().includes('A function can only be registered during app startup.'));
  });

  it('runs an app bundled as for deployment', async () => {
    const app = write({ 'source/hello.js': HELLO });
    await build({
      absWorkingDir: app.dir,
      entryPoints: ['source/hello.js'],
      outdir: 'functions',
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['@azure/functions-core'],
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    });
    const host = await start(app);
    expect(await (await fetch(`${host.url}/api/hello`)).text()).toBe('hello');
  });

  it('honours routePrefix and runs CommonJS entries', async () => {
    const app = write(
      {
        'functions/package.json': '{"type":"commonjs"}',
        'functions/hello.js': `const { app } = require('@azure/functions'); app.get('hello', { handler: () => ({ body: 'hello' }) });`,
      },
      { extensions: { http: { routePrefix: '' } } },
    );
    const host = await start(app);
    expect(await (await fetch(`${host.url}/hello`)).text()).toBe('hello');
  });

  it('prints one line of JSON on stdout when ready, and drains on SIGTERM', async () => {
    const app = write({ 'functions/hello.js': `${HELLO} console.log('printed');` });
    const said = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
      const child = execFile(process.execPath, [MAIN, '--app', app.dir, '--port', '0'], (error, stdout) =>
        resolve({ code: error ? Number(error.code) : 0, stdout }),
      );
      child.stdout?.once('data', () => child.kill('SIGTERM'));
    });
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^\{"ready":true,"port":\d+\}\n$/);
  });
});

describe('a start that cannot succeed says so in one sentence', () => {
  it('when an entry point throws, before or after a registration', async () => {
    expect(await failure(write({ 'functions/bad.js': `throw new Error('broken');` }))).toMatchInlineSnapshot(
      `"Entry point functions/bad.js failed to load: broken"`,
    );
    expect(await failure(write({ 'functions/bad.js': `${HELLO} throw new Error('broken');` }))).toMatchInlineSnapshot(
      `"Entry point functions/bad.js failed to load: broken"`,
    );
  });

  it('when nothing is registered', async () => {
    expect(await failure(write({ 'functions/empty.js': '' }))).toMatchInlineSnapshot(
      `"Expected a function, but none of functions/empty.js registered one: call app.http, app.timer or app.storageQueue there."`,
    );
  });

  it('when main matches no file', async () => {
    expect(await failure(write({}))).toMatchInlineSnapshot(
      `"Found zero files matching "functions/*.js" ("main" of APP/package.json): build the app first."`,
    );
  });

  it('when two functions share a name', async () => {
    expect(
      await failure(write({ 'functions/twice.js': `${HELLO} app.timer('hello', { schedule: '0 0 0 * * *', handler: () => {} });` })),
    ).toMatchInlineSnapshot(`"Entry point functions/twice.js failed to load: A function with id "hello" has already been registered."`);
  });

  it('when settings are missing, naming all', async () => {
    const app = write({
      'functions/all.js': `import { app } from '@azure/functions';
      app.timer('tick', { schedule: '%TICK%', handler: () => {} });
      app.storageQueue('work', { queueName: '%QUEUE%', connection: 'AzureWebJobsStorage', handler: () => {} });`,
    });
    expect(await failure(app)).toMatchInlineSnapshot(
      `"App settings are missing: TICK (schedule of tick), QUEUE (queueName of work). Set them in the environment."`,
    );
    expect(await failure(app, { TICK: '0 0 0 * * *', QUEUE: 'q' })).toMatchInlineSnapshot(
      `"Expected a storage connection string in the app setting AzureWebJobsStorage, or AzureWebJobsStorage__blobServiceUri with AzureWebJobsStorage__queueServiceUri, got none: set it in the environment."`,
    );
  });

  it('when a schedule is not NCRONTAB', async () => {
    const app = write({
      'functions/all.js': `import { app } from '@azure/functions'; app.timer('tick', { schedule: '%TICK%', handler: () => {} });`,
    });
    expect(await failure(app, { TICK: '0 0 0 * * 7' })).toMatchInlineSnapshot(
      `"Timer of function tick: expected an NCRONTAB schedule {second} {minute} {hour} {day} {month} {day of week}, such as "0 */5 * * * *", got "0 0 0 * * 7": 7 is no day of the week, Sunday is 0"`,
    );
  });

  it('when host.json is wrong, naming every mistake', async () => {
    expect(
      await failure(
        write(
          { 'functions/hello.js': HELLO },
          { functionTimeout: '24:00:00', extensions: { queues: { batchSize: 33, maxPollingInterval: '2s' } } },
        ),
      ),
    ).toMatchInlineSnapshot(
      `"APP/host.json: functionTimeout: Invalid input; extensions.queues.batchSize: Too big: expected number to be <=32; extensions.queues.maxPollingInterval: expected a time span "hh:mm:ss" or "d.hh:mm:ss", got "2s""`,
    );
  });

  it('when a binding is of a type it does not serve', async () => {
    expect(
      await failure(
        write({
          'functions/blob.js': `import { app } from '@azure/functions'; app.storageBlob('b', { path: 'x/{name}', connection: 'AzureWebJobsStorage', handler: () => {} });`,
        }),
      ),
    ).toMatchInlineSnapshot(
      `"Function b has a binding of type blobTrigger (in): this host serves the triggers httpTrigger, queueTrigger, timerTrigger and the outputs http, queue only."`,
    );
  });

  it('when the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const app = write({ 'functions/hello.js': HELLO });
    await expect(start(app, { port })).rejects.toThrow(`Port ${port} is taken: stop the other program or choose another with --port.`);
    await new Promise((resolve) => server.close(resolve));
  });
});
