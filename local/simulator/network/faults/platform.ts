import { change, put, remove } from '../change-resources.ts';
import { healthOf, regionName, serviceEvent } from '../describe-health.ts';
import type { NetworkFault } from './network-fault.ts';

/** Faults of the platform around a cluster: its operations, its health, and the rights to look. */
export const platformFaults = {
  'cluster-operation': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { clusterId }) => change(resources, clusterId, () => ({ provisioningState: 'Upgrading' })),
  },
  'platform-incident': {
    only: 'clusters',
    appliesTo: () => true,
    change(resources, { health, cluster, location }, _, since) {
      const title = `AKS API servers unavailable in ${regionName(location)}`;
      const impact = { service: 'Azure Kubernetes Service (AKS)', region: regionName(location) };
      const state = {
        availabilityState: 'Unavailable',
        title: 'Unavailable',
        summary: 'The API server of the cluster is unavailable because of a problem of the platform.',
        reasonType: 'Unplanned',
      };
      return put(
        resources,
        healthOf(health, location, state, since),
        serviceEvent(cluster.subscriptionId, `AKS1-${location.slice(0, 3).toUpperCase()}`, title, impact, since),
      );
    },
  },
  'could-not-look': {
    only: 'clusters',
    appliesTo: () => true,
    change: (resources, { roleAssignment }) => remove(resources, roleAssignment),
  },
} satisfies Record<string, NetworkFault>;
