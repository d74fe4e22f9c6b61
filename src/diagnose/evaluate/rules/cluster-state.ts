import type { Change } from '../../../model/finding.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import { clockOf, evidenceOf, isSameId, nameOf, settingOf, wordOf } from '../names.ts';
import { changeToName } from '../recent.ts';

const ENDS = ['stopping', 'deleting'];

/** Finding 1: the cluster is stopped, or about to be. A state that Azure does not say is not that. */
export const clusterStopped: Rule = {
  layers: 'all',
  find({ configuration }) {
    const cluster = settingOf(configuration.cluster);
    if (cluster === undefined) return [];
    const state = wordOf(cluster.provisioningState);
    const isStopped = wordOf(cluster.powerState) === 'stopped';
    if (!isStopped && !ENDS.includes(state)) return [];
    const word = ENDS.includes(state) ? state : 'stopped';
    return [
      {
        code: 'ClusterStopped',
        sentence: `cluster ${nameOf(cluster.id)} is ${word === 'deleting' ? 'being deleted' : word}`,
        resourceId: cluster.id,
        evidence: [
          evidenceOf(cluster.id, 'powerState', cluster.powerState ?? ''),
          evidenceOf(cluster.id, 'provisioningState', cluster.provisioningState),
        ],
        proof: 'settings',
        facts: 'agrees',
        needs: [configuration.cluster],
      },
    ];
  },
};

/** Whether a change began an operation of the cluster: of itself or of one of its pools. */
const beginsOperation = (id: string) => (change: Change) =>
  (isSameId(change.resourceId, id) || change.resourceId.toLowerCase().startsWith(`${id.toLowerCase()}/agentpools/`)) &&
  change.property === undefined;

/** Finding 2: AKS works on the cluster, or failed to. Usually that cuts nothing off. */
export const clusterOperation: Rule = {
  layers: ['tcp', 'tls', 'http'],
  find(each: Case): Candidate[] {
    const cluster = settingOf(each.configuration.cluster);
    const state = wordOf(cluster?.provisioningState);
    if (cluster === undefined || ENDS.includes(state) || !/^[a-z]+ing$|^failed$/.test(state)) return [];
    const change = changeToName(each, beginsOperation(cluster.id));
    const since = change === undefined ? '' : ` since ${clockOf(change.time)}`;
    const name = nameOf(cluster.id);
    return [
      {
        code: 'ClusterOperation',
        sentence:
          state === 'failed' ? `the last operation of AKS on cluster ${name} failed` : `AKS has been ${state} cluster ${name}${since}`,
        resourceId: cluster.id,
        evidence: [evidenceOf(cluster.id, 'provisioningState', cluster.provisioningState)],
        proof: 'none',
        facts: 'unknown',
        needs: [each.configuration.cluster],
        // Nodes are upgraded one after the other.
        isUnshared: true,
        change,
      },
    ];
  },
};
