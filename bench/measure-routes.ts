import { setTimeout as sleep } from 'node:timers/promises';
import { startHost } from '../local/host/start-host.ts';
import { readHostCost } from './host-cost.ts';
import { median } from './median.ts';

/** What an answer costs that nobody has asked for before. */
export interface RouteCost {
  path: string;
  /** In the median of several. */
  milliseconds: number;
  /** CPU time of the host, on average. */
  cpuMs: number;
  kilobytes: number;
}

const KEPT_MS = 5_100;
const TRIES = 6;

/** Measures answers of a host of its own, over storage in which something is. */
export async function measureRoutes(appDir: string, env: Record<string, string>, paths: readonly string[]): Promise<RouteCost[]> {
  const host = await startHost({ appDir, env, onLog: (line) => void process.stderr.write(`${line}\n`) });
  try {
    const costs: RouteCost[] = [];
    for (const path of paths) {
      const times: number[] = [];
      let [cpuMs, kilobytes] = [0, 0];
      // The first loads what the route needs.
      for (let nth = 0; nth <= TRIES; nth++) {
        await sleep(KEPT_MS);
        const before = await readHostCost(host.pid);
        const begun = performance.now();
        const response = await fetch(`${host.url}${path}`);
        const body = await response.arrayBuffer();
        if (!response.ok) throw new Error(`expected GET ${path} to be answered 200, got ${response.status}`);
        if (nth === 0) continue;
        times.push(performance.now() - begun);
        cpuMs += (await readHostCost(host.pid)).cpuMs - before.cpuMs;
        kilobytes = Math.round(body.byteLength / 1024);
      }
      costs.push({ path, milliseconds: Math.round(median(times)), cpuMs: Math.round(cpuMs / TRIES), kilobytes });
    }
    return costs;
  } finally {
    await host.stop();
  }
}
