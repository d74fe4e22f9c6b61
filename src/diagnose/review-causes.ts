import { type Diagnosis, revokeCauses } from '../history/diagnosis.ts';
import type { Finding } from '../model/finding.ts';
import type { Services } from '../services.ts';
import { countCauses } from '../tables/cause-counts.ts';
import { unreadIn } from './evaluate/could-not-look.ts';
import { isStillBlocking, restsOnAnswers } from './evaluate/find.ts';
import { observe } from './observe.ts';
import { startReading } from './read/read-settings.ts';
import { readEvidence } from './read-evidence.ts';
import { search } from './search.ts';
import { managedClusterId } from './subject.ts';

/**
 * Reads the settings once more after an outage has ended: a cause that blocks by them still was none, since the node reaches its API server. Where no node
 * recovered, because nodes or cluster were stopped or deleted, nothing is disproved.
 *
 * @returns the findings, with the causes that are disproved marked so; both are counted.
 */
export async function reviewCauses(
  services: Services,
  cluster: string,
  { subject, probe, findings, first }: Diagnosis,
): Promise<readonly Finding[]> {
  const { tables, readCache, now } = services;
  const causes = findings.filter(({ kind, revoked }) => kind === 'cause' && revoked === undefined);
  if (causes.length === 0 || probe === undefined) return findings;
  const evidence = await readEvidence(tables, cluster, probe.node, probe);
  if (evidence?.latest.verdict !== 'reachable' || evidence.latest.at <= probe.at) return findings;
  const time = now();
  const sought = {
    cluster,
    clusterId: managedClusterId(cluster),
    nodeId: evidence.nodeId,
    observation: observe(evidence.reason, evidence.facts, evidence.failures, subject === 'blind'),
    neighbours: { failing: 1, reachable: 0 },
    start: first,
    now: time,
  };
  const { found } = await search(startReading(readCache, true), sought, false);
  const reviewed = revokeCauses(findings, (each) => isStillBlocking(each, found), time);
  // A setting that could not be read again confirms nothing. Changes need not be read again: what was changed stays so.
  const isKnown = unreadIn({ configuration: found.configuration }).length === 0;
  const isSettled = (each: Finding) => each.revoked !== undefined || (isKnown && !restsOnAnswers(each, found));
  await countCauses(
    tables,
    reviewed.filter((each) => each.kind === 'cause' && isSettled(each)),
  );
  return reviewed;
}
