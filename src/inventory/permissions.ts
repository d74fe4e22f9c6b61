/** Every action that the app needs on a subscription it watches; `infra/fleet-actions.json` grants exactly these. */
export const neededActions = [
  'Microsoft.Resources/subscriptions/read',
  'Microsoft.ContainerService/managedClusters/read',
  'Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read',
  'Microsoft.Compute/virtualMachineScaleSets/read',
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read',
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read',
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action',
  'Microsoft.Compute/virtualMachines/read',
  'Microsoft.Compute/virtualMachines/instanceView/read',
  'Microsoft.Compute/virtualMachines/runCommand/action',
  'Microsoft.Compute/locations/operations/read',
] as const;

/** What a role assignment grants, as Azure lists it: `*` matches any text. */
export interface Grant {
  actions?: readonly string[];
  notActions?: readonly string[];
}

function covers(pattern: string, action: string): boolean {
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  return new RegExp(`^${literal}$`, 'i').test(action);
}

/** The needed actions that no grant gives. Deny assignments are not considered, although they can take actions away. */
export function missingActions(grants: readonly Grant[]): string[] {
  const gives = ({ actions = [], notActions = [] }: Grant, action: string) =>
    actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action));
  return neededActions.filter((action) => !grants.some((grant) => gives(grant, action)));
}
