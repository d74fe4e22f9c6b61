import { z } from 'zod';
import { resourceName } from '../name-patterns.ts';

const address = z.ipv4({ error: 'expected an IPv4 address such as 10.0.0.4' });
const range = z.cidrv4({ error: 'expected a range such as 198.18.4.0/31' });

/** The network of a cluster as a fleet file has it; by default AKS makes it, in the node resource group. */
export const networkSchema = z
  .strictObject({
    /** The name of a VNet that is not of AKS's making, and where it is. */
    vnet: resourceName.optional(),
    /** By default that of the cluster. */
    resourceGroup: resourceName.optional(),
    subnet: resourceName.optional(),
    /** By default the subnet has a route table only where outbound traffic is routed by the user. */
    routeTable: resourceName.optional(),
    natGateway: resourceName.optional(),
    /** A DNS server in the VNet or in the hub, in place of Azure's. */
    customDns: address.optional(),
    outboundType: z.enum(['loadBalancer', 'userDefinedRouting', 'managedNATGateway', 'userAssignedNATGateway']).optional(),
    /** The public address by which the nodes leave, and a public prefix beside it. */
    outboundAddress: address.optional(),
    outboundPrefix: range.optional(),
    /** API Server VNet Integration: nodes reach the API server by an internal load balancer in a subnet of its own. */
    vnetIntegration: z.boolean().default(false),
    /** Where the name of a private API server is: in a zone of the node resource group or the hub, or in public DNS. */
    privateDnsZone: z.enum(['system', 'none']).default('system'),
    /** The name of a hub of the fleet, whichever subscription it is in. */
    hub: resourceName.optional(),
  })
  .prefault({});

/** A VNet with a firewall in the middle of several clusters. */
export const hubSchema = z.strictObject({
  name: resourceName,
  resourceGroup: resourceName,
  location: z.string().default('westeurope'),
  firewall: z.strictObject({ privateAddress: address, publicAddress: address }),
});

/** A hub with its defaults filled in. */
export type FleetHub = z.output<typeof hubSchema>;
