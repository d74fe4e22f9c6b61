import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from '../../local/simulator/faults.ts';
import { smallFleet } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const cli = join(import.meta.dirname, '../../local/fault.ts');
let simulator: Conversation;
let folder: string;
beforeAll(async () => {
  simulator = await converse(smallFleet(2), { kubectl: '/nowhere/kubectl' });
  folder = await mkdtemp(join(tmpdir(), 'fault-cli-'));
  await mkdir(join(folder, '.local'));
  const { url, caFile } = simulator.simulator;
  const state = { hostUrl: 'http://127.0.0.1:1', simulatorUrl: url, caFile, storageConnectionString: '' };
  await writeFile(join(folder, '.local', 'state.json'), JSON.stringify(state));
});
afterAll(async () => {
  await simulator.end();
  await rm(folder, { recursive: true });
});

function runCli(args: string[], cwd = folder): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd }, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });
}

test('--help begins with examples', async () => {
  const { code, out } = await runCli(['--help']);
  expect([code, out.split('\n').slice(0, 2)]).toEqual([0, ['Examples:', '  npm run fault -- list']]);
});

test('list prints one fault a line, its id first', async () => {
  const { out } = await runCli(['list']);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(Object.keys(faults));
});

test('a fault is set and cleared', async () => {
  expect(await runCli(['set', 'rg-shop/shop', 'refused'])).toEqual({ code: 0, out: 'rg-shop/shop: refused\n', err: '' });
  expect((await runCli(['list'])).out).toMatch(/In force:\nrefused +on \S+\.rg-shop\.shop since /);
  expect(await runCli(['clear', 'rg-shop/shop'])).toEqual({ code: 0, out: 'rg-shop/shop: no fault\n', err: '' });
});

test('an unknown target or fault is refused with what is possible', async () => {
  const target = await runCli(['set', 'nobody', 'refused']);
  expect([target.code, target.err]).toEqual([1, expect.stringContaining('Nothing is called "nobody"')]);
  expect(target.err).toContain('\n  rg-shop/shop\n');
  const fault = await runCli(['set', 'shop', 'melted']);
  expect(fault.err).toContain('\n  black-hole\n');
});

test('a usage error exits with 2, and lists all mistakes', async () => {
  for (const args of [[], ['list', 'more'], ['set', 'shop'], ['set', 'shop', 'refused', 'more'], ['--colour']])
    expect((await runCli(args)).code).toBe(2);
  const { code, err } = await runCli(['set', 'shop', '--colour', '--dir']);
  expect([code, err.trim().split('\n')]).toEqual([
    2,
    [
      '3 mistakes; correct them, see --help:',
      "  Unknown option '--colour'",
      '  expected a value for --dir, got none',
      '  Expected list, set TARGET FAULT, or clear TARGET, got "set shop"',
    ],
  ]);
});

test('nothing running is one clear sentence', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'fault-cli-'));
  const { code, err } = await runCli(['list'], elsewhere);
  expect([code, err]).toEqual([1, 'Nothing is running in this folder: start it with "npm start", then try again.\n']);
  await rm(elsewhere, { recursive: true });
});
