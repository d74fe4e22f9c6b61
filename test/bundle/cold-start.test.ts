import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ColdStart, measureColdStart, startOfThisMinute } from '../../bench/cold-start.ts';
import { quickSweeps, type Stage, setStage } from '../e2e/stage.ts';

const fleet = {
  subscriptions: [
    {
      id: 'eeeeeeee-0000-4000-8000-000000000003',
      name: 'One',
      clusters: [
        { resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5', name: 'one', pools: [{ name: 'web', count: 1 }] },
      ],
    },
  ],
};

let stage: Stage;
let cost: ColdStart;
beforeAll(async () => {
  stage = await setStage(fleet, { instantNodes: true });
  const env = { AzureWebJobsStorage: stage.azurite.connectionString, ...stage.simulator.env, ...quickSweeps(60) };
  cost = await measureColdStart(inject('appDir'), env, startOfThisMinute);
  process.stdout.write(`${JSON.stringify(cost)}\n`);
}, 120_000);
afterAll(() => stage.end());

describe('an instance that starts', () => {
  it('registers every function at little more than what Node alone costs', () => {
    expect(cost.functions).toBeGreaterThanOrEqual(30);
    expect(cost.cpuRatio).toBeLessThanOrEqual(2.5);
    expect(cost.memoryRatio).toBeLessThanOrEqual(1.45);
    expect(cost.megabytes).toBeLessThanOrEqual(70);
  });

  it('does its first message at no more CPU time than that message has ever needed', () => {
    // It loads four SDKs and signs in. Before it loaded less of them, in fewer files, it took 10 to 12 times what Node alone takes;
    // with the methods of schemas, the names of everything, and flags of V8 that are set too early, 6.8.
    expect(cost.firstWorkRatio).toBeLessThanOrEqual(7);
    expect(cost.firstWorkRatio).toBeGreaterThan(3);
  });
});

describe('what is deployed', () => {
  it('is at most 1.5 MB when it is packed, without source maps', async () => {
    let packed = 0;
    for await (const file of glob('**/*.*', { cwd: inject('appDir') })) {
      expect(file).not.toMatch(/\.map$/);
      packed += deflateRawSync(await readFile(join(inject('appDir'), file))).length;
    }
    expect(packed).toBeLessThanOrEqual(1.5e6);
    expect(packed).toBeGreaterThan(0.5e6);
  });

  it('has the names of our functions and classes, which errors show', async () => {
    const bundled: string[] = [];
    for await (const file of glob('**/*.js', { cwd: inject('appDir') })) bundled.push(await readFile(join(inject('appDir'), file), 'utf8'));
    const has = (text: string) => bundled.some((each) => each.includes(text));
    const errors: string[] = [];
    const src = join(import.meta.dirname, '../../src');
    for await (const file of glob('**/*.ts', { cwd: src })) {
      const text = file.startsWith('cli') ? '' : await readFile(join(src, file), 'utf8');
      errors.push(...[...text.matchAll(/class (\w+) extends Error/g)].map(([, name]) => name!));
    }
    expect(errors).toContain('Problem');
    expect(errors.filter((name) => !has(`${name}=class extends Error{`))).toEqual([]);
    expect(has('function startSweep(')).toBe(true);
  });

  it('loads no SDK until a function is called', async () => {
    const { stdout } = await promisify(execFile)('grep', ['-rlE', 'azsdk-js|InteractiveBrowser|virtualMachineScaleSets', inject('appDir')]);
    expect(stdout).not.toContain('main.js');
  });
});
