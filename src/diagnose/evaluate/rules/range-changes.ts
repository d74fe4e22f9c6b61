import type { Change } from '../../../model/finding.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import { clockOf, evidenceOf, isSameId, nameOf, settingOf } from '../names.ts';
import { mayHaveBrought, newestOf, recentChanges } from '../recent.ts';
import { isWayOut, outsideRanges } from './authorized-ranges.ts';

/** The ranges in a value of a change, however it lists them. */
const rangesIn = (value: string | undefined): string[] =>
  (value ?? '').match(/[\d.]{7,15}(\/\d{1,2})?|[\da-f]*:[\da-f:.]+(\/\d{1,3})?|AzureCloud[\w.]*/gi) ?? [];

/** What a change of the ranges took from the nodes; undefined where it only let more in. */
function lostBy({ before, after }: Change): string | undefined {
  if (before === undefined && after === undefined) return 'changed';
  const [old, now] = [rangesIn(before), rangesIn(after)];
  const lost = old.filter((each) => !now.includes(each));
  if (lost.length > 0) return `lost ${lost.join(', ')}`;
  // The first ranges shut out everybody else.
  return old.length === 0 && now.length > 0 ? `were set to ${now.join(', ')}` : undefined;
}

/** Finding 4: the ranges that the API server admits were narrowed just before. */
export const rangesChanged: Rule = {
  layers: ['tcp', 'tls'],
  find(each) {
    const cluster = settingOf(each.configuration.cluster);
    if (cluster === undefined || cluster.isPrivate || cluster.isIntegrated) return [];
    const isOfRanges = (change: Change) =>
      isSameId(change.resourceId, cluster.id) && /authorizedIPRanges/i.test(change.property ?? '') && lostBy(change) !== undefined;
    const change = newestOf(recentChanges(each, (one) => isOfRanges(one) && mayHaveBrought(one, each)));
    if (change === undefined) return [];
    return [
      {
        code: 'RangesChanged',
        sentence: `authorized ranges ${lostBy(change)} at ${clockOf(change.time)}`,
        resourceId: cluster.id,
        evidence: [
          evidenceOf(cluster.id, `${change.property} before`, change.before ?? 'not said'),
          evidenceOf(cluster.id, `${change.property} after`, change.after ?? 'not said'),
        ],
        proof: 'none',
        facts: 'unknown',
        needs: [each.configuration.cluster],
        change,
      },
    ];
  },
};

/** A value as people read it: of the id of a resource, its name. */
const valueName = (value: string) => (value.startsWith('/subscriptions/') ? nameOf(value.replace(/…$/, '')) : value);

/** Whether a change moved the way by which nodes leave: its resource, what the subnet leaves by, or the outbound type of the cluster. */
function movesWayOut(each: Case, { resourceId, property }: Change): boolean {
  const { cluster, subnet } = each.configuration;
  if (isWayOut(each, resourceId)) return true;
  if (isSameId(resourceId, settingOf(subnet)?.id)) return /natGateway/i.test(property ?? '');
  return (
    isSameId(resourceId, settingOf(cluster)?.id) &&
    /outboundType|effectiveOutboundIPs|natGatewayProfile|loadBalancerProfile/i.test(property ?? '')
  );
}

/** Finding 5: the way by which nodes leave was changed just before; as sure as finding 3 where that holds too. */
export const outboundChanged: Rule = {
  layers: ['tcp', 'tls'],
  find(each): Candidate[] {
    const settings = settingOf(each.configuration.cluster);
    if (settings === undefined || settings.isPrivate || settings.isIntegrated) return [];
    const change = newestOf(recentChanges(each, (one) => movesWayOut(each, one) && mayHaveBrought(one, each)));
    if (change === undefined) return [];
    const outside = outsideRanges(each);
    const { resourceId, before, after, property = 'settings' } = change;
    const moved =
      before !== undefined && after !== undefined ? `moved from ${valueName(before)} to ${valueName(after)}` : `was changed (${property})`;
    return [
      {
        code: 'OutboundChanged',
        sentence: `the nodes' way out, ${nameOf(resourceId)}, ${moved} at ${clockOf(change.time)}`,
        resourceId,
        evidence: [
          evidenceOf(resourceId, `${property} before`, before ?? 'not said'),
          evidenceOf(resourceId, `${property} after`, after ?? 'not said'),
          ...(outside?.evidence ?? []),
        ],
        proof: outside?.proof ?? 'none',
        facts: outside?.facts ?? 'unknown',
        needs: outside?.needs ?? [],
        change,
      },
    ];
  },
};
