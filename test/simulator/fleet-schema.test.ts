import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { demoFleet } from '../../local/demo-fleet.ts';
import { loadFleet, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { layOutFleet } from '../../local/simulator/lay-out-fleet.ts';
import { smallFleet } from './small-fleet.ts';

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}

test('all mistakes of a fleet are listed at once, each with its path', () => {
  const cluster = { name: 'a', resourceGroup: 'rg', location: 'westeurope', kubernetesVersion: '1.33.5' };
  const fleet = {
    colour: 'blue',
    subscriptions: [
      { id: 'no-guid', name: 'One', faults: ['melted'], clusters: [{ ...cluster, kubernetesVersion: 'new', pools: [] }] },
      {
        id: '11111111-2222-4333-8444-555555555555',
        name: 'Two',
        clusters: [
          {
            ...cluster,
            pools: [
              { name: 'Web', count: -1, size: 3 },
              { name: 'Web', count: 1 },
            ],
          },
        ],
      },
    ],
  };
  expect(messageOf(() => parseFleet(fleet, 'fleet.json'))).toMatchInlineSnapshot(`
    "Error: fleet.json does not describe a fleet:
      subscriptions[0].id: expected a GUID
      subscriptions[0].faults[0]: Invalid option: expected one of "refused"|"black-hole"|"name-not-found"|"resolver-silent"|"resolver-differs"|"wrong-address"|"no-route"|"no-egress"|"silent"|"slow"|"reset"|"tls-expired"|"tls-not-yet-valid"|"clock-skew"|"tls-wrong-name"|"tls-unknown-ca"|"tls-intercepted"|"unauthorized"|"forbidden"|"overloaded"|"server-error"|"not-ready"|"etcd-down"|"not-authorized"|"not-registered"|"captive-html"|"client-cert-expired"|"client-cert-unknown"|"kubeconfig-broken"|"kubeconfig-missing"|"kubectl-slow"|"kubectl-missing"|"agent-silent"|"agent-dead"|"no-output"|"half-output"|"cut-output"|"stale-output"|"no-output-property"|"operation-preempted"|"operation-gone"|"noexec"|"disk-full"|"extension-blocked"|"busy"|"throttled"|"bad-gateway"|"access-denied"|"extensions-disallowed"|"scope-locked"|"subscription-disabled"|"lists-throttled"|"gone"|"replaced"|"deallocated"
      subscriptions[0].clusters[0].kubernetesVersion: expected a version such as 1.33.5
      subscriptions[1].clusters[0].pools[0].name: expected up to 12 lower-case letters and digits, a letter first
      subscriptions[1].clusters[0].pools[0].count: expected 0 or more
      subscriptions[1].clusters[0].pools[0]: Unrecognized key: "size"
      subscriptions[1].clusters[0].pools[1].name: expected up to 12 lower-case letters and digits, a letter first
      fleet: Unrecognized key: "colour"
      subscriptions[1].clusters[0].pools[1].name: "Web" is there twice"
  `);
});

test('duplicates and indexes without an instance are listed at once', () => {
  const cluster = {
    name: 'a',
    resourceGroup: 'rg',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [
      { name: 'web', count: 1, instances: { '1': {} } },
      { name: 'web', count: 1 },
      { name: 'windows', os: 'Windows', count: 1 },
    ],
  };
  const subscription = { id: '11111111-2222-4333-8444-555555555555', name: 'One', clusters: [cluster, { ...cluster, pools: [] }] };
  expect(messageOf(() => parseFleet({ subscriptions: [subscription, subscription] }, 'fleet.json'))).toMatchInlineSnapshot(`
    "Error: fleet.json does not describe a fleet:
      subscriptions[1].id: "11111111-2222-4333-8444-555555555555" is there twice
      subscriptions[0].clusters[1].name: "rg/a" is there twice
      subscriptions[0].clusters[1].nodeResourceGroup: "MC_rg_a_westeurope" belongs to another cluster
      subscriptions[0].clusters[0].pools[1].name: "web" is there twice
      subscriptions[0].clusters[0].pools[0].instances.1: expected an index below the count of 1
      subscriptions[0].clusters[0].pools[2].name: expected at most 6 letters for Windows
      subscriptions[1].clusters[1].name: "rg/a" is there twice
      subscriptions[1].clusters[1].nodeResourceGroup: "MC_rg_a_westeurope" belongs to another cluster
      subscriptions[1].clusters[0].pools[1].name: "web" is there twice
      subscriptions[1].clusters[0].pools[0].instances.1: expected an index below the count of 1
      subscriptions[1].clusters[0].pools[2].name: expected at most 6 letters for Windows"
  `);
});

test('a fleet file that is missing or no JSON is one clear sentence', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'fleet-test-'));
  const file = join(dir, 'fleet.json');
  await expect(loadFleet(file)).rejects.toThrow('which cannot be read: check the path.');
  await writeFile(file, '{');
  await expect(loadFleet(file)).rejects.toThrow('Expected JSON in');
  await writeFile(file, JSON.stringify(smallFleet(2)));
  expect((await loadFleet(file)).subscriptions[0]?.clusters[0]?.pools[0]?.os).toBe('Linux');
  await rm(dir, { recursive: true });
});

test('nodes are called as AKS calls them, the instance id in base 36', () => {
  const [cluster] = layOutFleet(parseFleet(smallFleet(40), 'fleet'), new Date()).clusters;
  const names = cluster?.pools[0]?.nodes.map(({ name }) => name) ?? [];
  expect(names[10]).toMatch(/^aks-web-\d{8}-vmss00000a$/);
  expect(names[36]).toMatch(/-vmss000010$/);
});

test('machines of a Flexible scale set and their computers have names of their own, each once', () => {
  const pools = [{ name: 'flex', type: 'FlexibleScaleSet' as const, count: 3000 }];
  const { nodes } = layOutFleet(parseFleet(smallFleet(0, { pools }), 'fleet'), new Date());
  expect(nodes.filter(({ name }) => !/^aks-flex-\d{8}-vmss[0-9a-z]{6}$/.test(name))).toEqual([]);
  expect(nodes.filter(({ instanceId }) => !/^aks-flex-\d{8}-vmss_[0-9a-f]{8}$/.test(instanceId))).toEqual([]);
  expect([new Set(nodes.map(({ name }) => name)).size, new Set(nodes.map(({ instanceId }) => instanceId)).size]).toEqual([3000, 3000]);
});

test('the demonstration fleet is as large and as varied as it says', () => {
  const { subscriptions, clusters, nodes } = layOutFleet(demoFleet, new Date());
  const canBeProbed = nodes.filter(({ cluster, powerState }) => powerState === 'running' && cluster.spec.restrictionLevel !== 'ReadOnly');
  expect({
    subscriptions: subscriptions.length,
    clusters: clusters.length,
    regions: new Set(clusters.map(({ spec }) => spec.location)).size,
    linuxNodes: nodes.filter(({ pool }) => pool.spec.os === 'Linux').length,
    canBeProbed: canBeProbed.length,
    differentNames: new Set(nodes.map(({ name }) => name)).size,
  }).toEqual({ subscriptions: 3, clusters: 7, regions: 6, linuxNodes: 39, canBeProbed: 33, differentNames: 39 });
});

test('ids and names are the same on every start', () => {
  const facts = (now: Date) => layOutFleet(demoFleet, now).nodes.map(({ name, vmId }) => `${name} ${vmId}`);
  expect(facts(new Date(0))).toEqual(facts(new Date()));
});
