import * as z from '../../../zod.ts';
import { idsOf, kindOf, NETWORK, reference, references } from './kind.ts';

const PRIVATE_DNS = '2024-06-01';

const connections = z.nullish(
  z.array(
    z.object({
      properties: z.object({ privateLinkServiceConnectionState: z.nullish(z.object({ status: z.nullish(z.string()) })) }),
    }),
  ),
);

/** A private endpoint: the worst state of its connections, the ids of its network interfaces, and its subnet. */
export const endpointKind = kindOf(
  'Microsoft.Network/privateEndpoints/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({
        subnet: z.nullish(reference),
        networkInterfaces: references,
        privateLinkServiceConnections: connections,
        manualPrivateLinkServiceConnections: connections,
      }),
    }),
    z.transform(({ id, properties }) => {
      const all = [...(properties.privateLinkServiceConnections ?? []), ...(properties.manualPrivateLinkServiceConnections ?? [])];
      const states = all.map((each) => each.properties.privateLinkServiceConnectionState?.status ?? '');
      const state = states.find((each) => each !== 'Approved') ?? states[0] ?? '';
      return { id, state, nicIds: idsOf(properties.networkInterfaces), subnetId: properties.subnet?.id };
    }),
  ),
);

export const zoneLinksKind = kindOf(
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
  PRIVATE_DNS,
  z.pipe(
    z.object({
      value: z.array(z.object({ properties: z.object({ virtualNetwork: reference, virtualNetworkLinkState: z.nullish(z.string()) }) })),
      // A list that goes on is not all of the links, and what is missing from it proves nothing.
      nextLink: z.nullish(z.literal('')),
    }),
    z.transform(({ value }) =>
      value.map(({ properties: { virtualNetwork, virtualNetworkLinkState } }) => ({
        networkId: virtualNetwork.id,
        state: virtualNetworkLinkState ?? '',
      })),
    ),
  ),
);

/** The addresses of an A record. */
export const recordKind = kindOf(
  'Microsoft.Network/privateDnsZones/A/read',
  PRIVATE_DNS,
  z.pipe(
    z.object({ properties: z.object({ aRecords: z.nullish(z.array(z.object({ ipv4Address: z.string() }))) }) }),
    z.transform(({ properties }) => (properties.aRecords ?? []).map(({ ipv4Address }) => ipv4Address)),
  ),
);
