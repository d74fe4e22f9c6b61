import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, setStage } from './stage.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const subscription = 'dddddddd-0000-4000-8000-000000000001';
const pools = [{ name: 'web', count: 3 }];

let stage: Stage;
let nodes: string[];
beforeAll(async () => {
  const one = { name: 'one', resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5', pools };
  stage = await setStage({ subscriptions: [{ id: subscription, name: 'One', clusters: [one] }] });
  nodes = await stage.nodesOf(`${subscription}.rg-one.one`);
});
afterAll(() => stage.end());

interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

function cli(...args: string[]): Promise<Output> {
  const quick = { FIRST_COLLECT_SECONDS: '2', COLLECT_AGAIN_SECONDS: '1', PROBE_DEADLINE_SECONDS: '30' };
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...stage.simulator.env, ...quick };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/cli.ts', ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const vmssOf = (node: string) => node.slice(0, -6);
const instanceOf = (node: string) => String(Number.parseInt(node.slice(-6), 36));
const idOf = (node: string) =>
  `/SUBSCRIPTIONS/${subscription}/resourcegroups/MC_rg-one_one_westeurope/providers/microsoft.compute/virtualMachineScaleSets/${vmssOf(node)}/virtualmachines/${instanceOf(node)}`;

describe.concurrent('a check from a laptop', () => {
  it('succeeds on a healthy node, in any letter case, with its progress apart from its result', async () => {
    const { code, stdout, stderr } = await cli('check', '--id', idOf(nodes[0]!));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Connectivity check: succeeded\n' });
    expect(stderr).toContain('Running…\n');
  });

  it('fails with the reason and what to do, as JSON too', async () => {
    const [, sick] = nodes as [string, string];
    await stage.setFault(sick, 'refused');
    const parts = ['--subscription', subscription, '--node-resource-group', 'MC_rg-one_one_westeurope', '--vmss', vmssOf(sick)];
    const { code, stdout } = await cli('check', ...parts, '--instance-id', instanceOf(sick), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused', stage: 'tcp' });
  });

  it('is inconclusive where the output proves nothing', async () => {
    const [, , mute] = nodes as [string, string, string];
    await stage.setFault(mute, 'half-output');
    const { code, stdout } = await cli('check', '--id', idOf(mute), '-v');
    expect(code).toBe(3);
    expect(stdout).toContain("Last script execution didn't finish.");
    expect(stdout.trim().split('\n').at(-1)).toBe('Connectivity check: inconclusive');
  });

  it.each([[['check']], [['dance']], [['check', '--id', '/subscriptions/x; rm -rf /']], [['check', '--nonsense']]])(
    'refuses %j',
    async (args) => {
      const { code, stdout, stderr } = await cli(...args);
      expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    },
  );

  it('begins its help with examples', async () => {
    expect((await cli('--help')).stdout).toMatch(/^Examples:\n {2}npm run --silent cli -- check --id/);
  });
});
