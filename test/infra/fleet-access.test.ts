import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as clusterKinds from '../../src/diagnose/read/kinds/cluster.ts';
import * as healthKinds from '../../src/diagnose/read/kinds/health.ts';
import * as networkKinds from '../../src/diagnose/read/kinds/network.ts';
import * as serverKinds from '../../src/diagnose/read/kinds/private-server.ts';
import * as securityKinds from '../../src/diagnose/read/kinds/security.ts';
import { diagnosisActions, neededActions } from '../../src/inventory/permissions.ts';
import { bicep, deployed, MONITORED, OWN, type Predicted, predictFile } from './compile.ts';
import { actionOf, deriveActions, readApp } from './derive-actions.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const listed = (role: string): string[] => JSON.parse(read(`infra/access/${role}-actions.json`));
const PROBER = 'eeeeeeee-0000-4000-8000-000000000001';
const functions = ['api', 'poison', 'prune', 'start-sweep', 'work'].map((name) => `functions/${name}.ts`);

const needed = [...(await deriveActions(await readApp(functions))).keys()].sort();

describe.skipIf(bicep === undefined)(
  'what the prober may do in each way of granting access (skipped without the Bicep compiler)',
  { timeout: 120_000 },
  () => {
    const MG = '/providers/Microsoft.Management/managementGroups/fleet';
    const ids = (suffix: string) => {
      const roles = predictFile(`fleet-roles${suffix}.bicep`, suffix === '' ? { subscriptionIds: MONITORED } : {});
      return Object.fromEntries(roles.map((role) => [keyOf(role), role]));
    };
    const keyOf = ({ properties }: Predicted) => /^AKS fleet prober: (\w+)/.exec(String(properties!.roleName))![1]!.toLowerCase();
    const guidOf = (id: unknown) => String(id).split('/').at(-1)!;
    const actionsOf = ({ properties }: Predicted) => (properties!.permissions as [{ actions: string[] }])[0].actions;

    const ways = [
      ['fleet-access.bicep', '', 'nodeGroupsByPolicy', 'node groups'],
      ['fleet-access.bicep', '', 'nodeGroupsByScript', 'node groups'],
      ['fleet-access.bicep', '', 'subscription', `/subscriptions/${OWN}`],
      ['fleet-access-mg.bicep', '-mg', 'nodeGroupsByPolicy', 'node groups'],
      ['fleet-access-mg.bicep', '-mg', 'nodeGroupsByScript', 'node groups'],
      ['fleet-access-mg.bicep', '-mg', 'managementGroup', MG],
    ] as const;

    it.each(ways)('%s%s, %s: what the app calls, no more and no less, and Run Command on: %s', (file, suffix, runCommandOn, runsOn) => {
      const roles = ids(suffix);
      const rolesScope = suffix === '' ? `/subscriptions/${OWN}` : MG;
      const given = { principalId: PROBER, rolesScope, runCommandOn };
      const resources = predictFile(file, given);
      const ofProber = (list: Predicted[]) =>
        list.filter(({ type, properties }) => type === 'Microsoft.Authorization/roleAssignments' && properties!.principalId === PROBER);
      const where = (assignment: Predicted) => assignment.id.split('/providers/Microsoft.Authorization/')[0]!;
      const direct = ofProber(resources).map((assignment) => {
        const role = Object.values(roles).find(({ id }) => guidOf(id) === guidOf(assignment.properties!.roleDefinitionId))!;
        return { actions: actionsOf(role), on: where(assignment) };
      });
      // By policy and by script alike, one role on each node resource group.
      const group = ofProber(predictFile('access/node-group.bicep', { principalId: PROBER, rolesScope }));
      expect(group.map(({ properties }) => guidOf(properties!.roleDefinitionId))).toEqual([guidOf(roles.run!.id)]);
      const policy = resources.filter(({ type }) => /policy(Definitions|Assignments)$/.test(type));
      expect(policy.length).toBe(runCommandOn === 'nodeGroupsByPolicy' ? 2 : 0);
      // The compiler leaves what contains expressions of another language as it is.
      for (const { type, properties } of policy) {
        if (type.endsWith('Definitions')) expect(properties!.policyRule).toContain("roleDefinitions', parameters('policyRole'))");
        else expect(properties!.parameters).toEqual({ principalId: { value: PROBER }, runRole: { value: guidOf(roles.run!.id) } });
      }
      const ofPolicy = resources.filter(({ properties }) => guidOf(properties?.roleDefinitionId) === guidOf(roles.policy!.id));
      expect(ofPolicy.length).toBe(policy.length / 2);
      const inGroups = runsOn === 'node groups' ? [{ actions: actionsOf(roles.run!), on: runsOn }] : [];
      const all = [...direct, ...inGroups];
      expect(all.flatMap(({ actions }) => actions).sort()).toEqual(needed);
      const runs = all.filter(({ actions }) => actions.some((action) => action.endsWith('/action')));
      expect(runs.map(({ on }) => on)).toEqual([runsOn]);
    });

    it('main.bicep defines each role once, however many subscriptions it monitors, and assigns it in each', () => {
      const resources = deployed('default');
      const definitions = resources.filter(({ type }) => type === 'Microsoft.Authorization/roleDefinitions');
      expect(definitions.map(keyOf).sort()).toEqual(['diagnosis', 'policy', 'read', 'run']);
      for (const { properties } of definitions)
        expect(properties!.assignableScopes).toEqual([OWN, ...MONITORED].map((id) => `/subscriptions/${id}`));
      const read = definitions.find((each) => keyOf(each) === 'read')!;
      const assigned = resources
        .filter(({ properties }) => guidOf(properties?.roleDefinitionId) === guidOf(read.id))
        .map(({ id }) => /bbbbbbbb[0-9a-f-]*/.exec(id)?.[0]);
      expect(assigned.sort()).toEqual(MONITORED);
    });
  },
);

describe('the rule of the policy', () => {
  const rule = JSON.parse(read('infra/access/node-group-rule.json'));
  const { details } = rule.then;

  it('deploys one role assignment, in the node resource group of the cluster, and looks for that one', () => {
    expect(details.resourceGroupName).toBe("[field('Microsoft.ContainerService/managedClusters/nodeResourceGroup')]");
    expect(details.type).toBe('Microsoft.Authorization/roleAssignments');
    const { resources, parameters } = details.deployment.properties.template;
    expect(resources.map(({ type }: { type: string }) => type)).toEqual([details.type]);
    expect(Object.keys(parameters)).toEqual(Object.keys(details.deployment.properties.parameters));
  });

  it('makes the assignment under the name that the script gives it, so that whoever comes second finds it', () => {
    const [assignment] = details.deployment.properties.template.resources;
    expect(assignment.name).toBe("[guid(resourceGroup().id, parameters('principalId'), parameters('runRole'))]");
    expect(read('infra/access/node-group.bicep')).toContain('name: guid(resourceGroup().id, principalId, runRole)');
    expect(read('infra/access/node-group.bicep')).toContain(`description: '${assignment.properties.description}'`);
  });
});

it('a plan looks for the same actions', () => {
  expect([...neededActions].sort()).toEqual(needed);
});

it('no role holds a wildcard or an action on data, and only one of them runs anything', () => {
  for (const role of ['read', 'run', 'diagnosis', 'policy']) expect(listed(role).filter((action) => action.includes('*'))).toEqual([]);
  for (const scope of ['', '-mg']) expect(read(`infra/fleet-roles${scope}.bicep`)).not.toContain('dataActions');
  for (const role of ['read', 'diagnosis']) expect(listed(role).filter((action) => !action.endsWith('/read'))).toEqual([]);
  expect(listed('run').every((action) => action.endsWith('/runCommand/action'))).toBe(true);
});

describe('whoever grants it reads what it is', () => {
  it.each(['infra/fleet-access.bicep', 'infra/main.bicep', 'docs/guides/deploy.md'])(
    '%s: root on every machine of the scope, clusters or not',
    (file) => {
      expect(read(file)).toMatch(
        /root on every virtual machine and scale set of (this subscription|the monitored subscriptions|the scope), clusters or not/,
      );
      expect(read(file)).not.toMatch(/and nothing else/);
    },
  );
});

it('the optional role holds exactly the reads of searches, and nothing but reads', () => {
  expect([...listed('diagnosis')].sort()).toEqual([...diagnosisActions].sort());
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
  const searched = new Set([...ofKinds, ...others].filter((action) => !ofProbing.includes(action)));
  expect([...searched].sort()).toEqual([...listed('diagnosis')].sort());
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
