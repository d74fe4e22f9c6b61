import { readdir, readFile } from 'node:fs/promises';

// The unit of time in /proc, on every Linux: USER_HZ.
const TICK_MS = 10;

/** The cost of a process so far. */
export interface HostCost {
  cpuMs: number;
  peakMegabytes: number;
  /** Now. */
  residentMegabytes: number;
}

/**
 * Reads the cost of a process: the CPU time of all its threads, and its resident memory, at most and now.
 *
 * @throws where there is no /proc: the bench needs Linux.
 */
export async function readHostCost(pid: number): Promise<HostCost> {
  const [stat, status] = await Promise.all(['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')));
  // The second field, the command's name, may hold spaces: count from after its bracket.
  const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status!)?.[1]) / 1024;
  return { cpuMs: ticks * TICK_MS, peakMegabytes: megabytes('VmHWM'), residentMegabytes: megabytes('VmRSS') };
}

/** Counts the files and connections that a process has open. */
export async function countDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
