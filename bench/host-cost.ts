import { readFile } from 'node:fs/promises';

// What /proc counts in, on every Linux: USER_HZ.
const TICK_MS = 10;

/** What a process has cost so far. */
export interface HostCost {
  cpuMs: number;
  peakMegabytes: number;
}

/**
 * Reads what a process has cost: the CPU time of all its threads, and the most memory it ever had resident.
 *
 * @throws where there is no /proc: the bench needs Linux.
 */
export async function readHostCost(pid: number): Promise<HostCost> {
  const [stat, status] = await Promise.all(['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')));
  // The second field, the command's name, may hold spaces: count from behind its bracket.
  const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status!)?.[1];
  return { cpuMs: ticks * TICK_MS, peakMegabytes: Number(peak) / 1024 };
}
