import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCoreTools } from '../../local/core-tools.ts';
import type { Host, HostStart } from '../../local/host/start-host.ts';
import { isAlive } from '../host/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = process.env.PATH!;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-func-'));
});
afterEach(async () => {
  process.env.PATH = path;
  await rm(dir, { recursive: true, force: true });
});

/** Puts a program named `func` on the PATH, in the place of the real one, which is a large download. */
async function standIn(script: string): Promise<void> {
  await writeFile(join(dir, 'func'), `#!/usr/bin/env node\n${script}`);
  await chmod(join(dir, 'func'), 0o755);
  process.env.PATH = `${dir}:${path}`;
}

/** Starts it, again where somebody else took the port that was free a moment before. */
function start(how: HostStart, left = 2): Promise<Host> {
  return startCoreTools(how).catch((error) => {
    if (left === 0) throw error;
    return start(how, left - 1);
  });
}

it('where Core Tools are missing, one sentence says what to install, and nothing was started', () => {
  const { status, stderr } = spawnSync(process.execPath, ['local/start.ts', '--func', '--dir', dir], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: dirname(process.execPath) },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^Expected version 4 of Azure Functions Core Tools \("func"\) on the PATH, got none: install them from \S+, or run "npm start"/,
  );
});

it('a host that runs is given the settings and the port, and ends when it is asked to', async () => {
  await standIn(`
    const { argv, env, cwd } = process;
    require('node:http').createServer((request, response) => {
      response.end(JSON.stringify({ state: 'Running', argv: argv.slice(2), setting: env.SWEEP_SCHEDULE, worker: env.FUNCTIONS_WORKER_RUNTIME, dir: cwd() }));
    }).listen(Number(argv[4]), '127.0.0.1');
  `);
  const host = await start({ appDir: dir, env: { SWEEP_SCHEDULE: '0 * * * * *' } });
  const said = await (await fetch(`${host.url}/`)).json();
  expect(said).toMatchObject({ argv: ['start', '--port', new URL(host.url).port], setting: '0 * * * * *', worker: 'node', dir });
  await host.stop();
  expect(isAlive(host.pid)).toBe(false);
});

it('a host that ends before it runs is an error with its last line', async () => {
  await standIn(`console.error('Port 7071 is unavailable.'); process.exit(1);`);
  await expect(startCoreTools({ appDir: dir, env: {} })).rejects.toThrow(/their last output: Port 7071 is unavailable\.$/);
});
