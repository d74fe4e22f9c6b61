import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SimulatedCluster } from './lay-out-fleet.ts';
import { enterNode } from './node-entrypoint.ts';
import { planWorld } from './plan-world.ts';

const LONGEST_TRIAL_MS = 120_000;

/**
 * Tries whether nodes can have mount and network namespaces of their own on this machine, by entering one.
 *
 * @param dir - the simulator's folder.
 * @returns undefined where they can, else a sentence that says why not.
 */
export async function findNamespaceHindrance(dir: string, cluster: SimulatedCluster | undefined): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'nodes have namespaces of their own only on Linux.';
  if (cluster === undefined) return undefined;
  const folder = join(dir, 'trial');
  await mkdir(folder, { recursive: true });
  const ignore = () => {};
  const entry = await enterNode(folder, {
    name: 'trial',
    machineId: '',
    plan: { ...planWorld(cluster, undefined), listeners: [] },
    authorities: '',
    acceptServer: ignore,
    acceptOutside: ignore,
  });
  const [command = '', ...args] = entry.wrap(['/bin/sh', '-c', '[ -d /var/lib/kubelet ]']);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], timeout: LONGEST_TRIAL_MS });
  try {
    const [[code], said] = await Promise.all([once(child, 'exit'), child.stderr === null ? '' : text(child.stderr)]);
    if (code === null) return `a trial did not end within ${LONGEST_TRIAL_MS / 1000} s.`;
    return code === 0 ? undefined : `this machine does not allow them (${said.trim().split('\n').at(-1) || 'no message'}).`;
  } catch (error) {
    return `unshare could not be started (${error instanceof Error ? error.message : String(error)}).`;
  }
}
