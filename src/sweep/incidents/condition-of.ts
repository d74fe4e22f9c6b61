import type { Blindness } from '../../history/blindness.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { openEpisode } from '../../history/node-state.ts';
import type { ClusterCondition, SharedFactor } from '../../history/shared-factor.ts';
import { bestOf } from '../../notify/alert-words.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';

const lower = (values: readonly string[]) => values.map((value) => value.toLowerCase());

/**
 * A cluster as incidents see it. Pure.
 *
 * @param quiet - whether it is in maintenance: then it is in no trouble that people are notified of.
 */
export function conditionOf(
  { cluster, region, subscriptionId, networks, nodes, outage }: ClusterRow,
  blind: Blindness | undefined,
  diagnosis: Pick<Diagnosis, 'findings' | 'path'> | undefined,
  quiet: boolean,
): ClusterCondition {
  const down = quiet ? undefined : openEpisode(outage.outage);
  const unseen = quiet || down !== undefined ? undefined : blind;
  const reason = down?.reason ?? unseen?.reason;
  const found = bestOf(diagnosis?.findings)?.resourceId;
  const places: Partial<Record<SharedFactor, readonly string[]>> = {
    network: networks,
    region: region === '' ? [] : [region],
    subscription: [subscriptionId],
    nextHop: lower(diagnosis?.path?.nextHops ?? []),
    dnsServers: lower(diagnosis?.path?.dnsServers ?? []),
  };
  const inTrouble = { finding: found === undefined ? [] : [found.toLowerCase()], reason: reason === undefined ? [] : [reason] };
  return {
    cluster,
    since: down?.from ?? unseen?.since,
    blind: unseen !== undefined,
    reason,
    nodes: down === undefined ? (unseen?.unknown ?? 0) : nodes.unreachable,
    planned: unseen?.planned ?? nodes.known - nodes.notProbed,
    shares: reason === undefined ? places : { ...places, ...inTrouble },
  };
}
