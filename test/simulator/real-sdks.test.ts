import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { smallFleet } from './small-fleet.ts';
import { converse } from './speak-to-simulator.ts';

type Seen = { clusters: object[]; run: { serializedCharacters: number; message: string } };

test('the real Azure SDKs list the fleet, and run a command whose poller was serialized', async () => {
  const [first] = smallFleet(22).subscriptions;
  const clusterOf = (name: string, more: object) => ({
    name,
    resourceGroup: 'rg',
    location: 'eastus',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'system', count: 1 }],
    ...more,
  });
  const fleet: FleetFile = {
    subscriptions: [
      ...(first === undefined ? [] : [first]),
      { id: '22222222-2222-4333-8444-555555555555', name: 'Two', clusters: [clusterOf('stopped', { powerState: 'Stopped' })] },
      {
        id: '33333333-2222-4333-8444-555555555555',
        name: 'Three',
        clusters: [
          clusterOf('locked', { restrictionLevel: 'ReadOnly' }),
          clusterOf('private', { private: true }),
          clusterOf('machines', { pools: [{ name: 'vm', count: 1, type: 'VirtualMachines' }] }),
        ],
      },
    ],
  };
  const simulator = await converse(fleet, { kubectl: '/nowhere/kubectl' });
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.resolve('./use-real-sdks.ts'))], {
    env: { ...process.env, ...simulator.simulator.env },
  });
  const { clusters, run } = JSON.parse(stdout) as Seen;
  const [shop, ...others] = clusters as [{ nodes: string[] }];
  expect(shop.nodes).toHaveLength(22);
  expect(shop.nodes.slice(0, 2)).toEqual(['web 000000 zone 1 PowerState/running', 'web 000001 zone 2 PowerState/running']);
  expect(others).toEqual([
    { name: 'stopped', power: 'Stopped', nodes: ['system 000000 zone - PowerState/deallocated'] },
    { name: 'locked', power: 'Running', lock: 'ReadOnly', nodes: ['system 000000 zone - PowerState/running'] },
    { name: 'private', power: 'Running', private: true, nodes: ['system 000000 zone - PowerState/running'] },
    { name: 'machines', power: 'Running', nodes: ['machine vms1 PowerState/running'] },
  ]);
  expect(run.message).toContain('[stdout]\nhello\n');
  // Recorded pollers are about 7.7 KB: two signed URLs.
  expect(run.serializedCharacters).toBeGreaterThan(7000);
  await simulator.end();
});
