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
  /** What it has written so far, line by line. */
  said: readonly string[];
  /** Called after a few seconds, and then from time to time, with what is being waited for. */
  onWait?: (line: string) => void;
  patience?: Partial<Patience>;
}

const USUAL: Patience = { quietMs: 30_000, longestMs: 900_000 };
const CHECKS_IN_QUIET = 15;
const REPORT_AFTER_MS = 5_000;
const REPORT_AGAIN_MS = 15_000;
/** Below this share of the processor a process is only waiting; its times come in steps of 10 ms. */
const LEAST_SHARE = 1 / 400;
const LEAST_CPU_MS = 20;

/**
 * Waits until a process is up, for as long as it makes progress: on a busy machine it may be slow, but while it writes, uses the processor or waits
 * for the disk, it is still starting.
 * @param up - Settles when it is up, or has ended.
 * @returns What `up` resolves to.
 * @throws What `up` throws, or one sentence when there is no progress for `quietMs`, or it is not up after `longestMs`.
 */
export async function awaitStart<T>(up: Promise<T>, { name, pid, said, onWait = () => {}, patience }: Starting): Promise<T> {
  const { quietMs, longestMs } = { ...USUAL, ...patience };
  const leastCpuMs = Math.max(LEAST_CPU_MS, quietMs * LEAST_SHARE);
  const begun = Date.now();
  const over = new AbortController();
  const watch = async (): Promise<never> => {
    let nextReportMs = REPORT_AFTER_MS;
    let seen = { lines: 0, cpuMs: 0 };
    // Counted in checks, not by the clock: if the machine slept, or had no time for this process either, the time that passed proves nothing.
    for (let quietChecks = 0; ; ) {
      await sleep(quietMs / CHECKS_IN_QUIET, undefined, { signal: over.signal });
      const state = await readProcess(pid);
      const progressed = !state || state.waitsForDisk || said.length > seen.lines || state.cpuMs - seen.cpuMs >= leastCpuMs;
      quietChecks = progressed ? 0 : quietChecks + 1;
      if (progressed) seen = { lines: said.length, cpuMs: state?.cpuMs ?? 0 };
      const lastOutput = `its last output: ${said.at(-1) ?? 'none'}`;
      if (quietChecks >= CHECKS_IN_QUIET)
        throw new Error(`Expected ${name} to start, but for ${quietMs / 1000} s it wrote nothing and did no work; ${lastOutput}.`);
      const elapsedMs = Date.now() - begun;
      if (elapsedMs > longestMs)
        throw new Error(`Expected ${name} to start within ${longestMs / 1000} s, but it is still starting; ${lastOutput}.`);
      if (elapsedMs < nextReportMs) continue;
      nextReportMs = elapsedMs + REPORT_AGAIN_MS;
      const used = state ? ` and ${(state.cpuMs / 1000).toFixed(1)} s of the processor` : '';
      onWait(`Waiting for ${name}, which has taken ${Math.round(elapsedMs / 1000)} s${used} so far …`);
    }
  };
  const watching = watch();
  watching.catch(() => {});
  return Promise.race([up, watching]).finally(() => over.abort());
}

/** The state of a process; undefined where this machine does not report it. */
async function readProcess(pid: number): Promise<{ cpuMs: number; waitsForDisk: boolean } | undefined> {
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
