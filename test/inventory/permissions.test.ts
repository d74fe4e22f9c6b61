import { describe, expect, it } from 'vitest';
import { missingActions, neededActions } from '../../src/inventory/permissions.ts';

const run = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action';
const runOnVm = 'Microsoft.Compute/virtualMachines/runCommand/action';

describe('missingActions', () => {
  it.each<[string, Parameters<typeof missingActions>[0], readonly string[]]>([
    ['nothing is granted', [], neededActions],
    ['everything is', [{ actions: ['*'] }], []],
    ['each is, in another letter case', [{ actions: neededActions.map((action) => action.toUpperCase()) }], []],
    ['only reading is', [{ actions: ['*/read'] }], [run, runOnVm]],
    ['two roles add up', [{ actions: ['*/read'] }, { actions: ['Microsoft.Compute/virtualMachineScaleSets/*'] }], [runOnVm]],
    ['a role takes out of itself', [{ actions: ['*'], notActions: [run] }], [run]],
    ['what one role takes out another gives', [{ actions: ['*'], notActions: [run] }, { actions: [run] }], []],
    ['a dot stands for itself', [{ actions: ['Microsoft-Compute/*', '*/read'] }], [run, runOnVm]],
    ['a role has no lists at all', [{}], neededActions],
  ])('where %s', (_, grants, missing) => {
    expect(missingActions(grants)).toEqual(missing);
  });
});
