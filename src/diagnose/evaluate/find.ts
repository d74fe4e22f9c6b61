import type { Finding } from '../../model/finding.ts';
import type { Candidate, Rule } from './candidate.ts';
import type { Case } from './case.ts';
import { couldNotLook } from './could-not-look.ts';
import { isImpossible, type Judged, judge, rankOf } from './judge.ts';
import { isSameId } from './names.ts';
import { layersOf } from './observed.ts';
import { recentChange } from './recent-change.ts';
import { apiSubnetBlocked } from './rules/api-subnet.ts';
import { rangesExcludeOutbound } from './rules/authorized-ranges.ts';
import { clusterOperation, clusterStopped } from './rules/cluster-state.ts';
import { dnsServerCutOff } from './rules/dns-cut-off.ts';
import { firewallAnswers, nextHopDead } from './rules/next-hop.ts';
import { adminRuleDenies, nsgDenies } from './rules/nsgs.ts';
import { peeringDisconnected } from './rules/peering.ts';
import { platformIncident } from './rules/platform.ts';
import { addressWrong, endpointBroken } from './rules/private-endpoint.ts';
import { customDnsNoForward, recordMissing, zoneNotLinked } from './rules/private-zone.ts';
import { outboundChanged, rangesChanged } from './rules/range-changes.ts';
import { defaultRouteToAppliance, routeDrops } from './rules/routes.ts';
import { natWithoutAddress, noOutboundPath } from './rules/way-out.ts';

/** Of findings of one rank, those of rules that stand first are shown first. */
const rules: readonly Rule[] = [
  clusterStopped,
  endpointBroken,
  nsgDenies,
  apiSubnetBlocked,
  dnsServerCutOff,
  routeDrops,
  nextHopDead,
  peeringDisconnected,
  natWithoutAddress,
  noOutboundPath,
  // Before what it led to.
  outboundChanged,
  rangesExcludeOutbound,
  zoneNotLinked,
  recordMissing,
  addressWrong,
  customDnsNoForward,
  adminRuleDenies,
  rangesChanged,
  defaultRouteToAppliance,
  firewallAnswers,
  platformIncident,
  clusterOperation,
];

const SHOWN = 3;

const judgeAll = (candidates: readonly Candidate[], each: Case): Judged[] =>
  candidates.map((candidate) => judge(candidate, each)).filter((judged) => judged !== undefined);

/**
 * Finds what in Azure's configuration cut nodes off, or may have: at most three findings, causes first, then suspicions with a change, then others; after
 * them, what could not be looked at. Pure.
 */
export function findingsOf(each: Case): Finding[] {
  const layers = layersOf(each.observation);
  const fitting = rules.filter((rule) => rule.layers === 'all' || rule.layers.some((layer) => layers.includes(layer)));
  const found = judgeAll(
    fitting.flatMap((rule) => rule.find(each)),
    each,
  );
  const all = [...found, ...judgeAll(recentChange(each, found), each)];
  const ranked = all.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ finding }) => finding);
  // What shows at two layers is one finding.
  const isFirst = (one: Finding, index: number) =>
    ranked.findIndex(
      ({ code, resourceId }) => code === one.code && (resourceId === one.resourceId || isSameId(resourceId, one.resourceId)),
    ) === index;
  return [...ranked.filter(isFirst).slice(0, SHOWN), ...couldNotLook(each)];
}

/**
 * Whether settings that were read again after the outage had ended still say that the connection is impossible, so that the cause was none. What rests on
 * answers that the nodes got, and not on settings, is never disproved so. Pure.
 *
 * @param each - the settings as they are now, with what the nodes saw during the outage.
 */
export function isStillBlocking(finding: Finding, each: Case): boolean {
  return sameAs(finding, each).some((candidate) => candidate.proof === 'settings' && isImpossible(candidate));
}

/** Whether a cause rests on answers that the nodes got during the outage, so that settings of after it neither confirm nor disprove it. Pure. */
export function restsOnAnswers(finding: Finding, each: Case): boolean {
  return sameAs(finding, each).some(({ proof }) => proof === 'node');
}

/** What the rules say now of the same thing. */
function sameAs(finding: Finding, each: Case): Candidate[] {
  return rules
    .flatMap((rule) => rule.find(each))
    .filter(
      ({ code, resourceId }) => code === finding.code && (finding.resourceId === undefined || isSameId(resourceId, finding.resourceId)),
    );
}
