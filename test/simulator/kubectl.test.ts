import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findKubectl } from '../../local/kubectl.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubectl-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function writeKubectl(name: string, version: string): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, `#!/bin/sh\necho 'Client Version: ${version}'\n`, { mode: 0o755 });
  return file;
}

test('KUBECTL is taken before PATH', async () => {
  const mine = await writeKubectl('mine', 'v1.33.1');
  expect(await findKubectl({ KUBECTL: mine, PATH: process.env.PATH })).toBe(mine);
});

test('a KUBECTL that does not run is an error, not a reason to take another', async () => {
  await expect(findKubectl({ KUBECTL: join(dir, 'absent'), PATH: process.env.PATH })).rejects.toThrow('Expected KUBECTL to name a kubectl');
});

test('the dispatcher of Google Cloud gives way to the newest kubectl beside it', async () => {
  await writeKubectl('kubectl', 'v1.32.4-dispatcher');
  await writeKubectl('kubectl.1.9', 'v1.9.0');
  const newest = await writeKubectl('kubectl.1.33', 'v1.33.1');
  expect(await findKubectl({ PATH: dir })).toBe(newest);
});

test('a kubectl on this machine is found and is no dispatcher', async () => {
  expect(await findKubectl()).toMatch(/kubectl[^/]*$/);
});
