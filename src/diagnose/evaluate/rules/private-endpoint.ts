import { familyOf, isSameAddress } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { ClusterSettings } from '../configuration.ts';
import { evidenceOf, nameOf, settingOf, wordOf } from '../names.ts';
import { looksDropped } from '../observed.ts';

const DEAD_STATES = ['rejected', 'disconnected', 'pending'];

/** A cluster whose nodes reach the API server by a private endpoint. */
export function endpointCluster({ configuration }: Pick<Case, 'configuration'>): ClusterSettings | undefined {
  const cluster = settingOf(configuration.cluster);
  return cluster?.isPrivate && !cluster.isIntegrated ? cluster : undefined;
}

/** Finding 17: the private endpoint of the API server is gone, or its connection was not approved. */
export const endpointBroken: Rule = {
  layers: ['tcp'],
  find(each): Candidate[] {
    const { endpoint, cluster } = each.configuration;
    if (endpointCluster(each) === undefined || endpoint === undefined || endpoint.status === 'unread') return [];
    const common = { code: 'EndpointBroken', facts: looksDropped(each), needs: [cluster, endpoint] } as const;
    if (endpoint.status === 'absent') {
      const { resourceId } = endpoint;
      const evidence = [evidenceOf(resourceId, 'private endpoint', 'not found')];
      return [
        {
          ...common,
          sentence: `the API server's private endpoint, ${nameOf(resourceId)}, does not exist`,
          resourceId,
          evidence,
          proof: 'settings',
        },
      ];
    }
    const { id, state } = endpoint.value;
    if (wordOf(state) === 'approved' || state === '') return [];
    return [
      {
        ...common,
        sentence: `the API server's private endpoint, ${nameOf(id)}, is ${state}`,
        resourceId: id,
        evidence: [evidenceOf(id, 'privateLinkServiceConnectionState', state)],
        proof: DEAD_STATES.includes(wordOf(state)) ? 'settings' : 'none',
      },
    ];
  },
};

/** Finding 14, its half that shows once a name was found: the nodes resolved an address that is not the endpoint's. */
export const addressWrong: Rule = {
  layers: ['tcp'],
  find(each): Candidate[] {
    const { configuration, observation } = each;
    const endpoint = settingOf(configuration.endpoint);
    const seen = observation.address;
    if (endpointCluster(each) === undefined || endpoint?.address === undefined || seen === undefined || familyOf(seen) === undefined)
      return [];
    if (isSameAddress(seen, endpoint.address) || observation.reason === 'HostsFile') return [];
    const record = settingOf(configuration.zone?.record);
    const zone = configuration.zone;
    // Whoever keeps the record said so themselves; else it is a copy of it, which a node may keep for some minutes.
    const isRecord =
      zone !== undefined &&
      record !== undefined &&
      record.length > 0 &&
      !record.some((each) => isSameAddress(each, endpoint.address!)) &&
      record.some((each) => isSameAddress(each, seen));
    const who = isRecord ? `private DNS zone ${nameOf(zone.id)} says` : 'the nodes resolve the API server to';
    return [
      {
        code: 'RecordWrong',
        sentence: `${who} ${seen}, the API server's private endpoint is ${endpoint.address}`,
        resourceId: isRecord ? zone.id : endpoint.id,
        evidence: [
          ...(isRecord ? [evidenceOf(zone.id, 'A record', record)] : []),
          evidenceOf(endpoint.id, 'privateIPAddress', endpoint.address),
        ],
        proof: isRecord ? 'settings' : observation.failures >= 2 ? 'node' : 'none',
        facts: looksDropped(each),
        needs: [configuration.cluster, configuration.endpoint, ...(zone === undefined ? [] : [zone.record])],
        // A copy of a record is that of one node.
        ...(isRecord ? {} : { isUnshared: true }),
      },
    ];
  },
};
