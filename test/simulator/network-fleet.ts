import type { FleetFile } from '../../local/simulator/fleet-schema.ts';

type ClusterFile = FleetFile['subscriptions'][number]['clusters'][number];

export const spokes = '11111111-2222-4333-8444-555555555555';
export const central = '99999999-2222-4333-8444-555555555555';

/** Clusters of each kind of network. */
export const kinds = {
  plain: {},
  nat: {
    authorizedIPRanges: ['198.18.4.6/32', '198.18.4.8/31'],
    network: { vnet: 'vnet', natGateway: 'ng', outboundAddress: '198.18.4.6', outboundPrefix: '198.18.4.8/31' },
  },
  routed: { network: { vnet: 'vnet', subnet: 'snet', resourceGroup: 'rg-Net', hub: 'hub', outboundType: 'userDefinedRouting' } },
  asking: { network: { vnet: 'vnet', hub: 'hub', customDns: '10.0.0.132' } },
  private: { private: true },
  privateRouted: { private: true, network: { vnet: 'vnet', hub: 'hub', outboundType: 'userDefinedRouting' } },
  integrated: { network: { vnetIntegration: true } },
} satisfies Record<string, Partial<ClusterFile>>;

/** The kind of network on which each fault is tried. */
export type Kind = keyof typeof kinds;

/** A fleet with clusters of the kinds given, by name, each with one node and a resource group of its own; the hub is in another subscription. */
export function networkFleet(clusters: Readonly<Record<string, Kind>>): FleetFile {
  return {
    subscriptions: [
      {
        id: spokes,
        name: 'Spokes',
        clusters: Object.entries(clusters).map(([name, kind]): ClusterFile => {
          const own: Partial<ClusterFile> = kinds[kind];
          const network = own.network?.resourceGroup === undefined ? own.network : { ...own.network, resourceGroup: `rg-Net-${name}` };
          return {
            name,
            resourceGroup: `rg-${name}`,
            location: 'westeurope',
            kubernetesVersion: '1.33.5',
            pools: [{ name: 'web', count: 1 }],
            ...own,
            ...(network && { network }),
          };
        }),
      },
      {
        id: central,
        name: 'Central',
        hubs: [{ name: 'hub', resourceGroup: 'rg-hub', firewall: { privateAddress: '10.0.0.4', publicAddress: '198.18.250.4' } }],
        clusters: [],
      },
    ],
  };
}
