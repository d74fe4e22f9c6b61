import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { awaitStart, type Starting } from '../await-start.ts';

/** How the process ended: one of the two is null. */
export interface HostExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running Functions host. */
export interface Host {
  /** Base URL without a trailing slash. */
  url: string;
  pid: number;
  exited: Promise<HostExit>;
  /** Lets it drain, for 10 s at most, and resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

export interface HostStart extends Pick<Starting, 'onWait' | 'patience'> {
  /** Folder with the app's package.json and host.json. */
  appDir: string;
  /** Port on loopback; a free one without it. */
  port?: number;
  /** App settings; beside these the host sees only PATH, HOME and TMPDIR. */
  env: Record<string, string>;
  /** Receives each line of the host's log. */
  onLog?: (line: string) => void;
  /** Prefix of each line, to tell hosts apart. */
  name?: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const STOP_MS = 20_000;
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR'] as const;

/**
 * Starts a Functions host as a child process that does not outlive this one.
 * @returns Once its listeners are running.
 * @throws With the host's last line when it ends or stalls before that.
 */
export async function startHost({ appDir, port = 0, env, onLog = () => {}, name, onWait, patience }: HostStart): Promise<Host> {
  const inherited = Object.fromEntries(PASSED_ON.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
  const child = fork(MAIN, ['--app', appDir, '--port', String(port)], {
    env: { ...inherited, ...env },
    execArgv: [],
    // Its own group: a Ctrl-C in the terminal is for the parent, which then lets the host drain.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Once the host is running, it writes more than is worth keeping.
  let starting = true;
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr! }).on('line', (line) => {
    if (starting) said.push(line);
    onLog(name ? `${name}: ${line}` : line);
  });
  const heardOut = new Promise<void>((resolve) => lines.once('close', resolve));
  // Not "close", which does not come once this side has closed the channel.
  const exited = new Promise<HostExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    const hardStop = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    if (child.connected) child.disconnect();
    await exited;
    clearTimeout(hardStop);
  };

  const ready = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message: { port: number }) => resolve(message.port));
    void Promise.all([exited, heardOut]).then(([{ code, signal }]) =>
      reject(new Error(said.at(-1) ?? 'it said nothing', { cause: `The host ended before it was ready (${signal ?? `code ${code}`}).` })),
    );
  });
  const boundPort = await awaitStart(ready, { name: 'the Functions host', pid: child.pid!, said, onWait, patience }).catch(
    async (error: unknown) => {
      await kill();
      throw error;
    },
  );
  starting = false;
  return { url: `http://127.0.0.1:${boundPort}`, pid: child.pid!, exited, stop, kill };
}
