import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as clusterKinds from '../../src/diagnose/read/kinds/cluster.ts';
import * as healthKinds from '../../src/diagnose/read/kinds/health.ts';
import * as networkKinds from '../../src/diagnose/read/kinds/network.ts';
import * as serverKinds from '../../src/diagnose/read/kinds/private-server.ts';
import * as securityKinds from '../../src/diagnose/read/kinds/security.ts';
import { diagnosisActions, neededActions } from '../../src/inventory/permissions.ts';
import { actionOf, deriveActions, readApp } from './derive-actions.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const granted: string[] = JSON.parse(read('infra/fleet-actions.json'));
const functions = ['api', 'poison', 'prune', 'start-sweep', 'work'].map((name) => `functions/${name}.ts`);

it('the custom role holds exactly the actions that the app calls', async () => {
  const needed = await deriveActions(await readApp(functions));
  expect([...needed.keys()].sort()).toEqual([...granted].sort());
});

it('a plan looks for the same actions', () => {
  expect([...granted].sort()).toEqual([...neededActions].sort());
});

it('both scopes grant that one list, and neither holds a wildcard or an action on data', () => {
  for (const scope of ['fleet-access', 'fleet-access-mg']) {
    const template = read(`infra/${scope}.bicep`);
    expect(template).toContain("actions: loadJsonContent('fleet-actions.json')");
    expect(template).not.toContain('dataActions');
  }
  expect(granted.filter((action) => action.includes('*'))).toEqual([]);
});

it('the optional role holds exactly the reads of searches, and nothing but reads', () => {
  const listed: string[] = JSON.parse(read('infra/diagnosis-actions.json'));
  expect([...listed].sort()).toEqual([...diagnosisActions].sort());
  const kinds = [clusterKinds, healthKinds, networkKinds, serverKinds, securityKinds].flatMap((module) => Object.values(module));
  const ofKinds = kinds.flatMap((kind) => (typeof kind === 'object' && 'action' in kind ? [kind.action] : []));
  // Both change logs are read by queries, and a machine with its power state.
  const others = [
    'Microsoft.Compute/virtualMachines/instanceView/read',
    'Microsoft.Insights/eventtypes/values/read',
    'Microsoft.ResourceGraph/resources/read',
    'Microsoft.Resources/changes/read',
  ];
  const ofProbing = ['Microsoft.ContainerService/managedClusters/read', 'Microsoft.Compute/virtualMachineScaleSets/read'];
  const needed = new Set([...ofKinds, ...others].filter((action) => !ofProbing.includes(action)));
  expect([...needed].sort()).toEqual([...listed].sort());
  expect(listed.filter((action) => !/\/read$/.test(action) || action.includes('*'))).toEqual([]);
  for (const scope of ['fleet-diagnosis', 'fleet-diagnosis-mg'])
    expect(read(`infra/${scope}.bicep`)).toContain("actions: loadJsonContent('diagnosis-actions.json')");
});

it('an action is the types of a path and what is done to the last of them', () => {
  const instance = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/v/virtualMachines/0';
  expect(actionOf('GET', instance)).toBe('Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read');
  expect(actionOf('POST', `${instance}/runCommand`)).toBe('Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action');
  expect(actionOf('GET', '/subscriptions/s/providers/Microsoft.Compute/virtualMachines')).toBe('Microsoft.Compute/virtualMachines/read');
});

it('a call that only the app makes is found wherever it stands, and one that it does not make is not', async () => {
  const modules = new Map([['src/new.ts', 'await compute.virtualMachines.deallocate(group, name); fleet.subscriptions.known;']]);
  expect([...(await deriveActions(modules)).keys()]).toContain('Microsoft.Compute/virtualMachines/deallocate/action');
});
