import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { QueueClient } from '@azure/storage-queue';
import { readHostJson } from '../local/host/host-json.ts';
import type { Invoke } from '../local/host/invoke.ts';
import { startQueueListener } from '../local/host/queue-listener.ts';
import type { Execution } from './executions.ts';

const kindOf = (data: unknown) =>
  String(
    ((data as { json?: string; string?: string }) && /"kind":"([\w-]+)"/.exec(JSON.stringify(data).replaceAll('\\', ''))?.[1]) ?? 'work',
  );

/** V8 sizes its heap by the machine, at about half of its memory: an instance has 512 MB. */
export const LIKE_IN_AZURE = { NODE_OPTIONS: '--max-old-space-size=256' };

const EXIT_MS = 5000;

/** The parts of a function that only the worker needs. */
const IN_THE_WORKER = { bindings: {}, metadata: { name: 'work', bindings: {} }, callback: () => undefined };

interface WorkerStart {
  /** The built app. */
  appDir: string;
  env: Record<string, string>;
  onLog(line: string): void;
  /** Called after each execution. */
  onExecution?(execution: Execution): void;
  /** Whether a message waits for the one before, so that the CPU time of each is known. */
  oneAtATime?: boolean;
}

/** A worker that processes messages. */
export interface Worker {
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the app in a process of its own without a host, as Azure's worker does, so that its memory is the app's; the listener of its queue
 * stays in this process. Timers and HTTP are not served.
 */
export async function startWorker({ appDir, env, onLog, onExecution, oneAtATime = false }: WorkerStart): Promise<Worker> {
  const connectionString = env.AzureWebJobsStorage!;
  const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), [appDir], {
    env: { PATH: process.env.PATH, ...env },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit');
  child.stderr!.setEncoding('utf8').on('data', onLog);
  const waiting = new Map<string, (error: string | undefined, cpuMs: number) => void>();
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', ({ id, error, cpuMs = 0 }: { id?: string; error?: string; cpuMs?: number }) => {
      if (id === undefined) return resolve();
      waiting.get(id)?.(error, cpuMs);
      waiting.delete(id);
    });
    child.once('exit', (code, signal) => {
      const ended = `the worker ended with ${signal ?? code}`;
      reject(new Error(ended));
      for (const answer of waiting.values()) answer(ended, 0);
    });
  });
  await ready;

  const invoke: Invoke = ({ name }, { data, metadata }) =>
    new Promise((resolve, reject) => {
      const id = crypto.randomUUID();
      const from = Date.now();
      waiting.set(id, (error, cpuMs) => {
        onExecution?.({ kind: kindOf(data), from, to: Date.now(), cpuMs });
        if (error === undefined) resolve({});
        else reject(new Error(error));
      });
      child.send({ id, name, data, triggerMetadata: metadata ?? {} });
    });
  const listener = startQueueListener({
    fn: { name: 'work', trigger: { key: 'message', type: 'queueTrigger', direction: 'in', queueName: 'work' }, ...IN_THE_WORKER },
    openQueue: (_, queue) => new QueueClient(connectionString, queue),
    options: { ...readHostJson(appDir).queues, ...(oneAtATime && { batchSize: 1, newBatchThreshold: 0 }) },
    invoke,
    log: (level, category, message) => onLog(`[${category}] ${level}: ${message}\n`),
  });
  return {
    pid: child.pid!,
    async stop() {
      await listener.stop();
      // The worker then exits by itself, so that a profile of it is written; one that hangs is killed.
      if (child.connected) child.disconnect();
      const timeUp = setTimeout(() => child.kill('SIGKILL'), EXIT_MS);
      await exited;
      clearTimeout(timeUp);
    },
  };
}
