import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultId, faultIdsNeedingNamespaces, faults } from '../../local/simulator/faults.ts';
import { compute, kubectlScript, smallFleet } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const noAnswer = /Timeout|deadline exceeded|timed out/i;
const says: Partial<Record<FaultId, RegExp>> = {
  refused: /The connection to the server .* was refused/,
  'black-hole': noAnswer,
  silent: noAnswer,
  slow: noAnswer,
  reset: /reset by peer|unexpected EOF/,
  'tls-expired': /certificate has expired or is not yet valid/,
  'tls-not-yet-valid': /certificate has expired or is not yet valid/,
  'tls-wrong-name': /certificate is valid for another-cluster\.hcp\.invalid, not shop-\d{8}\.hcp\.westeurope\.azmk8s\.io/,
  'clock-skew': /certificate has expired or is not yet valid/,
  'tls-unknown-ca': /certificate signed by unknown authority/,
  'tls-intercepted': /certificate signed by unknown authority/,
  unauthorized: /Unauthorized|must be logged in/i,
  forbidden: /Forbidden|forbidden/,
  overloaded: /Too ?Many ?Requests|too many requests|overloaded|rate limiter/i,
  'etcd-down': /Server Version/,
  'not-authorized': /Server Version/,
  'not-registered': /Server Version/,
  'server-error': /InternalError|Internal error/,
  'not-ready': /ServiceUnavailable|shutting down/,
  'captive-html': /error|invalid|couldn't|unable/i,
  'client-cert-unknown': /Unauthorized|must be logged in/i,
  'kubeconfig-broken': /refused|invalid|error/i,
  'client-cert-expired': /Unauthorized|must be logged in/i,
  'kubeconfig-missing': /no such file or directory|Error/,
  'kubectl-slow': /Server Version/,
  'kubectl-missing': /not found/,
};
const ids = Object.keys(says) as FaultId[];

let simulator: Conversation;
let scaleSet: string;
let nodes: string[];
beforeAll(async () => {
  simulator = await converse(smallFleet(ids.length), { namespaces: false });
  const { body } = await simulator.ask<{ nodes: { name: string }[] }[]>('GET', '/control/fleet');
  nodes = body.flatMap((cluster) => cluster.nodes).map(({ name }) => name);
  scaleSet = String(nodes[0]).slice(0, -6);
});
afterAll(() => simulator.end());

const instanceOf = (index: number) => `${compute}/virtualMachineScaleSets/${scaleSet}/virtualMachines/${index}`;

test('every fault that a kubectl can feel on the machine’s own network is tried here', () => {
  const elsewhere = new Set(faultIdsNeedingNamespaces());
  const felt = (Object.keys(faults) as FaultId[]).filter((id) => ['server', 'node'].includes(faults[id].layer) && !elsewhere.has(id));
  expect(ids.sort()).toEqual(felt.sort());
});

test('a fault that needs a network of the node’s own is refused with the reason', async () => {
  const { status, body } = await simulator.setFault(String(nodes[0]), 'resolver-silent');
  expect([status, body.detail]).toEqual([409, '"resolver-silent" cannot be provoked here: namespaces are switched off.']);
  expect([...simulator.simulator.unavailableFaults.keys()]).toEqual(faultIdsNeedingNamespaces());
});

/** What comes slowly counts, unless nothing is to come. */
const patienceFor = (id: FaultId) => (says[id] === noAnswer ? 2 : 10);

describe('a real kubectl on each node', { timeout: 90_000 }, () => {
  test('passes while nothing is wrong', async () => {
    const outputs = await Promise.all(ids.map((_, index) => simulator.run(instanceOf(index), kubectlScript())));
    for (const output of outputs) expect(output).toMatch(/Server Version: v1\.33\.5\nexit 0\n/);
  });

  test('fails in its own way under each fault, switched by node', async () => {
    await Promise.all(ids.map((id, index) => simulator.setFault(String(nodes[index]), id)));
    const outputs = await Promise.all(ids.map((id, index) => simulator.run(instanceOf(index), kubectlScript(patienceFor(id)))));
    for (const [index, id] of ids.entries()) {
      expect.soft(outputs[index], id).toMatch(says[id] ?? /^$/);
      // A server that does not serve the node tells its version all the same, and one that is only slow comes to its end where nobody cuts it short.
      expect.soft(outputs[index], id).toMatch(String(says[id]) === '/Server Version/' ? /\nexit 0\n/ : /\nexit [1-9]\d*\n/);
    }
  });

  test('passes again as soon as the faults are cleared', async () => {
    await Promise.all(nodes.map((node) => simulator.clearFault(node)));
    const outputs = await Promise.all(ids.map((_, index) => simulator.run(instanceOf(index), kubectlScript())));
    for (const output of outputs) expect(output).toContain('exit 0');
  });

  test('fails on all nodes of a cluster at once, except where a node has a nearer fault', async () => {
    await simulator.setFault('rg-shop/shop', 'refused');
    await simulator.setFault(String(nodes[1]), 'unauthorized');
    const [first, second, third] = await Promise.all([0, 1, 2].map((index) => simulator.run(instanceOf(index), kubectlScript())));
    expect(first).toContain('was refused');
    expect(second).toMatch(/Unauthorized|must be logged in/i);
    expect(third).toContain('was refused');
    await simulator.clearFault('shop');
    const [healed, stillHit] = await Promise.all([0, 1].map((index) => simulator.run(instanceOf(index), kubectlScript())));
    expect(healed).toContain('exit 0');
    expect(stillHit).toContain('exit 1');
    await simulator.clearFault(String(nodes[1]));
  });
});
