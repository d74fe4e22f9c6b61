import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitStart } from './await-start.ts';
import type { Host, HostExit, HostStart } from './host/start-host.ts';

/** They write nothing while they wait for a download of their own. */
const QUIET_MS = 120_000;
const STOP_MS = 20_000;

/** @throws Error that says what to install, where Azure Functions Core Tools are not on the PATH. */
export function checkCoreTools(): void {
  const { status, stdout } = spawnSync('func', ['--version'], { encoding: 'utf8' });
  if (status === 0 && /^4\./.test(stdout.trim())) return;
  const got = status === 0 ? `version ${stdout.trim()}` : 'none';
  throw new Error(
    `Expected version 4 of Azure Functions Core Tools ("func") on the PATH, got ${got}: install them from https://learn.microsoft.com/azure/azure-functions/functions-run-local, or run "npm start", which needs none.`,
  );
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/**
 * Starts the host of Azure Functions Core Tools instead of this project's own small one.
 *
 * @returns Once it reports that it is running.
 * @throws Error with its last line where it ends or stalls before that.
 */
export async function startCoreTools({ appDir, port = 0, env, onLog = () => {}, onWait, patience }: HostStart): Promise<Host> {
  const chosen = port === 0 ? await freePort() : port;
  const url = `http://127.0.0.1:${chosen}`;
  const child = spawn('func', ['start', '--port', String(chosen)], {
    cwd: appDir,
    env: { ...process.env, ...env, FUNCTIONS_WORKER_RUNTIME: 'node' },
    // Its own group: it starts workers, which must end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  let starting = true;
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (starting && line.trim() !== '') said.push(line);
      onLog(line);
    });
  const heardOut = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<HostExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 1, signal: null }));
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const kill = async (): Promise<void> => {
    signalGroup('SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    signalGroup('SIGINT');
    const hardStop = setTimeout(() => signalGroup('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(hardStop);
  };
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const runs = async () => {
    const answer = await fetch(`${url}/admin/host/status`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    const status = answer?.ok ? ((await answer.json().catch(() => ({}))) as { state?: string }) : {};
    return status.state === 'Running';
  };
  const up = (async () => {
    while (!(await runs())) {
      await sleep(250);
      if (!over) continue;
      await kill();
      await heardOut;
      throw new Error(`Azure Functions Core Tools did not come up; their last output: ${said.at(-1) ?? 'none'}`);
    }
  })();
  const pid = child.pid ?? 0;
  await awaitStart(up, { name: 'Azure Functions Core Tools', pid, said, onWait, patience: { quietMs: QUIET_MS, ...patience } }).catch(
    async (error: unknown) => {
      await kill();
      throw error;
    },
  );
  starting = false;
  return { url, pid: child.pid!, exited, stop, kill };
}
