import { guidOf } from './guid-of.ts';
import { tenantId } from './issue-tokens.ts';
import type { SimulatedCluster, SimulatedSubscription } from './lay-out-fleet.ts';
import { describeIdentity } from './network/describe-access.ts';
import { placeOf } from './network/place-cluster.ts';
import type { FaultIn } from './switch-faults.ts';

/** A subscription as `GET /subscriptions` lists it. */
export function describeSubscription({ id, name, state }: SimulatedSubscription) {
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: id,
    tenantId,
    displayName: name,
    state,
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'EnterpriseAgreement_2014-09-01', spendingLimit: 'Off' },
  };
}

/**
 * A managed cluster as the container service lists it: `resourcegroups` in lower case, unlike the compute provider's ids.
 *
 * @param fault - the fault in force for the cluster.
 * @param access - what it says of its network now.
 */
export function describeCluster(cluster: SimulatedCluster, fault: FaultIn<'model'> | undefined, access: Record<string, unknown>) {
  const { spec } = cluster;
  const { clusterId, subnet, isAksMade, zone } = placeOf(cluster);
  const power = { code: fault === 'cluster-stopped' ? 'Stopped' : spec.powerState };
  const restrictionLevel = fault === 'cluster-locked' ? 'ReadOnly' : spec.restrictionLevel;
  return {
    id: clusterId,
    location: spec.location,
    name: spec.name,
    tags: spec.tags,
    type: 'Microsoft.ContainerService/ManagedClusters',
    identity: describeIdentity(cluster, tenantId),
    properties: {
      ...access,
      ...(fault === 'cluster-stopping' && { provisioningState: 'Stopping' }),
      ...(fault === 'cluster-deleting' && { provisioningState: 'Deleting' }),
      powerState: power,
      kubernetesVersion: spec.kubernetesVersion,
      currentKubernetesVersion: spec.kubernetesVersion,
      dnsPrefix: spec.name,
      ...(spec.private ? { privateFQDN: cluster.fqdn } : { fqdn: cluster.fqdn }),
      ...(spec.private && zone === undefined && { fqdn: cluster.fqdn }),
      azurePortalFQDN: cluster.fqdn.replace('.', '.portal.'),
      servicePrincipalProfile: { clientId: 'msi' },
      agentPoolProfiles: spec.pools.map((pool, index) => ({
        name: pool.name,
        count: pool.count,
        vmSize: pool.vmSize,
        osDiskSizeGB: 128,
        osType: pool.os,
        osSKU: pool.os === 'Windows' ? 'Windows2022' : 'Ubuntu',
        type: pool.type === 'VirtualMachines' ? 'VirtualMachines' : 'VirtualMachineScaleSets',
        mode: pool.mode ?? (index === 0 ? 'System' : 'User'),
        orchestratorVersion: spec.kubernetesVersion,
        currentOrchestratorVersion: spec.kubernetesVersion,
        provisioningState: 'Succeeded',
        powerState: power,
        enableNodePublicIP: false,
        ...(isAksMade ? {} : { vnetSubnetID: subnet }),
        nodeImageVersion: `AKS${pool.os === 'Windows' ? 'Windows-2022-containerd' : 'Ubuntu-2204gen2containerd'}-${pool.imageVersion}`,
        ...(pool.zones.length === 0 ? {} : { availabilityZones: pool.zones }),
        ...(Object.keys(pool.tags).length === 0 ? {} : { tags: pool.tags }),
      })),
      nodeResourceGroup: cluster.nodeResourceGroup,
      ...(restrictionLevel === undefined ? {} : { nodeResourceGroupProfile: { restrictionLevel } }),
      enableRBAC: true,
      resourceUID: guidOf(`uid ${cluster.id}`),
    },
    sku: { name: 'Base', tier: 'Standard' },
  };
}

/** The planned maintenance of a cluster. */
export function describePlannedMaintenance({ spec, subscriptionId }: SimulatedCluster) {
  const cluster = `/subscriptions/${subscriptionId}/resourceGroups/${spec.resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${spec.name}`;
  return spec.plannedMaintenance.map(({ name, ...properties }) => ({
    id: `${cluster}/maintenanceConfigurations/${name}`,
    name,
    type: 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations',
    properties,
  }));
}
