import { describe, expect, it } from 'vitest';
import { bicep, deployed, MODES, OWN, type Predicted, predictFile } from './compile.ts';
import { allows } from './role-conditions.ts';

const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const ACCESS_ADMINISTRATOR = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168';
const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const PRINCIPAL = 'dddddddd-0000-4000-8000-000000000001';

/** The roles that a deployment assigns on the resources of the prober itself. */
const assignedBy = (resources: Predicted[]) =>
  resources
    .filter(
      ({ type, id }) => type === 'Microsoft.Authorization/roleAssignments' && id.startsWith(`[extensionResourceId('/subscriptions/${OWN}/`),
    )
    .map(({ properties }) => String(properties!.roleDefinitionId).split('/').at(-1)!);

describe.skipIf(bicep === undefined)('the identity that deploys (skipped without the Bicep compiler)', { timeout: 120_000 }, () => {
  const identities =
    bicep === undefined
      ? []
      : predictFile('pipelines/identities.bicep', {
          location: 'westeurope',
          issuer: 'https://token.actions.githubusercontent.com',
          previewSubject: 'repo:example/prober:ref:refs/heads/main',
          deploySubject: 'repo:example/prober:environment:production',
        });
  const assignments = identities.filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments');
  const withRole = (role: string) => assignments.filter(({ properties }) => String(properties!.roleDefinitionId).endsWith(role));
  const condition = String(withRole(ACCESS_ADMINISTRATOR)[0]?.properties?.condition);
  const may = (roleDefinitionId: string, principalType: 'ServicePrincipal' | 'User' | 'Group' = 'ServicePrincipal') =>
    (['write', 'delete'] as const).map((action) => allows(condition, { action, roleDefinitionId, principalId: PRINCIPAL, principalType }));

  it('cannot assign Owner, or any role that assigns roles or changes resources, to anybody', () => {
    for (const role of [OWNER, CONTRIBUTOR, ACCESS_ADMINISTRATOR, USER_ACCESS_ADMINISTRATOR]) {
      expect(may(role)).toEqual([false, false]);
      expect(may(role, 'User')).toEqual([false, false]);
    }
  });

  it('can assign and take away each role that the template assigns, in every mode, and no other', () => {
    const needed = new Set(MODES.flatMap((mode) => assignedBy(deployed(mode))));
    expect(needed.size).toBe(4);
    for (const role of needed) expect(may(role)).toEqual([true, true]);
    const listed = [...condition.matchAll(/GuidEquals \{([^}]*)\}/g)].map(([, list]) => list!.split(', ').sort());
    for (const list of listed) expect(list).toEqual([...needed].sort());
  });

  it('can give them to no person and no group', () => {
    for (const role of assignedBy(deployed('default')))
      expect([may(role, 'User'), may(role, 'Group')]).toEqual([
        [false, false],
        [false, false],
      ]);
  });

  it('has that role only under its condition, and the one that previews has nothing that changes anything', () => {
    expect(withRole(ACCESS_ADMINISTRATOR)).toHaveLength(1);
    expect(withRole(ACCESS_ADMINISTRATOR)[0]!.properties!.conditionVersion).toBe('2.0');
    expect(withRole(OWNER).concat(withRole(USER_ACCESS_ADMINISTRATOR))).toEqual([]);
    const [role] = identities.filter(({ type }) => type === 'Microsoft.Authorization/roleDefinitions');
    const [{ actions }] = role!.properties!.permissions as [{ actions: string[] }];
    expect(actions).toEqual(['Microsoft.Resources/deployments/validate/action', 'Microsoft.Resources/deployments/whatIf/action']);
  });
});

describe('the policy that grants access by node resource group', () => {
  const resources = deployed('default');
  const ofPolicy = resources.filter(({ properties }) => String(properties?.description).includes('its policy assigns one role'));

  it('may assign the role Run Command to the prober and nothing else, in each monitored subscription', () => {
    expect(ofPolicy).toHaveLength(2);
    const runRole = resources
      .find(({ properties }) => String(properties?.roleName).startsWith('AKS fleet prober: Run Command'))!
      .id.split('/')
      .at(-1)!;
    for (const { properties } of ofPolicy) {
      expect(properties!.conditionVersion).toBe('2.0');
      // The principal is known at the deployment only: the rest of the condition is computed as Azure does.
      const [, format, role] = /^\[format\('(.*)', '([0-9a-f-]{36})', reference\(.*identity\.principalId\)\]$/.exec(
        String(properties!.condition),
      )!;
      expect(role).toBe(runRole);
      const condition = format!
        .replaceAll("''", "'")
        .replaceAll('{{', '{')
        .replaceAll('}}', '}')
        .replace('{{0}}', `{${role}}`)
        .replace('{{1}}', `{${PRINCIPAL}}`);
      const attempt = { action: 'write', principalType: 'ServicePrincipal', roleDefinitionId: runRole, principalId: PRINCIPAL } as const;
      expect(allows(condition, attempt)).toBe(true);
      expect(allows(condition, { ...attempt, principalId: PRINCIPAL.replace('1', '2') })).toBe(false);
      for (const roleDefinitionId of [OWNER, CONTRIBUTOR]) expect(allows(condition, { ...attempt, roleDefinitionId })).toBe(false);
    }
  });
});

describe('how conditions are evaluated', () => {
  const attempt = { action: 'write', roleDefinitionId: OWNER, principalId: PRINCIPAL, principalType: 'User' } as const;

  it('AND binds before OR, ! before both, and parentheses before all', () => {
    const write = "ActionMatches{'Microsoft.Authorization/roleAssignments/write'}";
    const remove = "ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}";
    expect(allows(`${write} OR ${remove} AND ${remove}`, attempt)).toBe(true);
    expect(allows(`(${write} OR ${remove}) AND ${remove}`, attempt)).toBe(false);
    expect(allows(`!(${remove}) AND ${write}`, attempt)).toBe(true);
  });

  it('what is not understood is an error and allows nothing', () => {
    expect(() => allows('TRUE', attempt)).toThrow('expected a part of a condition');
    expect(() =>
      allows('@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidNotEquals {a}', attempt),
    ).toThrow('GuidNotEquals');
    expect(() => allows("(ActionMatches{'a'}", attempt)).toThrow('expected ")"');
  });
});
