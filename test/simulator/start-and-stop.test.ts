import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { demoFleet } from '../../local/demo-fleet.ts';
import { isAlive } from '../host/until.ts';
import { compute, kubectlScript, smallFleet, subscriptionId } from './small-fleet.ts';
import { converse } from './speak-to-simulator.ts';

// Longer than what is waited for in a test.
vi.setConfig({ testTimeout: 90_000 });

async function firstInstance(simulator: Awaited<ReturnType<typeof converse>>): Promise<{ path: string; node: string }> {
  const { body } = await simulator.arm('GET', `${compute}/virtualMachineScaleSets`);
  const name = body.value[0]?.name ?? '';
  return { path: `${compute}/virtualMachineScaleSets/${name}/virtualMachines/0`, node: `${name}000000` };
}

/** The process ids that a node's script writes into files of its folder. */
async function pidsIn(folder: string, ...names: string[]): Promise<number[]> {
  const written = async () => {
    const pids = await Promise.all(names.map(async (name) => Number(await readFile(join(folder, name), 'utf8'))));
    expect(Math.min(...pids)).toBeGreaterThan(1);
    return pids;
  };
  return vi.waitFor(written, { timeout: 20_000 });
}

test('stopping kills scripts with their children and closes every listener', async () => {
  const simulator = await converse(smallFleet(1), { kubectl: '/nowhere/kubectl', namespaces: false });
  const { path, node } = await firstInstance(simulator);
  const kubeconfigText = await simulator.run(path, ['KUBECONFIG_FILE=x', 'cat "$KUBECONFIG_FILE"']);
  const server = /server: (\S+)/.exec(kubeconfigText)?.[1] ?? '';
  await simulator.start(path, ['sleep 300 & echo $! > ../../child; echo $$ > ../../shell; wait']);
  const folder = join(simulator.dir, 'nodes', `${subscriptionId}.rg-shop.shop`, node);
  const pids = await pidsIn(folder, 'child', 'shell');
  await simulator.setFault(node, 'black-hole');
  await simulator.end();
  // Orphans are dead at once, but have a pid until the machine's first process takes note.
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 20_000 });
  await expect(fetch(server)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await expect(simulator.ask('GET', '/control/faults')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('stopping leaves no process and no mount of a node in namespaces of its own', async ({ skip }) => {
  const simulator = await converse(smallFleet(1), { kubectl: '/nowhere/kubectl' });
  const { path, node } = await firstInstance(simulator);
  if (simulator.simulator.nodeMode !== 'namespaces') {
    await simulator.end();
    return skip();
  }
  expect(await simulator.run(path, ['cat /etc/resolv.conf', 'ls /var/lib/kubelet', 'env | sed s/=.*// | sort | tr "\\n" " "'])).toContain(
    'nameserver 168.63.129.16\nkubeconfig\npki\nPATH PWD ',
  );
  await simulator.start(path, ['sleep 300 & echo $! > ../../child; echo $$ > ../../shell; echo $PPID > ../../parent; wait']);
  const folder = join(simulator.dir, 'nodes', `${subscriptionId}.rg-shop.shop`, node);
  const pids = await pidsIn(folder, 'child', 'shell', 'parent');
  await simulator.end();
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false, false]), { timeout: 20_000 });
  expect(await readFile('/proc/mounts', 'utf8')).not.toContain(simulator.dir);
});

test('nothing but the server itself is started before a node is asked to run something', async () => {
  const running = () => process.getActiveResourcesInfo().filter((kind) => /Process|Server|Udp/i.test(kind));
  await vi.waitFor(() => expect(running()).toEqual([]));
  const simulator = await converse(structuredClone(demoFleet), { kubectl: '/nowhere/kubectl' });
  expect(running()).toEqual(['TCPServerWrap']);
  expect(await readdir(simulator.dir)).not.toContain('nodes');
  await simulator.end();
});

test('instant nodes answer without a process', async () => {
  const simulator = await converse(smallFleet(1), {
    kubectl: '/nowhere/kubectl',
    runCommandSeconds: 0,
    instantNodes: true,
    answer: (node, script) => `${node.name} was given ${script.length} characters`,
  });
  const { path, node } = await firstInstance(simulator);
  expect(await simulator.run(path, ['echo no'])).toContain(`${node} was given 7 characters`);
  await simulator.end();
});

test('two simulators run side by side', async () => {
  const pair = await Promise.all([converse(smallFleet(1)), converse(smallFleet(1))]);
  const [one, two] = pair;
  const { path, node } = await firstInstance(one);
  await one.setFault(node, 'refused');
  expect(await one.run(path, kubectlScript())).toContain('was refused');
  expect(await two.run(path, kubectlScript())).toContain('exit 0');
  await Promise.all(pair.map((each) => each.end()));
});

test('a port that is taken is one clear sentence', async () => {
  const simulator = await converse(smallFleet(0), { kubectl: '/nowhere/kubectl' });
  const port = Number(new URL(simulator.simulator.url).port);
  await expect(converse(smallFleet(0), { kubectl: '/nowhere/kubectl', port })).rejects.toThrow(`Expected port ${port} to be free`);
  await simulator.end();
});
