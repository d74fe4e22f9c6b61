import { z } from 'zod';
import type { ClusterSettings, NicSettings } from '../../evaluate/configuration.ts';
import { idsOf, kindOf, references, texts } from './kind.ts';

const outbound = z
  .object({ effectiveOutboundIPs: references })
  .nullish()
  .transform((profile) => idsOf(profile?.effectiveOutboundIPs));
const principal = z.object({ principalId: z.string().nullish(), objectId: z.string().nullish() });
const principals = z.record(z.string(), principal).nullish();

const access = z
  .object({
    authorizedIPRanges: texts,
    enablePrivateCluster: z.boolean().nullish(),
    privateDNSZone: z.string().nullish(),
    enableVnetIntegration: z.boolean().nullish(),
    subnetId: z.string().nullish(),
  })
  .nullish();

const body = z.object({
  id: z.string(),
  location: z.string(),
  identity: z.object({ principalId: z.string().nullish(), userAssignedIdentities: principals }).nullish(),
  properties: z.object({
    provisioningState: z.string().nullish(),
    powerState: z.object({ code: z.string().nullish() }).nullish(),
    fqdn: z.string().nullish(),
    privateFQDN: z.string().nullish(),
    nodeResourceGroup: z.string(),
    apiServerAccessProfile: access,
    networkProfile: z.object({ outboundType: z.string().nullish(), loadBalancerProfile: outbound, natGatewayProfile: outbound }).nullish(),
    identityProfile: principals,
    servicePrincipalProfile: z.object({ clientId: z.string().nullish() }).nullish(),
  }),
});

/** The object ids under which AKS works on behalf of the cluster. */
function identitiesOf({ identity, properties: { identityProfile, servicePrincipalProfile } }: z.output<typeof body>): string[] {
  const of = (record: z.output<typeof principals>) =>
    Object.values(record ?? {}).flatMap(({ principalId, objectId }) => [principalId, objectId]);
  const all = [identity?.principalId, ...of(identity?.userAssignedIdentities), ...of(identityProfile), servicePrincipalProfile?.clientId];
  return [...new Set(all.flatMap((id) => (id && id !== 'msi' ? [id.toLowerCase()] : [])))];
}

function toCluster(read: z.output<typeof body>): ClusterSettings {
  const { id, location, properties } = read;
  const own = properties.apiServerAccessProfile;
  const network = properties.networkProfile;
  return {
    id,
    region: location.toLowerCase().replaceAll(' ', ''),
    provisioningState: properties.provisioningState ?? '',
    powerState: properties.powerState?.code ?? undefined,
    fqdn: properties.fqdn ?? undefined,
    privateFqdn: properties.privateFQDN ?? undefined,
    nodeResourceGroup: properties.nodeResourceGroup,
    isPrivate: own?.enablePrivateCluster ?? false,
    isIntegrated: own?.enableVnetIntegration ?? false,
    privateDnsZone: own?.privateDNSZone ?? undefined,
    authorizedRanges: own?.authorizedIPRanges ?? [],
    apiSubnetId: own?.subnetId ?? undefined,
    outboundType: network?.outboundType ?? '',
    loadBalancerAddressIds: network?.loadBalancerProfile ?? [],
    natAddressIds: network?.natGatewayProfile ?? [],
    identities: identitiesOf(read),
  };
}

export const clusterKind = kindOf('Microsoft.ContainerService/managedClusters/read', '2026-06-01', body.transform(toCluster));

const ipConfiguration = z.object({
  properties: z.object({
    subnet: z.object({ id: z.string() }).nullish(),
    publicIPAddressConfiguration: z.unknown().optional(),
    publicIPAddress: z.unknown().optional(),
    applicationSecurityGroups: references,
  }),
});

const interfaceBody = z.object({
  properties: z.object({
    primary: z.boolean().nullish(),
    networkSecurityGroup: z.object({ id: z.string() }).nullish(),
    ipConfigurations: z.array(ipConfiguration),
  }),
});

/** Reads the interface by which a node reaches everything: the primary one, else the first. */
function toNic(scaleSetId: string, interfaces: readonly z.output<typeof interfaceBody>[]): NicSettings {
  const { properties } = interfaces.find((each) => each.properties.primary === true) ?? interfaces[0]!;
  const own = properties.ipConfigurations.map((each) => each.properties);
  return {
    scaleSetId,
    subnetId: own.find(({ subnet }) => subnet)?.subnet?.id ?? '',
    nsgId: properties.networkSecurityGroup?.id,
    asgIds: own.flatMap(({ applicationSecurityGroups }) => idsOf(applicationSecurityGroups)),
    hasPublicAddress: own.some(({ publicIPAddressConfiguration, publicIPAddress }) =>
      Boolean(publicIPAddressConfiguration ?? publicIPAddress),
    ),
  };
}

const interfaces = z.array(interfaceBody).min(1);

/** The network interfaces that a scale set gives its instances. */
export const scaleSetKind = kindOf(
  'Microsoft.Compute/virtualMachineScaleSets/read',
  '2026-04-01',
  z
    .object({
      id: z.string(),
      properties: z.object({
        virtualMachineProfile: z.object({ networkProfile: z.object({ networkInterfaceConfigurations: interfaces }) }),
      }),
    })
    .transform(({ id, properties }) => toNic(id, properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations)),
);

/** The ids of the network interfaces of a virtual machine, and its power state. */
export const machineKind = kindOf(
  'Microsoft.Compute/virtualMachines/read',
  '2026-04-01',
  z
    .object({
      properties: z.object({
        networkProfile: z.object({ networkInterfaces: references }).nullish(),
        instanceView: z.object({ statuses: z.array(z.object({ code: z.string() })).nullish() }).nullish(),
      }),
    })
    .transform(({ properties: { networkProfile, instanceView } }) => ({
      nicIds: idsOf(networkProfile?.networkInterfaces),
      power: instanceView?.statuses?.find(({ code }) => code.startsWith('PowerState/'))?.code,
    })),
);

/** A network interface: what it gives a node, and what it holds where a route sends to it. */
export const nicKind = kindOf(
  'Microsoft.Network/networkInterfaces/read',
  '2025-03-01',
  z
    .object({
      id: z.string(),
      properties: interfaceBody.shape.properties.extend({
        enableIPForwarding: z.boolean().nullish(),
        virtualMachine: z.object({ id: z.string() }).nullish(),
        ipConfigurations: z.array(
          ipConfiguration.extend({
            properties: ipConfiguration.shape.properties.extend({ privateIPAddress: z.string().nullish() }),
          }),
        ),
      }),
    })
    .transform(({ id, properties }) => ({
      id,
      addresses: properties.ipConfigurations.flatMap((each) => each.properties.privateIPAddress ?? []),
      forwards: properties.enableIPForwarding ?? false,
      machineId: properties.virtualMachine?.id,
      nic: toNic(id, [{ properties }]),
    })),
);
