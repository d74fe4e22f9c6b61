import { z } from 'zod';
import { idsOf, kindOf, NETWORK, reference, references } from './kind.ts';

const PRIVATE_DNS = '2024-06-01';

const connections = z
  .array(
    z.object({
      properties: z.object({ privateLinkServiceConnectionState: z.object({ status: z.string().nullish() }).nullish() }),
    }),
  )
  .nullish();

/** A private endpoint: the worst state of its connections, the ids of its network interfaces, and its subnet. */
export const endpointKind = kindOf(
  'Microsoft.Network/privateEndpoints/read',
  NETWORK,
  z
    .object({
      id: z.string(),
      properties: z.object({
        subnet: reference.nullish(),
        networkInterfaces: references,
        privateLinkServiceConnections: connections,
        manualPrivateLinkServiceConnections: connections,
      }),
    })
    .transform(({ id, properties }) => {
      const all = [...(properties.privateLinkServiceConnections ?? []), ...(properties.manualPrivateLinkServiceConnections ?? [])];
      const states = all.map((each) => each.properties.privateLinkServiceConnectionState?.status ?? '');
      const state = states.find((each) => each !== 'Approved') ?? states[0] ?? '';
      return { id, state, nicIds: idsOf(properties.networkInterfaces), subnetId: properties.subnet?.id };
    }),
);

export const zoneLinksKind = kindOf(
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
  PRIVATE_DNS,
  z
    .object({
      value: z.array(z.object({ properties: z.object({ virtualNetwork: reference, virtualNetworkLinkState: z.string().nullish() }) })),
      // A list that goes on is not all of the links, and what is missing from it proves nothing.
      nextLink: z.literal('').nullish(),
    })
    .transform(({ value }) =>
      value.map(({ properties: { virtualNetwork, virtualNetworkLinkState } }) => ({
        networkId: virtualNetwork.id,
        state: virtualNetworkLinkState ?? '',
      })),
    ),
);

/** The addresses of an A record. */
export const recordKind = kindOf(
  'Microsoft.Network/privateDnsZones/A/read',
  PRIVATE_DNS,
  z
    .object({ properties: z.object({ aRecords: z.array(z.object({ ipv4Address: z.string() })).nullish() }) })
    .transform(({ properties }) => (properties.aRecords ?? []).map(({ ipv4Address }) => ipv4Address)),
);
