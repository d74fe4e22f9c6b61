import { guidOf } from './guid-of.ts';
import type { PowerState, SimulatedCluster, SimulatedNode, SimulatedPool } from './lay-out-fleet.ts';
import { describeNics } from './network/describe-access.ts';
import type { FaultIn } from './switch-faults.ts';

/** The current state of a node, with its faults and runs. */
export type NodeCondition = {
  powerState: PowerState;
  provisioningState: string;
  vmId: string;
  agentReady: boolean;
  extensionsAllowed: boolean;
};

/**
 * A scale set as the compute provider lists it.
 *
 * @param fault - the fault in force for its cluster.
 */
export function describeScaleSet(pool: SimulatedPool, fault: FaultIn<'model'> | undefined) {
  const { cluster, spec } = pool;
  return {
    name: pool.scaleSet,
    id: scaleSetIdOf(pool, true),
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    location: cluster.spec.location,
    tags: fault === 'untagged' ? {} : tagsOf(pool),
    sku: { name: spec.vmSize, tier: 'Standard', capacity: spec.count },
    ...(spec.zones.length === 0 ? {} : { zones: spec.zones }),
    properties: {
      singlePlacementGroup: false,
      orchestrationMode: spec.type === 'FlexibleScaleSet' ? 'Flexible' : 'Uniform',
      upgradePolicy: { mode: 'Manual' },
      virtualMachineProfile: {
        osProfile: { computerNamePrefix: pool.scaleSet, adminUsername: 'azureuser' },
        storageProfile: storageOf(pool),
        networkProfile: { networkInterfaceConfigurations: describeNics(pool) },
      },
      provisioningState: 'Succeeded',
      overprovision: false,
      uniqueId: guidOf(`${cluster.id} ${pool.scaleSet}`),
      platformFaultDomainCount: 1,
      timeCreated: pool.nodes[0]?.timeCreated.toISOString() ?? '2025-01-01T00:00:00.000Z',
    },
  };
}

/**
 * An instance of a Uniform scale set. As in Azure's own bodies, the letter case of its id differs from one to the next.
 *
 * @param withView - whether `$expand=instanceView` asked for its state.
 */
export function describeInstance(node: SimulatedNode, condition: NodeCondition, withView: boolean) {
  const { pool } = node;
  const isEven = Number(node.instanceId) % 2 === 0;
  return {
    name: `${pool.scaleSet}_${node.instanceId}`,
    id: `${scaleSetIdOf(pool, isEven)}/${isEven ? 'virtualMachines' : 'virtualmachines'}/${node.instanceId}`,
    type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
    location: pool.cluster.spec.location,
    tags: tagsOf(pool),
    instanceId: node.instanceId,
    sku: { name: pool.spec.vmSize, tier: 'Standard' },
    ...(node.zone === undefined ? {} : { zones: [node.zone] }),
    properties: {
      latestModelApplied: true,
      modelDefinitionApplied: 'VirtualMachineScaleSet',
      networkProfileConfiguration: { networkInterfaceConfigurations: describeNics(pool) },
      ...propertiesOf(node, condition, withView),
    },
  };
}

/**
 * A virtual machine of a pool: a single one, or one of a Flexible scale set, which has no tags.
 * @see https://github.com/Azure/azure-rest-api-specs/issues/27441
 *
 * @param withView - whether its state was asked for; no list of machines contains it.
 */
export function describeMachine(node: SimulatedNode, condition: NodeCondition, withView: boolean) {
  const { pool } = node;
  const properties = propertiesOf(node, condition, withView);
  const isFlexible = pool.scaleSet !== undefined;
  return {
    name: node.instanceId,
    id: `${computeIdOf(pool, true)}/virtualMachines/${node.instanceId}`,
    type: 'Microsoft.Compute/virtualMachines',
    location: pool.cluster.spec.location,
    ...(isFlexible ? {} : { tags: tagsOf(pool) }),
    ...(node.zone === undefined ? {} : { zones: [node.zone] }),
    properties: isFlexible ? { ...properties, virtualMachineScaleSet: { id: scaleSetIdOf(pool, false) } } : properties,
  };
}

/** A virtual machine that somebody put into a node resource group. */
export function describeForeignMachine(cluster: SimulatedCluster, name: string) {
  return {
    name,
    id: `${computeIdOf({ cluster }, false)}/virtualMachines/${name}`,
    type: 'Microsoft.Compute/virtualMachines',
    location: cluster.spec.location,
    tags: { owner: 'somebody' },
    properties: {
      vmId: guidOf(`${cluster.id} foreign ${name}`),
      hardwareProfile: { vmSize: 'Standard_B2s' },
      osProfile: { computerName: name },
      provisioningState: 'Succeeded',
      timeCreated: '2025-01-01T00:00:00.000Z',
    },
  };
}

/** The state of a node, as `instanceView` reports it. */
export function describeInstanceView(node: SimulatedNode, { powerState, provisioningState, agentReady }: NodeCondition) {
  const time = new Date().toISOString();
  const running = powerState === 'running';
  const agent = agentReady
    ? {
        vmAgentVersion: '2.11.1.4',
        statuses: [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Ready', message: 'Guest Agent is running', time }],
        extensionHandlers: [],
      }
    : {
        vmAgentVersion: 'Unknown',
        statuses: [
          {
            code: 'ProvisioningState/Unavailable',
            level: 'Warning',
            displayStatus: 'Not Ready',
            message: 'VM status blob is found but not yet populated.',
            time,
          },
        ],
      };
  return {
    ...(running ? { computerName: node.name, vmAgent: agent } : {}),
    hyperVGeneration: 'V2',
    statuses: [
      {
        code: `ProvisioningState/${provisioningState.toLowerCase()}`,
        level: 'Info',
        displayStatus: provisioningState === 'Succeeded' ? 'Provisioning succeeded' : provisioningState,
        time: node.timeCreated.toISOString(),
      },
      { code: `PowerState/${powerState}`, level: 'Info', displayStatus: `VM ${powerState}` },
    ],
  };
}

function propertiesOf(node: SimulatedNode, condition: NodeCondition, withView: boolean) {
  return {
    vmId: condition.vmId,
    ...(withView ? { instanceView: describeInstanceView(node, condition) } : {}),
    hardwareProfile: { vmSize: node.pool.spec.vmSize },
    storageProfile: storageOf(node.pool),
    // An instance that is still being created has none yet.
    ...(condition.provisioningState === 'Creating'
      ? {}
      : {
          osProfile: {
            computerName: node.name,
            adminUsername: 'azureuser',
            secrets: [],
            allowExtensionOperations: condition.extensionsAllowed,
          },
        }),
    provisioningState: condition.provisioningState,
    timeCreated: node.timeCreated.toISOString(),
  };
}

function scaleSetIdOf(pool: SimulatedPool, upper: boolean): string {
  return `${computeIdOf(pool, upper)}/virtualMachineScaleSets/${pool.scaleSet}`;
}

function computeIdOf({ cluster }: Pick<SimulatedPool, 'cluster'>, upper: boolean): string {
  const group = upper ? cluster.nodeResourceGroup.toUpperCase() : cluster.nodeResourceGroup;
  return `/subscriptions/${cluster.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute`;
}

function tagsOf({ cluster, spec, scaleSet }: SimulatedPool): Record<string, string> {
  const prefix = spec.oldTags ? '' : 'aks-managed-';
  return {
    ...spec.tags,
    [`${prefix}creationSource`]: `vmssclient-${scaleSet ?? 'vms'}`,
    [`${prefix}orchestrator`]: `Kubernetes:${cluster.spec.kubernetesVersion}`,
    [`${prefix}poolName`]: spec.name,
    [`${prefix}resourceNameSuffix`]: cluster.suffix,
    'aks-managed-createOperationID': guidOf(`create ${cluster.id} ${spec.name}`),
  };
}

function storageOf({ spec }: SimulatedPool) {
  const image = spec.os === 'Windows' ? 'windows-2022-containerd' : '2204gen2containerd';
  const gallery = spec.os === 'Windows' ? 'AKSWindows' : 'AKSUbuntu';
  const subscription = guidOf('image publisher');
  return {
    imageReference: {
      id: `/subscriptions/${subscription}/resourceGroups/AKS-Images/providers/Microsoft.Compute/galleries/${gallery}/images/${image}/versions/${spec.imageVersion}`,
    },
    osDisk: {
      osType: spec.os,
      createOption: 'FromImage',
      caching: 'ReadOnly',
      diskSizeGB: 128,
      managedDisk: { storageAccountType: 'Premium_LRS' },
    },
    dataDisks: [],
  };
}
