import * as z from '../../../zod.ts';
import type { ClusterSettings, NicSettings } from '../../evaluate/configuration.ts';
import { idsOf, kindOf, references, texts } from './kind.ts';

const outbound = z.pipe(
  z.nullish(z.object({ effectiveOutboundIPs: references })),
  z.transform((profile) => idsOf(profile?.effectiveOutboundIPs)),
);
const principal = z.object({ principalId: z.nullish(z.string()), objectId: z.nullish(z.string()) });
const principals = z.nullish(z.record(z.string(), principal));

const access = z.nullish(
  z.object({
    authorizedIPRanges: texts,
    enablePrivateCluster: z.nullish(z.boolean()),
    privateDNSZone: z.nullish(z.string()),
    enableVnetIntegration: z.nullish(z.boolean()),
    subnetId: z.nullish(z.string()),
  }),
);

const body = z.object({
  id: z.string(),
  location: z.string(),
  identity: z.nullish(z.object({ principalId: z.nullish(z.string()), userAssignedIdentities: principals })),
  properties: z.object({
    provisioningState: z.nullish(z.string()),
    powerState: z.nullish(z.object({ code: z.nullish(z.string()) })),
    fqdn: z.nullish(z.string()),
    privateFQDN: z.nullish(z.string()),
    nodeResourceGroup: z.string(),
    apiServerAccessProfile: access,
    networkProfile: z.nullish(
      z.object({ outboundType: z.nullish(z.string()), loadBalancerProfile: outbound, natGatewayProfile: outbound }),
    ),
    identityProfile: principals,
    servicePrincipalProfile: z.nullish(z.object({ clientId: z.nullish(z.string()) })),
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

export const clusterKind = kindOf('Microsoft.ContainerService/managedClusters/read', '2026-06-01', z.pipe(body, z.transform(toCluster)));

const ipConfiguration = z.object({
  properties: z.object({
    subnet: z.nullish(z.object({ id: z.string() })),
    publicIPAddressConfiguration: z.optional(z.unknown()),
    publicIPAddress: z.optional(z.unknown()),
    applicationSecurityGroups: references,
  }),
});

const interfaceBody = z.object({
  properties: z.object({
    primary: z.nullish(z.boolean()),
    networkSecurityGroup: z.nullish(z.object({ id: z.string() })),
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

const interfaces = z.array(interfaceBody).check(z.minLength(1));

/** The network interfaces that a scale set gives its instances. */
export const scaleSetKind = kindOf(
  'Microsoft.Compute/virtualMachineScaleSets/read',
  '2026-04-01',
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        virtualMachineProfile: z.object({ networkProfile: z.object({ networkInterfaceConfigurations: interfaces }) }),
      }),
    }),
    z.transform(({ id, properties }) => toNic(id, properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations)),
  ),
);

/** The ids of the network interfaces of a virtual machine, and its power state. */
export const machineKind = kindOf(
  'Microsoft.Compute/virtualMachines/read',
  '2026-04-01',
  z.pipe(
    z.object({
      properties: z.object({
        networkProfile: z.nullish(z.object({ networkInterfaces: references })),
        instanceView: z.nullish(z.object({ statuses: z.nullish(z.array(z.object({ code: z.string() }))) })),
      }),
    }),
    z.transform(({ properties: { networkProfile, instanceView } }) => ({
      nicIds: idsOf(networkProfile?.networkInterfaces),
      power: instanceView?.statuses?.find(({ code }) => code.startsWith('PowerState/'))?.code,
    })),
  ),
);

/** A network interface: what it gives a node, and what it holds where a route sends to it. */
export const nicKind = kindOf(
  'Microsoft.Network/networkInterfaces/read',
  '2025-03-01',
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.extend(interfaceBody.shape.properties, {
        enableIPForwarding: z.nullish(z.boolean()),
        virtualMachine: z.nullish(z.object({ id: z.string() })),
        ipConfigurations: z.array(
          z.extend(ipConfiguration, {
            properties: z.extend(ipConfiguration.shape.properties, { privateIPAddress: z.nullish(z.string()) }),
          }),
        ),
      }),
    }),
    z.transform(({ id, properties }) => ({
      id,
      addresses: properties.ipConfigurations.flatMap((each) => each.properties.privateIPAddress ?? []),
      forwards: properties.enableIPForwarding ?? false,
      machineId: properties.virtualMachine?.id,
      nic: toNic(id, [{ properties }]),
    })),
  ),
);
