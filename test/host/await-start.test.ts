import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitStart, type Patience } from '../../local/await-start.ts';
import { startAzurite } from '../../local/azurite.ts';
import { startHost } from '../../local/host/start-host.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { isAlive, until } from './until.ts';

const children: ChildProcess[] = [];
const apps: FixtureApp[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const app of apps.splice(0)) app.dispose();
});

/** Awaits the word "up" of a program. */
function start(program: string, patience: Partial<Patience>, reports: string[] = []): Promise<unknown> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const said: string[] = [];
  const up = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => (line === 'up' ? resolve() : said.push(line)));
  });
  return awaitStart(up, { name: 'the program', pid: child.pid!, said, onWait: (line) => reports.push(line), patience });
}

/** By the processor's clock: on a busy machine it takes longer, and is as much work. */
const WORKS = `const work = () => { for (const from = process.cpuUsage(); process.cpuUsage(from).user < 30_000; ); };`;

describe('a process that starts', () => {
  it.each([
    ['works', `${WORKS} setInterval(work, 150); setTimeout(() => console.log('up'), 4000);`],
    ['speaks', `setInterval(() => console.log('still here'), 400); setTimeout(() => console.log('up'), 4000);`],
  ])('is waited for as long as it %s', async (_, program) => {
    const begun = Date.now();
    await start(program, { quietMs: 1500 });
    expect(Date.now() - begun).toBeGreaterThan(2 * 1500);
  });

  it('is reported after some seconds, with what it has used', async () => {
    const reports: string[] = [];
    await start(`${WORKS} setInterval(work, 100); setTimeout(() => console.log('up'), 7000);`, { quietMs: 3000 }, reports);
    expect(reports[0]).toMatch(/^Waiting for the program, which has taken \d+ s and \d+\.\d s of the processor so far …$/);
  });

  it('is given up with one sentence when it only waits', async () => {
    const hung = start(`console.log('opening a door'); setInterval(() => {}, 200);`, { quietMs: 1500 });
    await expect(hung).rejects.toThrow(
      'Expected the program to start, but for 1.5 s it wrote nothing and did no work; its last output: opening a door.',
    );
  });

  it('is given up when it works for ever', async () => {
    const busy = start(`${WORKS} setInterval(work, 40);`, { quietMs: 1500, longestMs: 3000 });
    await expect(busy).rejects.toThrow('Expected the program to start within 3 s, but it is still starting; its last output: none.');
  });

  it('fails as it fails itself', async () => {
    await expect(awaitStart(Promise.reject(new Error('no')), { name: 'it', pid: process.pid, said: [] })).rejects.toThrow('no');
  });
});

/** The process that this one starts meanwhile, by a word of its command line. */
async function childWith(word: string, before: ReadonlySet<number>): Promise<number> {
  const isIt = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  };
  return until('the process', () => [...childrenNow()].find((pid) => !before.has(pid) && isIt(pid)));
}

function childrenNow(): Set<number> {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return new Set(pids.filter(Boolean).map(Number));
}

describe.skipIf(process.platform !== 'linux')('Azurite', { timeout: 120_000 }, () => {
  it('is waited for on a machine that hardly gives it any time', async () => {
    const before = childrenNow();
    const begun = Date.now();
    const starting = startAzurite({ patience: { quietMs: 4000 } });
    const pid = await childWith('azurite', before);
    let isUp = false;
    const up = starting.finally(() => {
      isUp = true;
    });
    // A seventh of the time is its own.
    while (!isUp) {
      process.kill(pid, 'SIGSTOP');
      await sleep(900);
      process.kill(pid, 'SIGCONT');
      await Promise.race([sleep(150), up.catch(() => {})]);
    }
    const azurite = await up;
    expect(Date.now() - begun).toBeGreaterThan(4000);
    await azurite.stop();
  });

  it('is given up with one sentence, and ended, where it stands still', async () => {
    const before = childrenNow();
    const starting = startAzurite({ patience: { quietMs: 2000 } });
    const failure = expect(starting).rejects.toThrow(
      'Expected Azurite to start, but for 2 s it wrote nothing and did no work; its last output: none.',
    );
    const pid = await childWith('azurite', before);
    process.kill(pid, 'SIGSTOP');
    await failure;
    expect(isAlive(pid)).toBe(false);
  });
});

it('a Functions host whose app never comes to its end of loading is given up', async () => {
  const app = writeApp({ 'functions/slow.js': `setInterval(() => {}, 500); await new Promise(() => {});` });
  apps.push(app);
  await expect(startHost({ appDir: app.dir, env: app.env, patience: { quietMs: 2000 } })).rejects.toThrow(
    'Expected the Functions host to start, but for 2 s it wrote nothing and did no work; its last output: none.',
  );
});
