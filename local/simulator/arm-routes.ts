/** The routes of the simulated Azure Resource Manager: method, path, the name of the operation, and the action that its caller must be allowed. */
export const armRoutes = [
  ['GET', '/subscriptions', 'Subscriptions_List', 'Microsoft.Resources/subscriptions/read'],
  ['GET', '{s}', 'Subscriptions_Get', 'Microsoft.Resources/subscriptions/read'],
  ['GET', '{s}/providers/{aks}', 'ManagedClusters_List', 'Microsoft.ContainerService/managedClusters/read'],
  ['GET', '{g}/providers/{aks}', 'ManagedClusters_ListByResourceGroup', 'Microsoft.ContainerService/managedClusters/read'],
  ['GET', '{g}/providers/{aks}/{cluster}', 'ManagedClusters_Get', 'Microsoft.ContainerService/managedClusters/read'],
  [
    'GET',
    '{g}/providers/{aks}/{cluster}/maintenanceConfigurations',
    'MaintenanceConfigurations_ListByManagedCluster',
    'Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read',
  ],
  [
    'GET',
    '{g}/providers/{aks}/{cluster}/providers/Microsoft.ResourceHealth/availabilityStatuses/current',
    'AvailabilityStatuses_GetByResource',
    'Microsoft.ResourceHealth/AvailabilityStatuses/current/read',
  ],
  ['GET', '{s}/providers/Microsoft.ResourceHealth/events', 'Events_ListBySubscriptionId', 'Microsoft.ResourceHealth/events/read'],
  [
    'GET',
    '{s}/providers/Microsoft.Insights/eventtypes/management/values',
    'ActivityLogs_List',
    'Microsoft.Insights/eventtypes/values/read',
  ],
  ['POST', '/providers/Microsoft.ResourceGraph/resources', 'ResourceGraph_Query', 'Microsoft.ResourceGraph/resources/read'],
  [
    'GET',
    '{g}/providers/Microsoft.Authorization/permissions',
    'Permissions_ListForResourceGroup',
    'Microsoft.Authorization/permissions/read',
  ],
  ['GET', '{vmss}', 'VirtualMachineScaleSets_List', 'Microsoft.Compute/virtualMachineScaleSets/read'],
  ['GET', '{vmss}/{scaleSet}', 'VirtualMachineScaleSets_Get', 'Microsoft.Compute/virtualMachineScaleSets/read'],
  [
    'GET',
    '{vmss}/{scaleSet}/virtualMachines',
    'VirtualMachineScaleSetVMs_List',
    'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read',
  ],
  [
    'GET',
    '{vmss}/{scaleSet}/virtualMachines/{instance}',
    'VirtualMachineScaleSetVMs_Get',
    'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read',
  ],
  [
    'GET',
    '{vmss}/{scaleSet}/virtualMachines/{instance}/instanceView',
    'VirtualMachineScaleSetVMs_GetInstanceView',
    'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read',
  ],
  [
    'POST',
    '{vmss}/{scaleSet}/virtualMachines/{instance}/runCommand',
    'VirtualMachineScaleSetVMs_RunCommand',
    'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action',
  ],
  ['GET', '{vm}', 'VirtualMachines_List', 'Microsoft.Compute/virtualMachines/read'],
  ['GET', '{vm}/{instance}', 'VirtualMachines_Get', 'Microsoft.Compute/virtualMachines/read'],
  ['GET', '{vm}/{instance}/instanceView', 'VirtualMachines_InstanceView', 'Microsoft.Compute/virtualMachines/instanceView/read'],
  ['POST', '{vm}/{instance}/runCommand', 'VirtualMachines_RunCommand', 'Microsoft.Compute/virtualMachines/runCommand/action'],
  [
    'GET',
    '{s}/providers/Microsoft.Compute/locations/{location}/operations/{operationId}',
    'Operations_Get',
    'Microsoft.Compute/locations/operations/read',
  ],
  ['GET', '{n}/virtualNetworks/{name}', 'VirtualNetworks_Get', 'Microsoft.Network/virtualNetworks/read'],
  ['GET', '{n}/virtualNetworks/{parent}/subnets/{name}', 'Subnets_Get', 'Microsoft.Network/virtualNetworks/subnets/read'],
  ['GET', '{n}/networkSecurityGroups/{name}', 'NetworkSecurityGroups_Get', 'Microsoft.Network/networkSecurityGroups/read'],
  ['GET', '{n}/routeTables/{name}', 'RouteTables_Get', 'Microsoft.Network/routeTables/read'],
  ['GET', '{n}/natGateways/{name}', 'NatGateways_Get', 'Microsoft.Network/natGateways/read'],
  ['GET', '{n}/publicIPAddresses/{name}', 'PublicIPAddresses_Get', 'Microsoft.Network/publicIPAddresses/read'],
  ['GET', '{n}/publicIPPrefixes/{name}', 'PublicIPPrefixes_Get', 'Microsoft.Network/publicIPPrefixes/read'],
  ['GET', '{n}/privateEndpoints/{name}', 'PrivateEndpoints_Get', 'Microsoft.Network/privateEndpoints/read'],
  ['GET', '{n}/networkInterfaces/{name}', 'NetworkInterfaces_Get', 'Microsoft.Network/networkInterfaces/read'],
  ['GET', '{n}/loadBalancers/{name}', 'LoadBalancers_Get', 'Microsoft.Network/loadBalancers/read'],
  ['GET', '{n}/azureFirewalls/{name}', 'AzureFirewalls_Get', 'Microsoft.Network/azureFirewalls/read'],
  ['GET', '{n}/privateDnsZones/{name}', 'PrivateZones_Get', 'Microsoft.Network/privateDnsZones/read'],
  [
    'GET',
    '{n}/privateDnsZones/{parent}/virtualNetworkLinks',
    'VirtualNetworkLinks_List',
    'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
  ],
  ['GET', '{n}/privateDnsZones/{parent}/A/{name}', 'RecordSets_Get', 'Microsoft.Network/privateDnsZones/A/read'],
] as const;

/** What the braces of the paths stand for, where that is more than one name. */
export const pathParts: Readonly<Record<string, string>> = {
  '{vmss}': '{g}/providers/Microsoft.Compute/virtualMachineScaleSets',
  '{vm}': '{g}/providers/Microsoft.Compute/virtualMachines',
  '{n}': '{g}/providers/Microsoft.Network',
  '{aks}': 'Microsoft.ContainerService/managedClusters',
  '{g}': '{s}/resourceGroups/{resourceGroup}',
  '{s}': '/subscriptions/{subscription}',
};

/** The name of an operation, as `GET /control/requests` counts it. */
export type ArmOperation = (typeof armRoutes)[number][2];

/** Every action that a caller may lack. */
export const armActions: ReadonlySet<string> = new Set(armRoutes.map(([, , , action]) => action.toLowerCase()));
