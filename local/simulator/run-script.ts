import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { NodeEntry } from './node-entrypoint.ts';

/** What a script wrote: the last 4,096 bytes of each stream, as the extension reports them. */
export type ScriptOutput = { stdout: string; stderr: string };

/** Runs scripts as the Run Command extension does; their exit codes are ignored. */
export type ScriptRunner = {
  /**
   * @param folder - the node's folder; the run gets a numbered folder below its `download`.
   * @param script - the text to run, by `/bin/sh`.
   * @param place - the node's world, entered for this run and left after it; or what is added to the environment on this machine itself.
   */
  run(folder: string, script: string, place: { entry: NodeEntry } | { env: Record<string, string> }): Promise<ScriptOutput>;
  /** Kills running scripts and refuses new ones. */
  stop(): Promise<void>;
};

const tailBytes = 4096;
const keptRuns = 20;
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * Makes a runner that really runs scripts, a limited number at once: nodes share this machine, and scripts that wait count as running.
 *
 * @param limitSeconds - after which a script is killed with all its children.
 */
export function createScriptRunner(limitSeconds = 60): ScriptRunner {
  const limit = pLimit(2 * availableParallelism() + 2);
  const groups = new Set<number>();
  const ended = new Set<Promise<unknown>>();
  let sequence = Date.now();
  let stopped = false;

  const runNow: ScriptRunner['run'] = async (folder, script, place) => {
    if (stopped) throw new Error('The simulator has stopped.');
    sequence += 1;
    const download = join(folder, 'download');
    const own = join(download, String(sequence));
    await mkdir(own, { recursive: true });
    await forgetOldRuns(download);
    const file = join(own, 'script.sh');
    await writeFile(file, script, { mode: 0o700 });
    const stdout = await open(join(own, 'stdout'), 'w+');
    const stderr = await open(join(own, 'stderr'), 'w+');
    try {
      if (stopped) throw new Error('The simulator has stopped.');
      // Files, not pipes: the run ends with the shell, even if a process that it left behind holds them open.
      const shell = ['/bin/sh', '-c', `'${file.replaceAll("'", `'\\''`)}'`];
      const [command = '', ...args] = 'entry' in place ? place.entry.wrap(shell) : shell;
      const child = spawn(command, args, {
        cwd: own,
        env: { ...environment, ...('env' in place ? place.env : {}) },
        detached: true,
        stdio: ['ignore', stdout.fd, stderr.fd, ...('entry' in place ? (['ipc'] as const) : [])],
      });
      if ('entry' in place) child.on('message', place.entry.adopt);
      const group = child.pid;
      if (group !== undefined) groups.add(group);
      const timer = setTimeout(() => killGroup(group), limitSeconds * 1000);
      await once(child, 'exit').finally(() => clearTimeout(timer));
      killGroup(group);
      if (group !== undefined) groups.delete(group);
      return { stdout: await readTail(stdout), stderr: await readTail(stderr) };
    } finally {
      if ('entry' in place) place.entry.leave();
      await Promise.all([stdout.close(), stderr.close()]);
    }
  };

  return {
    run(folder, script, place) {
      const run = limit(() => runNow(folder, script, place));
      ended.add(run);
      const forget = () => ended.delete(run);
      run.then(forget, forget);
      return run;
    },
    async stop() {
      stopped = true;
      for (const group of groups) killGroup(group);
      await Promise.allSettled(ended);
    },
  };
}

type ReadableFile = Awaited<ReturnType<typeof open>>;

async function readTail(file: ReadableFile): Promise<string> {
  const { size } = await file.stat();
  const length = Math.min(size, tailBytes);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8');
}

async function forgetOldRuns(download: string): Promise<void> {
  const runs = (await readdir(download)).sort();
  for (const old of runs.slice(0, Math.max(0, runs.length - keptRuns))) await rm(join(download, old), { recursive: true, force: true });
}

function killGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}
