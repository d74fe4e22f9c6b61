import type { Blindness } from '../history/blindness.ts';
import type { Diagnosis } from '../history/diagnosis.ts';
import type { Words } from '../history/frozen-words.ts';
import { openEpisode } from '../history/node-state.ts';
import type { Change, Finding } from '../model/finding.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterRow } from '../tables/cluster-rows.ts';
import { lastName, spoken, timeOfDay } from './spoken.ts';

/** The alert rules of infra/modules/alerts.bicep that are about one cluster and take its words. */
export const alertRules = ['cluster-outage', 'node-outages', 'cluster-blind', 'cluster-degraded', 'nodes-unseen', 'coverage'] as const;
export type AlertRule = (typeof alertRules)[number];

/** A condition of a cluster that an alert is about, and what is to be said of it now. */
export interface Condition {
  /** Names it: a condition that ends and begins anew is another. */
  of: string;
  words: Words;
}

/** Application Insights keeps longer texts, people do not read them. */
const MOST_CHARACTERS = 300;
export const SUBJECT_CHARACTERS = 160;

/** A text of a length at most. */
export const cut = (text: string, most = MOST_CHARACTERS) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The best of some findings that still holds. */
export const bestOf = (findings: readonly Finding[] = []): Finding | undefined =>
  findings.find(({ revoked, kind }) => revoked === undefined && kind !== 'couldNotLook');

/** What changed before, in one phrase: what the finding rests on, else the newest change on the way. */
export function changedWords(finding: Finding | undefined, changes: readonly Change[] = []): string {
  const [newest] = changes;
  const change =
    finding?.changedAt !== undefined
      ? { resourceId: finding.resourceId ?? '', time: finding.changedAt, by: finding.changedBy }
      : newest && { resourceId: newest.resourceId, time: newest.time, by: newest.by };
  if (change === undefined) return '-';
  return cut(`${lastName(change.resourceId)} at ${timeOfDay(change.time)}${change.by ? ` by ${change.by}` : ''}`);
}

/** Why, in a few words and in a sentence: the finding, else the reason. */
export function whyWords(finding: Finding | undefined, reason: ReasonCode): { short: string; long: string } {
  if (finding !== undefined) return { short: spoken(finding.code), long: cut(finding.sentence) };
  return { short: spoken(reason), long: cut(reasons[reason].sentence) };
}

/** What is said of a condition of a cluster, before it is put together. */
type Told = Omit<Words, 'subject' | 'why' | 'what'> & { what: string; did: string; short: string; long: string };

/** Puts words together. */
export function say(who: string, { did, counts, what, since, short, long, changed }: Told): Words {
  return {
    subject: cut(`${who}: ${did} since ${timeOfDay(since)}, ${short}`, SUBJECT_CHARACTERS),
    what,
    counts,
    since,
    why: long,
    changed,
  };
}

/** What is known of a cluster that something is to be said of. */
export interface Speaking {
  row: Pick<ClusterRow, 'name' | 'nodes' | 'openOutages' | 'outageReason' | 'outage' | 'degradation' | 'unseen' | 'uncovered'>;
  blind?: Pick<Blindness, 'since' | 'unknown' | 'planned' | 'reason' | 'findings' | 'changes'>;
  /** Of its outage, of most of its nodes' outages, or of its blindness. */
  diagnosis?: Pick<Diagnosis, 'findings' | 'changes'>;
  /** When the first of the open outages of its nodes began. */
  nodesSince?: string;
  /** The most nodes that failed at once in the outage of the cluster itself. */
  most?: number;
}

/** So many nodes of those of the cluster that are to be probed: what failed may not be among these any more, and is never more than all. */
const ofPlanned = (count: number, { row: { nodes } }: Speaking) => `${count} of ${Math.max(count, nodes.known - nodes.notProbed)}`;

function clusterOutage(speaking: Speaking): Condition | undefined {
  const { row, diagnosis, most = 0 } = speaking;
  const down = openEpisode(row.outage.outage);
  if (down === undefined) return undefined;
  const finding = bestOf(diagnosis?.findings);
  // Some may have recovered by now, while the outage is not over.
  const counts = ofPlanned(Math.max(row.nodes.unreachable, most), speaking);
  const told = { counts, what: `${counts} nodes cannot reach their API server`, did: `${counts} nodes down`, since: down.from };
  const changed = changedWords(finding, diagnosis?.changes);
  return { of: `${down.outage}/${down.episode}`, words: say(row.name, { ...told, changed, ...whyWords(finding, down.reason) }) };
}

function nodeOutages(speaking: Speaking): Condition | undefined {
  const { row, diagnosis, nodesSince: since } = speaking;
  if (row.openOutages === 0 || since === undefined) return undefined;
  // While the cluster has an outage itself, what was found is about that.
  const own = openEpisode(row.outage.outage) === undefined ? diagnosis : undefined;
  const finding = bestOf(own?.findings);
  const counts = ofPlanned(row.openOutages, speaking);
  const did = `${counts} nodes cannot reach the API server`;
  const told = { counts, what: `${counts} nodes cannot reach their API server, while most others can`, did, since };
  const changed = changedWords(finding, own?.changes);
  return {
    of: row.outageReason ?? 'open',
    words: say(row.name, { ...told, changed, ...whyWords(finding, row.outageReason ?? 'Undiagnosed') }),
  };
}

function blindness({ row, blind, diagnosis }: Speaking): Condition | undefined {
  if (blind === undefined) return undefined;
  const own = openEpisode(row.outage.outage) === undefined ? diagnosis : undefined;
  const finding = bestOf(blind.findings) ?? bestOf(own?.findings);
  const counts = `${blind.unknown} of ${blind.planned}`;
  const what = `${counts} nodes give no verdict, so that nothing can be said of the cluster`;
  const told = { counts, what, did: `nobody sees ${counts} nodes`, since: blind.since, changed: changedWords(finding, blind.changes) };
  return { of: blind.since, words: say(row.name, { ...told, ...whyWords(finding, blind.reason) }) };
}

function degradation({ row }: Speaking): Condition | undefined {
  const { degraded } = row.degradation;
  if (degraded === undefined) return undefined;
  const counts = `${degraded.notServed} of ${degraded.asked}`;
  const did = `API server does not serve ${counts} nodes`;
  const told = {
    counts,
    what: `${counts} nodes reach their API server and are not served by it`,
    did,
    since: degraded.since,
    changed: '-',
  };
  return { of: degraded.since, words: say(row.name, { ...told, ...whyWords(undefined, degraded.reason) }) };
}

function unseenNodes({ row }: Speaking): Condition | undefined {
  const [most] = [...row.unseen].sort((a, b) => b.nodes - a.nodes);
  if (most === undefined) return undefined;
  const counts = `${row.unseen.reduce((total, { nodes }) => total + nodes, 0)} of ${row.nodes.known}`;
  const since = row.unseen.map((each) => each.since).sort()[0]!;
  const told = { counts, what: `${counts} nodes should have a verdict and have had none for long`, did: `${counts} nodes not seen`, since };
  return { of: most.reason, words: say(row.name, { ...told, changed: '-', ...whyWords(undefined, most.reason) }) };
}

function uncoveredNodes({ row: { name, uncovered } }: Speaking): Condition | undefined {
  if (uncovered === undefined) return undefined;
  const { nodes, expected, reason, since } = uncovered;
  const counts = `${nodes} of ${expected}`;
  const told = { counts, what: `${counts} nodes that should have a verdict have none`, did: `${counts} nodes without a verdict`, since };
  // With another reason, or twice as many nodes, there is something new to say.
  return {
    of: `${since}|${reason}|${Math.floor(Math.log2(nodes))}`,
    words: say(name, { ...told, changed: '-', ...whyWords(undefined, reason) }),
  };
}

const conditions: Readonly<Record<AlertRule, (speaking: Speaking) => Condition | undefined>> = {
  'cluster-outage': clusterOutage,
  'node-outages': nodeOutages,
  'cluster-blind': blindness,
  'cluster-degraded': degradation,
  'nodes-unseen': unseenNodes,
  coverage: uncoveredNodes,
};

/** What is to be said of a cluster now, by alert rule: only what stands. Pure. */
export function conditionsOf(speaking: Speaking): Map<AlertRule, Condition> {
  return new Map(
    alertRules.flatMap((rule): [AlertRule, Condition][] => {
      const found = conditions[rule](speaking);
      return found === undefined ? [] : [[rule, found]];
    }),
  );
}
