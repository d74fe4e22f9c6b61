const templates = [
  ['GET', '/subscriptions', 'Subscriptions_List'],
  ['GET', '/subscriptions/{subscription}', 'Subscriptions_Get'],
  ['GET', '/subscriptions/{subscription}/providers/Microsoft.ContainerService/managedClusters', 'ManagedClusters_List'],
  [
    'GET',
    '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerService/managedClusters',
    'ManagedClusters_ListByResourceGroup',
  ],
  [
    'GET',
    '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerService/managedClusters/{cluster}',
    'ManagedClusters_Get',
  ],
  [
    'GET',
    '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerService/managedClusters/{cluster}/maintenanceConfigurations',
    'MaintenanceConfigurations_ListByManagedCluster',
  ],
  [
    'GET',
    '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Authorization/permissions',
    'Permissions_ListForResourceGroup',
  ],
  ['GET', '{compute}/virtualMachineScaleSets', 'VirtualMachineScaleSets_List'],
  ['GET', '{compute}/virtualMachineScaleSets/{scaleSet}', 'VirtualMachineScaleSets_Get'],
  ['GET', '{compute}/virtualMachineScaleSets/{scaleSet}/virtualMachines', 'VirtualMachineScaleSetVMs_List'],
  ['GET', '{compute}/virtualMachineScaleSets/{scaleSet}/virtualMachines/{instance}', 'VirtualMachineScaleSetVMs_Get'],
  [
    'GET',
    '{compute}/virtualMachineScaleSets/{scaleSet}/virtualMachines/{instance}/instanceView',
    'VirtualMachineScaleSetVMs_GetInstanceView',
  ],
  ['POST', '{compute}/virtualMachineScaleSets/{scaleSet}/virtualMachines/{instance}/runCommand', 'VirtualMachineScaleSetVMs_RunCommand'],
  ['GET', '{compute}/virtualMachines', 'VirtualMachines_List'],
  ['GET', '{compute}/virtualMachines/{instance}', 'VirtualMachines_Get'],
  ['GET', '{compute}/virtualMachines/{instance}/instanceView', 'VirtualMachines_InstanceView'],
  ['POST', '{compute}/virtualMachines/{instance}/runCommand', 'VirtualMachines_RunCommand'],
  ['GET', '/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{operationId}', 'Operations_Get'],
] as const;

/** The name of an operation of the simulated Azure Resource Manager, as `GET /control/requests` counts it. */
type ArmOperation = (typeof templates)[number][2];

/** An operation with the names that its path holds. */
export type ArmRoute = {
  operation: ArmOperation;
  subscription: string;
  resourceGroup?: string;
  cluster?: string;
  scaleSet?: string;
  instance?: string;
  location?: string;
  operationId?: string;
};

const compute = '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute';

// Azure compares every word of a path without regard to letter case.
const routes = templates.map(([method, template, operation]) => ({
  method,
  operation,
  pattern: new RegExp(
    `^${template
      .replace('{compute}', compute)
      .replaceAll('.', '\\.')
      .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`,
    'i',
  ),
}));

/**
 * Finds the operation that a request means.
 *
 * @param path - the URL's path, still percent-encoded.
 * @returns `undefined` when the simulator does not support it.
 */
export function matchArmRoute(method: string, path: string): ArmRoute | undefined {
  for (const { method: wanted, operation, pattern } of routes) {
    const found = method === wanted ? pattern.exec(path) : null;
    if (found === null) continue;
    const names = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { operation, subscription: '', ...Object.fromEntries(names) };
  }
  return undefined;
}
