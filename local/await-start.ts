import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How long a start may take. */
export interface Patience {
  /** Without any progress. */
  quietMs: number;
  /** In any case. */
  longestMs: number;
}

/** A child process that is starting. */
export interface Starting {
  /** As in "Waiting for Azurite". */
  name: string;
  pid: number;
  /** What it said so far, line by line. */
  said: readonly string[];
  /** Is told after a few seconds, and from time to time, what is waited for. */
  tell?: (line: string) => void;
  patience?: Partial<Patience>;
}

const USUAL: Patience = { quietMs: 30_000, longestMs: 900_000 };
const LOOKS_IN_QUIET = 15;
const TELL_AFTER_MS = 5_000;
const TELL_AGAIN_MS = 15_000;
/** The share of the processor below which a process only waits; its times come in steps of 10 ms. */
const LEAST_SHARE = 1 / 400;
const LEAST_CPU_MS = 20;

/**
 * Waits for a process to be up as long as it makes progress: a busy machine may be slow, but whoever speaks, uses the processor or waits for the disk goes on.
 * @param up - Settles when it is up, or has ended.
 * @returns What `up` brings.
 * @throws What `up` throws, or one sentence when there is no progress for `quietMs`, or it is not up after `longestMs`.
 */
export async function awaitStart<T>(up: Promise<T>, { name, pid, said, tell = () => {}, patience }: Starting): Promise<T> {
  const { quietMs, longestMs } = { ...USUAL, ...patience };
  const leastCpuMs = Math.max(LEAST_CPU_MS, quietMs * LEAST_SHARE);
  const begun = Date.now();
  const over = new AbortController();
  const watch = async (): Promise<never> => {
    let nextTellMs = TELL_AFTER_MS;
    let seen = { lines: 0, cpuMs: 0 };
    // Counted in looks, not by the clock: a machine that slept, or had no time for this process either, proves nothing.
    for (let quietLooks = 0; ; ) {
      await sleep(quietMs / LOOKS_IN_QUIET, undefined, { signal: over.signal });
      const state = await lookAt(pid);
      const progressed = !state || state.waitsForDisk || said.length > seen.lines || state.cpuMs - seen.cpuMs >= leastCpuMs;
      quietLooks = progressed ? 0 : quietLooks + 1;
      if (progressed) seen = { lines: said.length, cpuMs: state?.cpuMs ?? 0 };
      const lastWords = `its last words: ${said.at(-1) ?? 'none'}`;
      if (quietLooks >= LOOKS_IN_QUIET)
        throw new Error(`Expected ${name} to start, but for ${quietMs / 1000} s it neither spoke nor worked; ${lastWords}.`);
      const elapsedMs = Date.now() - begun;
      if (elapsedMs > longestMs)
        throw new Error(`Expected ${name} to start within ${longestMs / 1000} s, but it is not done yet; ${lastWords}.`);
      if (elapsedMs < nextTellMs) continue;
      nextTellMs = elapsedMs + TELL_AGAIN_MS;
      const used = state ? ` and ${(state.cpuMs / 1000).toFixed(1)} s of the processor` : '';
      tell(`Waiting for ${name}, which has taken ${Math.round(elapsedMs / 1000)} s${used} so far …`);
    }
  };
  const watching = watch();
  watching.catch(() => {});
  return Promise.race([up, watching]).finally(() => over.abort());
}

/** How a process is; undefined where this machine does not tell. */
async function lookAt(pid: number): Promise<{ cpuMs: number; waitsForDisk: boolean } | undefined> {
  try {
    if (process.platform === 'linux') {
      // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: after the name in brackets come the state, and utime and stime in hundredths of a second.
      const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)!.split(' ');
      return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, waitsForDisk: fields[0] === 'D' };
    }
    const { stdout } = await run('ps', ['-o', 'time=,state=', '-p', String(pid)]);
    const [time = '', state = ''] = stdout.trim().split(/\s+/);
    const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
    return Number.isFinite(seconds) ? { cpuMs: seconds * 1000, waitsForDisk: state.startsWith('U') } : undefined;
  } catch {
    return undefined;
  }
}
