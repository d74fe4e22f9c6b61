import type { Diagnosis } from '../history/diagnosis.ts';
import type { JudgedNode } from '../model/node.ts';
import { intervalAt } from '../model/schedule.ts';
import type { Services } from '../services.ts';
import { readJudgedNodes } from '../tables/node-rows.ts';
import { chooseNode } from './choose-node.ts';
import { observe } from './observe.ts';
import { startReading } from './read/read-settings.ts';
import { readEvidence } from './read-evidence.ts';
import { type SearchResult, search } from './search.ts';
import { managedClusterId, type Subject } from './subject.ts';

/** For how many intervals the verdict of a neighbour holds. */
const HOLDS_INTERVALS = 2;

/** Whether a node fails in the way that a search is for. */
function failsBy({ subject, outages }: Subject): (node: JudgedNode) => boolean {
  if (subject === 'blind') return ({ state }) => state.latest?.verdict === 'unknown';
  const failing = new Set(outages.flatMap(({ outage: { node, end } }) => (node !== undefined && end === undefined ? [node] : [])));
  return ({ facts, state }) => state.latest?.verdict === 'unreachable' && (subject === 'cluster' || failing.has(facts.node));
}

/** Searches while an outage lasts, from a node that fails now. */
export async function searchOpen(
  services: Services,
  subject: Subject & { since: string },
): Promise<SearchResult & Pick<Diagnosis, 'probe'>> {
  const { settings, tables, readCache, now } = services;
  const { cluster, since } = subject;
  const time = now();
  const nodes = await readJudgedNodes(tables, cluster);
  const recentMs = HOLDS_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, time);
  const chosen = chooseNode(nodes.values(), failsBy(subject), since, time, recentMs);
  const evidence = chosen && (await readEvidence(tables, cluster, chosen.node));
  const isBlind = subject.subject === 'blind';
  const sought = {
    cluster,
    clusterId: managedClusterId(cluster),
    nodeId: evidence?.nodeId,
    observation: observe(evidence?.reason ?? 'Undiagnosed', evidence?.facts ?? new Map(), evidence?.failures ?? 0, isBlind),
    neighbours: chosen?.neighbours ?? { failing: 0, reachable: undefined },
    start: since,
    now: time,
  };
  return { probe: evidence?.probe, ...(await search(startReading(readCache), sought, settings.SHOW_CALLERS === 'on')) };
}
