import type { Candidate, Rule } from '../candidate.ts';
import { clockOf, evidenceOf, nameOf, settingOf, wordOf } from '../names.ts';

/** Finding 20: Azure reports a problem of AKS in the region, or of this cluster. What it reports of the cluster may be our own symptom. */
export const platformIncident: Rule = {
  layers: 'all',
  find({ configuration: { issues, health, cluster } }): Candidate[] {
    const common = { code: 'PlatformIncident', proof: 'none', facts: 'unknown', isUnshared: true } as const;
    const reported = settingOf(issues)?.map(({ id, title, since }) => ({
      ...common,
      sentence: `Azure reports ${title} since ${clockOf(since)}`,
      resourceId: id,
      evidence: [evidenceOf(id, 'title', title)],
      needs: [issues],
    }));
    const own = settingOf(health);
    const id = settingOf(cluster)?.id;
    const isUnplanned = wordOf(own?.state) === 'unavailable' && wordOf(own?.reasonType) === 'unplanned';
    if (own === undefined || id === undefined || !isUnplanned) return reported ?? [];
    const since = own.since === undefined ? '' : ` since ${clockOf(own.since)}`;
    const title = own.title === undefined || own.title === '' ? '' : ` (${own.title})`;
    const evidence = [evidenceOf(id, 'availabilityState', own.state), evidenceOf(id, 'reasonType', own.reasonType!)];
    const ofCluster: Candidate = {
      ...common,
      sentence: `Azure reports cluster ${nameOf(id)} unavailable${since}${title}`,
      resourceId: id,
      evidence,
      needs: [health],
    };
    return [...(reported ?? []), ofCluster];
  },
};
