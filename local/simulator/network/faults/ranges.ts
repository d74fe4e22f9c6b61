import { change } from '../change-resources.ts';
import type { ClusterPlace } from '../place-cluster.ts';
import type { Resources } from '../resource.ts';
import type { NetworkFault } from './network-fault.ts';

// An office, which has nothing to do with the nodes.
const office = '192.0.2.0/24';
const isOutside = ({ endpoint, integrated, cluster }: ClusterPlace) =>
  endpoint === undefined && integrated === undefined && !cluster.spec.private;
/** Whether the nodes leave by an address that AKS does not admit by itself, as it admits that of its load balancer. */
const mustBeListed = ({ outboundType }: ClusterPlace) => outboundType !== 'loadBalancer';

/** Faults of the authorized ranges of an API server. */
export const rangesFaults = {
  'ranges-exclude-outbound': {
    only: 'public clusters behind a NAT gateway or a hub’s firewall',
    appliesTo: (place) => isOutside(place) && mustBeListed(place),
    change: (resources, place) => withRanges(resources, place, [office]),
  },
  'ranges-changed': {
    only: 'public clusters',
    appliesTo: isOutside,
    change(resources, place) {
      const addresses = mustBeListed(place) ? outboundRangesOf(place) : [];
      const before = place.cluster.spec.authorizedIPRanges;
      const after = addresses.length > 0 ? addresses : ['0.0.0.0/32'];
      return withRanges(resources, place, String(before) === String(after) ? [...after, office] : after);
    },
  },
} satisfies Record<string, NetworkFault>;

/** The ranges by which the nodes of a cluster leave. */
function outboundRangesOf({ outbound, hub }: ClusterPlace): string[] {
  if (outbound !== undefined) return [`${outbound.address}/32`, ...(outbound.prefix ? [outbound.prefix.range] : [])];
  return hub === undefined ? [] : [`${hub.hub.spec.firewall.publicAddress}/32`];
}

function withRanges(resources: Resources, { clusterId }: ClusterPlace, authorizedIPRanges: readonly string[]): Resources {
  return change(resources, clusterId, ({ apiServerAccessProfile }) => ({
    apiServerAccessProfile: { ...(apiServerAccessProfile as object | undefined), authorizedIPRanges },
  }));
}
