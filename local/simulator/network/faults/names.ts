import { staleServerAddressOf, strangeDns } from '../../addresses.ts';
import { change, remove } from '../change-resources.ts';
import type { NetworkFault } from './network-fault.ts';

/** Faults of how the name of an API server is resolved. */
export const nameFaults = {
  'zone-not-linked': {
    only: 'private clusters with a private DNS zone',
    appliesTo: ({ zone }) => zone !== undefined,
    change: (resources, { zone }) => remove(resources, zone!.vnetLink, ...(zone!.hubLink ? [zone!.hubLink] : [])),
  },
  'record-wrong': {
    only: 'private clusters with a private endpoint and a private DNS zone',
    appliesTo: ({ zone, endpoint }) => zone !== undefined && endpoint !== undefined,
    change: (resources, { zone, cluster }) =>
      change(resources, zone!.record, () => ({ aRecords: [{ ipv4Address: staleServerAddressOf(cluster) }] })),
  },
  'custom-dns-no-forward': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { vnet }) => change(resources, vnet, () => ({ dhcpOptions: { dnsServers: [strangeDns] } })),
  },
} satisfies Record<string, NetworkFault>;
