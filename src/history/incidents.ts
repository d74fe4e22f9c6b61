import { rankReasons } from '../model/rank-reasons.ts';
import type { ReasonCode } from '../model/reasons.ts';
import {
  type ClusterCondition,
  countShared,
  EXPLAINS,
  findShared,
  type SharedCounts,
  type SharedFactor,
  sharedFactors,
  valuesOf,
  WHOLE_FLEET,
} from './shared-factor.ts';
import type { Standing } from './standing.ts';

/** Clusters that failed together, or that nobody sees: people are notified of it, and not of each of them. `subject` is its id. */
export interface Incident extends Standing {
  /** `unseen`: nobody sees the fleet. */
  kind: 'outage' | 'unseen';
  factor: SharedFactor;
  value: string;
  reason: ReasonCode;
  /** Every cluster that ever was one of it, and those that are in trouble now. */
  members: readonly string[];
  open: readonly string[];
  /** Those of these that are blind. */
  blind: number;
  counts: SharedCounts;
  /** The most clusters that were in trouble at once. */
  most: number;
  /** Nodes of these that fail or give no verdict now, of those that are to be probed. */
  nodes: number;
  planned: number;
  /** Whether most clusters of the fleet are in trouble. */
  wide: boolean;
  /** The sweep in which it was first below half of its members, and when that was. */
  below?: { sweep: string; at: string };
}

/** That so little of the fleet is seen that nothing can be said of it. */
export interface Unsighted {
  reason: ReasonCode;
  since: string;
  /** Nodes that have no verdict, of those that should have one. */
  nodes: number;
  planned: number;
  /** Clusters none of whose nodes gave a verdict. */
  clusters: readonly string[];
}

/** What incidents are judged by. */
export interface IncidentFacts {
  sweep: string;
  now: Date;
  /** Every cluster that is watched. */
  clusters: readonly ClusterCondition[];
  /** How many clusters make an incident. */
  least: number;
  /** What began within so many milliseconds began together: two sweeps. */
  togetherMs: number;
  /** Whether the sweep is complete: incidents end by what a whole sweep saw. */
  isComplete: boolean;
  /** Absent where the fleet is seen; undefined is unknown, before a sweep is complete. */
  unsighted?: Unsighted;
}

/** Factors that bring all who share them down: a cluster that fails later joins as well. */
const LASTING: readonly SharedFactor[] = ['finding', 'nextHop', 'dnsServers', 'network'];

/** Whether a cluster in trouble belongs to an incident that is open. */
function fits(each: ClusterCondition, { kind, factor, value, since }: Incident, togetherMs: number): boolean {
  if (kind === 'unseen' || !valuesOf(each, factor).includes(value)) return false;
  // What only looks alike has those that began with it: a later one may have another cause, and must not be covered.
  return LASTING.includes(factor) || Math.abs(Date.parse(each.since!) - Date.parse(since)) <= togetherMs;
}

/** The clusters of an incident as they stand now. */
function measure(
  incident: Pick<Incident, 'factor' | 'value' | 'most' | 'members'>,
  present: readonly ClusterCondition[],
  clusters: readonly ClusterCondition[],
) {
  const counts = countShared(clusters, incident.factor, incident.value);
  return {
    members: [...new Set([...incident.members, ...present.map(({ cluster }) => cluster)])].sort(),
    open: present.map(({ cluster }) => cluster).sort(),
    blind: present.filter(({ blind }) => blind).length,
    counts,
    most: Math.max(incident.most, present.length),
    nodes: present.reduce((total, { nodes }) => total + nodes, 0),
    planned: present.reduce((total, { planned }) => total + planned, 0),
    wide: present.length * 2 >= clusters.length,
  };
}

const mainReason = (present: readonly ClusterCondition[]): ReasonCode =>
  rankReasons(present.flatMap(({ reason, nodes }) => (reason === undefined ? [] : [{ reason, nodes: Math.max(1, nodes) }])))[0]?.reason ??
  'Undiagnosed';

/** What explains an incident more exactly by now, such as what searches have found since it began. It keeps its id. */
function refine(incident: Incident, present: readonly ClusterCondition[], { clusters, least }: IncidentFacts): Incident {
  const found = findShared(present, clusters, least, Number.POSITIVE_INFINITY);
  const isBetter = found !== undefined && sharedFactors.indexOf(found.factor) < sharedFactors.indexOf(incident.factor);
  return isBetter && found.members.length >= present.length * EXPLAINS
    ? { ...incident, factor: found.factor, value: found.value }
    : incident;
}

/**
 * What an incident that was open has become. It ends when fewer than half of its members are in trouble in two sweeps, and too few for an incident: what
 * heals slowly must not begin anew with each half. Members that are not watched any more do not count.
 */
function goOn(
  incident: Incident,
  present: readonly ClusterCondition[],
  { sweep, now, clusters, isComplete, least }: IncidentFacts,
): Incident {
  const { below: wasBelow, ...before } = { ...incident, ...measure(incident, present, clusters) };
  const after = { ...before, sweep: sweep > incident.sweep ? sweep : incident.sweep };
  if (!isComplete) return { ...after, below: wasBelow };
  const watched = new Set(clusters.map(({ cluster }) => cluster));
  const members = after.members.filter((cluster) => watched.has(cluster)).length;
  if (present.length > 0 && (present.length * 2 >= members || present.length >= least)) return after;
  if (wasBelow === undefined) return { ...after, below: { sweep, at: now.toISOString() } };
  return sweep > wasBelow.sweep ? { ...after, below: wasBelow, until: wasBelow.at } : { ...after, below: wasBelow };
}

/** Names an incident for ever: when it was found, and what it is about. What was left of another is found later than that was. */
function nameOf(found: Date, factor: SharedFactor, value: string, first: string): string {
  // FNV-1a: short, and the same everywhere. It need not be hard to find another text with the same hash.
  let hash = 0x811c9dc5;
  for (const char of `${found.getTime()}|${factor}|${value}|${first}`) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return `${found.toISOString().replace(/[-:]|\.\d+/g, '')}-${hash.toString(16).padStart(8, '0')}`;
}

function begin(
  facts: IncidentFacts,
  kind: Incident['kind'],
  factor: SharedFactor,
  value: string,
  present: readonly ClusterCondition[],
): Incident {
  const since = present.reduce((first, each) => (each.since! < first ? each.since! : first), present[0]!.since!);
  const reason = mainReason(present);
  const own = { factor, value, reason, most: 0, members: [] };
  const subject = nameOf(facts.now, factor, value, present[0]!.cluster);
  return { subject, since, delivered: {}, sweep: facts.sweep, kind, ...own, ...measure(own, present, facts.clusters) };
}

/** The incident that nobody sees the fleet: one that is open goes on while that is so, and ends when a sweep sees it again. */
function foldUnseen(stored: Incident | undefined, taken: ReadonlySet<string>, facts: IncidentFacts): Incident | undefined {
  const { unsighted, sweep, now, isComplete, clusters } = facts;
  if (!isComplete) return stored && { ...stored, open: stored.open.filter((cluster) => !taken.has(cluster)) };
  if (unsighted === undefined) return stored && { ...stored, until: now.toISOString(), open: [], sweep };
  const open = unsighted.clusters.filter((cluster) => !taken.has(cluster)).sort();
  const members = [...new Set([...(stored?.members ?? []), ...open])].sort();
  const affected = unsighted.clusters.length;
  const counts = { affected, inside: clusters.length, elsewhereAffected: 0, elsewhere: 0 };
  const blind = clusters.filter((each) => each.blind && open.includes(each.cluster)).length;
  const { nodes, planned } = unsighted;
  const current = { open, members, counts, blind, nodes, planned, most: Math.max(stored?.most ?? 0, affected), wide: false, sweep };
  if (stored !== undefined) return { ...stored, ...current };
  const { reason, since } = unsighted;
  const subject = nameOf(now, 'fleet', 'unseen', reason);
  return { subject, since, delivered: {}, kind: 'unseen', factor: 'fleet', value: WHOLE_FLEET, reason, ...current };
}

/**
 * Decides which incidents begin, go on and end. A cluster in trouble is in at most one that is open. One that ends leaves those that are still in trouble
 * free: they may make up another, else each is notified by itself. Pure; the order of clusters and incidents does not matter.
 *
 * @param stored - incidents that are open.
 * @returns these as they become, and those that begin.
 */
export function foldIncidents(stored: readonly Incident[], facts: IncidentFacts): Incident[] {
  const { clusters, least, togetherMs } = facts;
  const open = stored.filter(({ until }) => until === undefined).sort((a, b) => (a.subject < b.subject ? -1 : 1));
  const affected = clusters.filter(({ since }) => since !== undefined).sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const taken = new Set<string>();
  const groups = open
    .filter(({ kind }) => kind === 'outage')
    .map((incident) => {
      const stays = (each: ClusterCondition) =>
        incident.open.includes(each.cluster) || (incident.members.includes(each.cluster) && fits(each, incident, togetherMs));
      const present = affected.filter((each) => !taken.has(each.cluster) && stays(each));
      for (const { cluster } of present) taken.add(cluster);
      return { incident, present };
    });
  const wasUnseen = open.find(({ kind }) => kind === 'unseen');
  // What is still blind between two sweeps stays a part of the fleet that nobody sees.
  const unseenStill = facts.isComplete ? [] : affected.filter(({ cluster, blind }) => blind && wasUnseen?.open.includes(cluster));
  const isFree = ({ cluster }: ClusterCondition) => !taken.has(cluster) && !unseenStill.some((each) => each.cluster === cluster);
  // An incident that is explained more exactly may have others, and with them another explanation.
  for (let hasJoined = true; hasJoined; ) {
    for (const group of groups) group.incident = refine(group.incident, group.present, facts);
    const joining = affected.flatMap((each) => {
      const own = isFree(each) ? groups.find(({ incident }) => fits(each, incident, togetherMs)) : undefined;
      return own === undefined ? [] : [{ own, each }];
    });
    for (const { own, each } of joining) {
      own.present.push(each);
      taken.add(each.cluster);
    }
    hasJoined = joining.length > 0;
  }
  const after = groups.map(({ incident, present }) => goOn(incident, present, facts));
  for (const { open: left, until } of after) if (until !== undefined) for (const cluster of left) taken.delete(cluster);
  const unseenAt = (among: ReadonlySet<string>) => foldUnseen(wasUnseen, among, facts);
  for (const cluster of facts.isComplete ? (unseenAt(taken)?.open ?? []) : unseenStill.map((each) => each.cluster)) taken.add(cluster);
  const grouped = new Set(after.flatMap((each) => (each.until === undefined ? each.open : [])));
  for (;;) {
    const free = affected.filter(({ cluster }) => !taken.has(cluster));
    const found = findShared(free, clusters, least, togetherMs);
    if (found === undefined) break;
    const begun = begin(facts, 'outage', found.factor, found.value, found.members);
    // What brings all down has those, too, that began at other times.
    const present = free.filter((each) => found.members.includes(each) || fits(each, begun, togetherMs));
    const whole = begin(facts, 'outage', found.factor, found.value, present);
    after.push(whole);
    for (const { cluster } of present) {
      taken.add(cluster);
      grouped.add(cluster);
    }
  }
  const unseen = unseenAt(grouped);
  return unseen === undefined ? after : [...after, unseen];
}

/** The open incident that covers each cluster, by cluster: while it has it, nobody is notified of the cluster itself. */
export function coveredBy<I extends Incident>(incidents: readonly I[]): Map<string, I> {
  const open = incidents.filter(({ until }) => until === undefined);
  return new Map(open.flatMap((each) => each.open.map((cluster) => [cluster, each] as const)));
}

/** Clusters that are, or were, one of some incidents: nobody is notified of what they recovered from meanwhile. */
export function membersOf(incidents: readonly Incident[]): Set<string> {
  return new Set(incidents.flatMap(({ members }) => members));
}
