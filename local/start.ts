import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { buildApp } from '../scripts/build.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import { checkCoreTools, startCoreTools } from './core-tools.ts';
import { seedHistory } from './demo-history.ts';
import { startHost } from './host/start-host.ts';
import { seedPastDue } from './host/timer-status.ts';
import { type Kept, keepRunning } from './keep-running.ts';
import { findKubectl } from './kubectl.ts';
import { layOutFleet } from './simulator/lay-out-fleet.ts';
import { type Simulator, startSimulator } from './simulator/start-simulator.ts';
import { help, readStartOptions, type StartOptions } from './start-options.ts';

const HOST_ID = 'aks-fleet-prober-local';

const log = (line: string) => process.stderr.write(`${line}\n`);

/** Exits with a message for the user. */
function fail(error: unknown): never {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major === 22 && minor >= 18) return;
  throw new Error(`Expected Node 22 (22.18 or later), got ${process.version}: run "npm start", which brings the right one.`);
}

async function checkPort(port: number): Promise<void> {
  await new Promise<void>((resolveCheck, reject) => {
    const server = createServer();
    server.once('error', () =>
      reject(new Error(`Port ${port} is taken: stop the program that uses it, or give another with "npm start -- --port N".`)),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolveCheck()));
  });
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Makes the state folder ready; two runs must not share one. */
async function prepareFolder(dir: string, keep: boolean): Promise<void> {
  const before = await readFile(join(dir, 'state.json'), 'utf8').then(JSON.parse, () => undefined);
  if (typeof before?.pid === 'number' && before.pid !== process.pid && isAlive(before.pid))
    throw new Error(
      `It is already running at ${before.hostUrl} (process ${before.pid}): stop that one first, or give another folder with "--dir DIR".`,
    );
  if (!keep) for (const part of ['azurite', 'simulator']) await rm(join(dir, part), { recursive: true, force: true });
  for (const part of ['azurite', 'simulator']) await mkdir(join(dir, part), { recursive: true });
}

/** A webhook of the simulator, which shows what it received at /control/webhooks. */
const webhookAt = ({ url }: Simulator) => ({
  WEBHOOKS: `simulator=${url}/webhooks/simulator`,
  WEBHOOK_SECRETS: `simulator=whsec_${randomBytes(32).toString('base64')}`,
});

/** The settings that the app runs with; those of the user's environment win. */
function settingsFor(options: StartOptions, azurite: Azurite, simulator: Simulator): Record<string, string> {
  return {
    ...simulator.env,
    AzureFunctionsWebHost__hostid: HOST_ID,
    SWEEP_SCHEDULE: options.schedule,
    FIRST_COLLECT_SECONDS: String(Math.ceil(options.runCommandSeconds) + 1),
    COLLECT_AGAIN_SECONDS: '2',
    ...(options.settings.WEBHOOKS === undefined ? webhookAt(simulator) : {}),
    PAGE_URL: `http://127.0.0.1:${options.port}/api/status`,
    ...options.settings,
    AzureWebJobsStorage: azurite.connectionString,
  };
}

/** The settings with which the command line reaches the simulated Azure: its address, its certificate authority, a sign-in, and its speed. */
const CLI_SETTINGS = [
  'ARM_ENDPOINT',
  'AZURE_AUTHORITY_HOST',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'NODE_EXTRA_CA_CERTS',
  'EGRESS_ENDPOINTS',
  'FIRST_COLLECT_SECONDS',
  'COLLECT_AGAIN_SECONDS',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'WEBHOOKS',
  'WEBHOOK_SECRETS',
];

/** Assignments for a shell. */
const toShell = (names: readonly string[], env: Readonly<Record<string, string>>) =>
  names.map((name) => `${name}='${(env[name] ?? '').replaceAll("'", "'\\''")}'\n`).join('');

interface Running {
  host: Kept;
  stop(): Promise<void>;
}

async function run(options: StartOptions): Promise<Running> {
  checkNode();
  if (options.func) checkCoreTools();
  const dir = resolve(options.dir);
  const kubectl = await findKubectl();
  await prepareFolder(dir, options.keep);
  if (options.port !== 0) await checkPort(options.port);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    log('Building the app …');
    await buildApp(join(dir, 'app'));
    log('Starting storage and the simulated Azure …');
    const azurite = await startAzurite({ dir: join(dir, 'azurite'), onWait: log });
    stops.push(azurite.stop);
    const { fleet, runCommandSeconds } = options;
    const simulator = await startSimulator({ fleet, dir: join(dir, 'simulator'), runCommandSeconds, kubectl });
    stops.push(simulator.stop);
    const env = settingsFor(options, azurite, simulator);
    // A timer that fires more than once a minute keeps no status, in Azure either: its first run is requested below.
    if (options.sweepSeconds >= 60) await seedPastDue(azurite.connectionString, HOST_ID, 'start-sweep', env.SWEEP_SCHEDULE!);
    if (options.history) {
      log('Making a day of history for the demonstration fleet …');
      const until = await seedHistory(env, layOutFleet(fleet, new Date()));
      log(`What is shown of the time before ${until.toISOString().slice(11, 16)} UTC is demonstration data.`);
    }
    log('Starting the app …');
    const startApp = options.func ? startCoreTools : startHost;
    const host = await keepRunning((port) => startApp({ appDir: join(dir, 'app'), port, env, onLog: log, onWait: log }), options.port, log);
    stops.push(host.stop);
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    if (options.sweepSeconds < 60) await fetch(`${host.url}/admin/functions/start-sweep`, asked);
    const state = {
      hostUrl: host.url,
      simulatorUrl: simulator.url,
      caFile: simulator.caFile,
      storageConnectionString: azurite.connectionString,
      pid: process.pid,
    };
    await writeFile(join(dir, 'state.json'), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    stops.push(() => rm(join(dir, 'state.json'), { force: true }));
    await writeFile(join(dir, 'cli.env'), toShell(CLI_SETTINGS, env), { mode: 0o600 });
    stops.push(() => rm(join(dir, 'cli.env'), { force: true }));
    return { host, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Faults that are worth a look, for a newcomer. */
const TRY = `
Now switch a fault on in another terminal, and watch the page:
  npm run fault -- set payments-prod nsg-denies    a rule of a security group cuts one cluster off: the page names the rule
  npm run fault -- set hub-europe next-hop-dead    the firewall of a hub is gone: what is behind it fails together
  npm run fault -- set edge silent                 the API server accepts connections and says nothing
and off again: npm run fault -- clear payments-prod
`;

async function main(): Promise<void> {
  const options = await readStartOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  let asked = false;
  let end: (() => void) | undefined;
  const ended = new Promise<void>((resolveEnd) => {
    end = resolveEnd;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      log('Stopping …');
      end?.();
    });
  const running = await run(options);
  process.stdout.write(`The status page is at ${running.host.url}/api/status (Ctrl-C stops everything)\n`);
  if (options.isDemonstration) process.stderr.write(TRY);
  const died = await Promise.race([ended.then(() => undefined), running.host.gaveUp]);
  await running.stop();
  if (died !== undefined && !asked) fail(`The app kept exiting (${died.signal ?? `code ${died.code}`}); its last lines are above.`);
  process.exit(0);
}

main().catch(fail);
