import { parseFleet } from './simulator/fleet-schema.ts';

const threeZones: ('1' | '2' | '3')[] = ['1', '2', '3'];

/**
 * The demonstration fleet: 3 subscriptions, 7 clusters, 39 Linux nodes, of which 33 can be probed.
 *
 * Two clusters send everything through the firewall of a hub, whose DNS server a third asks; one leaves by a NAT gateway that its API server must
 * admit, one is private, one has its API server in its VNet. One cluster is stopped, one is locked, one node is deallocated; nothing fails until a fault is switched on.
 */
export const demoFleet = parseFleet(
  {
    subscriptions: [
      {
        id: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
        name: 'Contoso Production',
        hubs: [
          {
            name: 'hub-europe',
            resourceGroup: 'rg-hub-europe',
            location: 'westeurope',
            firewall: { privateAddress: '10.0.0.4', publicAddress: '198.18.250.4' },
          },
        ],
        clusters: [
          {
            name: 'shop-prod',
            resourceGroup: 'rg-shop-prod',
            location: 'westeurope',
            kubernetesVersion: '1.33.5',
            tags: { env: 'production', team: 'shop' },
            network: { vnet: 'vnet-shop-prod', subnet: 'snet-aks', hub: 'hub-europe', outboundType: 'userDefinedRouting' },
            plannedMaintenance: [
              {
                name: 'aksManagedAutoUpgradeSchedule',
                maintenanceWindow: {
                  schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } },
                  durationHours: 4,
                  utcOffset: '+01:00',
                  startTime: '02:00',
                },
              },
            ],
            pools: [
              { name: 'system', count: 3, zones: threeZones },
              { name: 'web', count: 6, zones: threeZones, vmSize: 'Standard_D8ds_v5' },
            ],
          },
          {
            name: 'payments-prod',
            resourceGroup: 'rg-Payments-Prod',
            location: 'northeurope',
            private: true,
            kubernetesVersion: '1.32.9',
            tags: { env: 'production', team: 'payments' },
            network: {
              vnet: 'vnet-payments',
              resourceGroup: 'rg-Payments-Network',
              subnet: 'snet-aks',
              hub: 'hub-europe',
              outboundType: 'userDefinedRouting',
            },
            pools: [
              { name: 'system', count: 3, zones: threeZones },
              { name: 'pay', count: 4, zones: ['1', '2'], instances: { '3': { powerState: 'deallocated' } } },
            ],
          },
        ],
      },
      {
        id: '5d0c7b1e-2a94-4b7f-8e33-6a1f0c9b8d02',
        name: 'Contoso Staging',
        clusters: [
          {
            name: 'shop-staging',
            resourceGroup: 'rg-shop-staging',
            location: 'westeurope',
            kubernetesVersion: '1.34.1',
            tags: { env: 'staging', team: 'shop' },
            network: { vnet: 'vnet-shop-staging', subnet: 'snet-aks', hub: 'hub-europe', customDns: '10.0.0.132' },
            pools: [
              { name: 'system', count: 2 },
              { name: 'apps', count: 3, imageVersion: '202510.19.1' },
            ],
          },
          {
            name: 'load-test',
            resourceGroup: 'rg-load-test',
            location: 'eastus',
            powerState: 'Stopped',
            kubernetesVersion: '1.33.5',
            tags: { env: 'test' },
            pools: [{ name: 'system', count: 3 }],
          },
        ],
      },
      {
        id: 'c81e4f3a-97b6-4d21-a5c0-1e7d2b6f5a03',
        name: 'Contoso Data',
        clusters: [
          {
            name: 'analytics',
            resourceGroup: 'rg-analytics',
            location: 'eastus2',
            nodeResourceGroup: 'rg-analytics-nodes',
            authorizedIPRanges: ['198.18.20.7/32', '192.0.2.128/25'],
            network: { vnet: 'vnet-analytics', natGateway: 'ng-analytics', outboundAddress: '198.18.20.7' },
            kubernetesVersion: '1.31.11',
            tags: { env: 'production', team: 'data' },
            pools: [
              { name: 'system', count: 3, zones: threeZones, oldTags: true },
              { name: 'spark', count: 5, zones: threeZones, vmSize: 'Standard_E16ds_v5', oldTags: true },
            ],
          },
          {
            name: 'vault',
            resourceGroup: 'rg-vault',
            location: 'swedencentral',
            restrictionLevel: 'ReadOnly',
            kubernetesVersion: '1.33.5',
            tags: { env: 'production', team: 'security' },
            pools: [{ name: 'system', count: 2 }],
          },
          {
            name: 'edge',
            resourceGroup: 'rg-edge',
            location: 'westus3',
            kubernetesVersion: '1.33.5',
            network: { vnetIntegration: true },
            tags: { env: 'production', team: 'data' },
            pools: [
              { name: 'system', count: 3, zones: threeZones },
              { name: 'burst', count: 2, type: 'VirtualMachines' },
            ],
          },
        ],
      },
    ],
  },
  'The demonstration fleet',
);
