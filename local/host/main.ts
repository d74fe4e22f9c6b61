import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { advanceTimers } from './advance-timers.ts';
import { type AppFunction, resolveFunctions } from './app-settings.ts';
import { installCoreApi } from './core-api.ts';
import { crashAt } from './crash-at.ts';
import { readHostJson } from './host-json.ts';
import { createInvoke, type Invoke } from './invoke.ts';
import { loadApp, runHooks } from './load-app.ts';
import { captureOutput, categories, createLog, describeError, LOG_LEVELS, type LogLevel, toOneLine, writeTo } from './log.ts';
import { createOpenQueue } from './open-queue.ts';
import { startListeners } from './start-listeners.ts';
import { createWriteOutputs } from './write-outputs.ts';

const USAGE = 'Usage: node local/host/main.ts --app DIR [--port 7071]   (app settings come from the environment)';
const DRAIN_MS = 10_000;
const LAST_CALLS_MS = 3_000;

/** Runs a Functions app until it is asked to stop. */
async function main(): Promise<void> {
  const { app, port } = readArguments();
  const { env } = process;
  let drain = async (): Promise<void> => {};
  onStopRequest(() => void drain().finally(() => process.exit(0)));

  const host = readHostJson(app);
  const level = env.HOST_LOG ? readLevel(env.HOST_LOG) : undefined;
  const log = createLog(level ? () => level : host.lowestLevel);
  captureOutput(log);
  // As the worker of Azure does, before it loads an app.
  process.on('uncaughtException', (error) => {
    writeTo.stderr(`${toOneLine(`Worker uncaught exception: ${error.stack ?? error}`)}\n`);
    process.exit(1);
  });
  if (env.HOST_CRASH_AT) crashAt(env.HOST_CRASH_AT);
  if (env.HOST_ADVANCE_TIMERS) advanceTimers(Number(env.HOST_ADVANCE_TIMERS));

  const registry = installCoreApi(log);
  const appHookData = {};
  await loadApp(app, registry, appHookData);
  const functions = resolveFunctions(registry, env);
  const openQueue = createOpenQueue(env);
  const writeOutputs = createWriteOutputs(openQueue, host.queues.messageEncoding);
  const { invoke, drained } = countRunning(
    createInvoke({ registry, appHookData, functionTimeoutMs: host.functionTimeoutMs, writeOutputs, log }),
  );
  const hostId = env.AzureFunctionsWebHost__hostid ?? createHash('sha256').update(realpathSync(app)).digest('hex').slice(0, 32);
  const starting = startListeners({ functions, env, host, hostId, port, openQueue, invoke, log });
  drain = async () => {
    const { listeners } = await starting;
    const stopped = Promise.all(listeners.map((listener) => listener.stop()));
    await within(DRAIN_MS, stopped.then(drained));
    await within(LAST_CALLS_MS, Promise.allSettled(listeners.map((listener) => listener.abandon())));
    const lastHooks = runHooks(registry, 'appTerminate', { hookData: {}, appHookData });
    await within(
      LAST_CALLS_MS,
      lastHooks.catch((error: unknown) => log('error', categories.host, `appTerminate hook: ${describeError(error)}`)),
    );
  };
  const { port: boundPort } = await starting;

  const ready = { ready: true, port: boundPort };
  writeTo.stdout(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
}

function readArguments(): { app: string; port: number } {
  const { values } = parseArgs({ options: { app: { type: 'string' }, port: { type: 'string', default: '7071' } } });
  const port = Number(values.port);
  if (!values.app) throw new Error(`Expected --app DIR, got none. ${USAGE}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`Expected --port to be a number from 0 to 65535, got "${values.port}". ${USAGE}`);
  return { app: resolve(values.app), port };
}

/** The one level for all categories, in place of what host.json says; its beginning will do, such as `info`. */
function readLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known.startsWith(text.toLowerCase()));
  if (!level) throw new Error(`Expected HOST_LOG to be one of ${LOG_LEVELS.join(', ')}, got "${text}".`);
  return level;
}

/** Requests a stop; a second signal ends the process at once. */
function onStopRequest(end: () => void): void {
  let stopping = false;
  const stop = (): void => {
    if (!stopping) end();
    stopping = true;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (stopping ? process.exit(1) : stop()));
  // The parent has ended, or requests a stop by closing the channel.
  process.on('disconnect', stop);
}

/** Counts every run, whoever started it, so that a drain can wait for all of them. */
function countRunning(invoke: Invoke): { invoke: Invoke; drained: () => Promise<unknown> } {
  const running = new Set<Promise<unknown>>();
  return {
    invoke: async (fn: AppFunction, input) => {
      const run = invoke(fn, input);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    drained: () => Promise.allSettled(running),
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise((resolveTimer) => {
    timer = setTimeout(resolveTimer, ms);
  });
  await Promise.race([work, timeUp]).finally(() => clearTimeout(timer));
}

main().catch((error: unknown) => {
  writeTo.stderr(`${toOneLine(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
});
