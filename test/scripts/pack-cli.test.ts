import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packCli } from '../../scripts/pack-cli.ts';

const run = promisify(execFile);
let dir: string;
let tarball: string;
let version: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-pack-'));
  tarball = await packCli(dir);
  ({ version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')));
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the packed command line', () => {
  it('is installed without a network, and answers by its name', { timeout: 120_000 }, async () => {
    expect(basename(tarball)).toBe(`aks-fleet-prober-cli-${version}.tgz`);
    const prefix = join(dir, 'prefix');
    const offline = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier', '--cache', join(dir, 'cache')];
    await run('npm', ['install', '--global', '--prefix', prefix, ...offline, tarball], { cwd: dir });
    const bin = (name: string, ...args: string[]) => run(join(prefix, 'bin', name), args, { cwd: dir });
    expect((await bin('aks-fleet-prober', '--version')).stdout).toBe(`${version}\n`);
    const help = (await bin('aks-fleet-prober', '--help')).stdout;
    expect(help).toMatch(/^Examples:\n {2}aks-fleet-prober check --node /);
    expect(help).not.toContain('npm run');
    expect((await bin('aks-fleet-prober', 'completion', 'bash')).stdout).toContain('complete -o filenames');
    expect((await bin('aks-fleet-prober-replay', '--help')).stdout).toMatch(/^Examples:\n {2}aks-fleet-prober-replay /);
    // The SDKs are loaded only by a command that needs them.
    const unreached = await bin('aks-fleet-prober', 'get', 'sweeps', '--server', 'http://127.0.0.1:1').catch((error: unknown) => error);
    expect(unreached).toMatchObject({ code: 3, stderr: expect.stringContaining('was not reached') });
  });

  it('is small, and says what is in it', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['package/package.json', 'package/LICENSE', 'package/sbom.cdx.json', 'package/cli.js']));
    expect(files.filter((file) => /\.map$|node_modules/.test(file))).toEqual([]);
  });
});
