import { type Diagnosis, isSearchedFor } from '../history/diagnosis.ts';
import type { JudgedNode } from '../model/node.ts';
import { intervalAt } from '../model/schedule.ts';
import type { Services } from '../services.ts';
import { readJudgedNodes } from '../tables/node-rows.ts';
import { type Chosen, chooseNode } from './choose-node.ts';
import { observe } from './observe.ts';
import { startReading } from './read/read-settings.ts';
import { readEvidence } from './read-evidence.ts';
import { type SearchResult, search } from './search.ts';
import { managedClusterId, type Subject } from './subject.ts';

/** For how many intervals the verdict of a neighbour holds. */
const HOLDS_INTERVALS = 2;

/** A subject that lasts. */
export type OpenSubject = Subject & { since: string };

/** Whether a node fails in the way that a search is for. */
function failsBy({ subject, since, outages }: OpenSubject): (node: JudgedNode) => boolean {
  if (subject === 'blind') return ({ state }) => state.latest?.verdict === 'unknown';
  // Of nodes that fail one after another, those that began last: others had a search of their own.
  const young = outages.filter(({ outage }) => isSearchedFor(outage, { since, at: '~' }));
  const failing = new Set(young.flatMap(({ outage: { node } }) => node ?? []));
  return ({ facts, state }) => state.latest?.verdict === 'unreachable' && (subject === 'cluster' || failing.has(facts.node));
}

/** Chooses the node that a search starts from, as all nodes of the cluster stand now. */
export async function chooseStart({ settings, tables, now }: Services, subject: OpenSubject): Promise<Chosen | undefined> {
  const time = now();
  const nodes = await readJudgedNodes(tables, subject.cluster);
  const recentMs = HOLDS_INTERVALS * intervalAt(settings.SWEEP_SCHEDULE, time);
  return chooseNode(nodes.values(), failsBy(subject), subject.since, time, recentMs);
}

/** Searches while an outage lasts, from a node that fails now. */
export async function searchOpen(
  services: Services,
  subject: OpenSubject,
  chosen: Chosen | undefined,
): Promise<SearchResult & Pick<Diagnosis, 'probe'>> {
  const { settings, tables, readCache, now } = services;
  const { cluster, since } = subject;
  const time = now();
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
