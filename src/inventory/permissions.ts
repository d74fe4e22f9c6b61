/** Every action that the app needs on a subscription it watches; `infra/access/read-actions.json` and `run-actions.json` grant exactly these. */
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

/**
 * Every further action that a search for the cause of an outage needs, reads only; `infra/access/diagnosis-actions.json` grants exactly these. Without them the
 * app probes and notifies all the same. Machines are those that routes may send to. The last one is for the table of changes in Resource Graph, which no
 * path names.
 */
export const diagnosisActions = [
  'Microsoft.Compute/virtualMachines/instanceView/read',
  'Microsoft.Compute/virtualMachines/read',
  'Microsoft.Insights/eventtypes/values/read',
  'Microsoft.Network/azureFirewalls/read',
  'Microsoft.Network/loadBalancers/read',
  'Microsoft.Network/natGateways/read',
  'Microsoft.Network/networkInterfaces/read',
  'Microsoft.Network/networkSecurityGroups/read',
  'Microsoft.Network/privateDnsZones/A/read',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
  'Microsoft.Network/privateEndpoints/read',
  'Microsoft.Network/publicIPAddresses/read',
  'Microsoft.Network/publicIPPrefixes/read',
  'Microsoft.Network/routeTables/read',
  'Microsoft.Network/virtualNetworks/read',
  'Microsoft.Network/virtualNetworks/subnets/read',
  'Microsoft.ResourceGraph/resources/read',
  'Microsoft.ResourceHealth/AvailabilityStatuses/current/read',
  'Microsoft.ResourceHealth/events/read',
  'Microsoft.Resources/changes/read',
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

/**
 * The actions that no grant gives. Deny assignments are not considered, although they can take actions away.
 *
 * @param actions - those that are needed.
 */
export function missingActions(grants: readonly Grant[], actions: readonly string[] = neededActions): string[] {
  const gives = ({ actions = [], notActions = [] }: Grant, action: string) =>
    actions.some((pattern) => covers(pattern, action)) && !notActions.some((pattern) => covers(pattern, action));
  return actions.filter((action) => !grants.some((grant) => gives(grant, action)));
}
