import type { Blindness } from '../history/blindness.ts';
import type { Diagnosis } from '../history/diagnosis.ts';
import type { Words } from '../history/frozen-words.ts';
import { openEpisode } from '../history/node-state.ts';
import type { Change, Finding } from '../model/finding.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import type { ClusterRow } from '../tables/cluster-rows.ts';
import { lastName, spoken, timeOfDay } from './spoken.ts';

/** The alert rules of infra/modules/alerts.bicep that are about one cluster and take its words. */
export const alertRules = ['cluster-outage', 'node-outages', 'cluster-blind', 'cluster-degraded', 'nodes-unseen'] as const;
export type AlertRule = (typeof alertRules)[number];

/** A condition of a cluster that an alert is about, and what is to be said of it now. */
export interface Condition {
  /** Names it: a condition that ends and begins anew is another. */
  of: string;
  words: Words;
}

/** Application Insights keeps longer texts, people do not read them. */
const MOST_CHARACTERS = 300;
const SUBJECT_CHARACTERS = 160;

const cut = (text: string, most = MOST_CHARACTERS) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

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

/** Puts words together. */
export function say(
  who: string,
  { did, counts, what, since, short, long, changed }: Omit<Words, 'subject' | 'why'> & { did: string; short: string; long: string },
): Words {
  return {
    subject: cut(`${who}: ${did} since ${timeOfDay(since)}, ${short}`, SUBJECT_CHARACTERS),
    what,
    counts,
    since,
    why: long,
    changed,
  };
}

type Said = Pick<ClusterRow, 'name' | 'nodes' | 'openOutages' | 'outageReason' | 'outage' | 'degradation' | 'unseen'>;

/**
 * What is to be said of a cluster now, by alert rule: only what stands. Pure.
 *
 * @param diagnosis - of its outage, of most of its nodes' outages, or of its blindness.
 * @param nodesSince - when the first of the open outages of its nodes began.
 */
export function conditionsOf(
  { name, nodes, openOutages, outageReason, outage, degradation, unseen }: Said,
  blind: Pick<Blindness, 'since' | 'unknown' | 'planned' | 'reason' | 'findings' | 'changes'> | undefined,
  diagnosis: Pick<Diagnosis, 'findings' | 'changes'> | undefined,
  nodesSince: string | undefined,
): Map<AlertRule, Condition> {
  const found = new Map<AlertRule, Condition>();
  const down = openEpisode(outage.outage);
  const planned = nodes.known - nodes.notProbed;
  const finding = bestOf(diagnosis?.findings);
  const changed = changedWords(finding, diagnosis?.changes);
  if (down !== undefined) {
    const counts = `${nodes.unreachable} of ${planned}`;
    const what = `${counts} nodes cannot reach their API server`;
    const own = { counts, what, since: down.from, changed, did: `${counts} nodes down`, ...whyWords(finding, down.reason) };
    found.set('cluster-outage', { of: `${down.outage}/${down.episode}`, words: say(name, own) });
  }
  if (openOutages > 0 && nodesSince !== undefined) {
    const counts = `${openOutages} of ${planned}`;
    const what = `${counts} nodes cannot reach their API server, while most others can`;
    const why = whyWords(down === undefined ? finding : undefined, outageReason ?? 'Undiagnosed');
    found.set('node-outages', {
      of: 'open',
      words: say(name, { counts, what, since: nodesSince, changed, did: `${counts} nodes cannot reach the API server`, ...why }),
    });
  }
  if (blind !== undefined) {
    const best = bestOf(blind.findings) ?? (down === undefined ? finding : undefined);
    const counts = `${blind.unknown} of ${blind.planned}`;
    const what = `${counts} nodes give no verdict, so that nothing can be said of the cluster`;
    const more = { since: blind.since, changed: changedWords(best, blind.changes), did: `nobody sees ${counts} nodes` };
    found.set('cluster-blind', { of: blind.since, words: say(name, { counts, what, ...more, ...whyWords(best, blind.reason) }) });
  }
  const { degraded } = degradation;
  if (degraded !== undefined) {
    const counts = `${degraded.notServed} of ${degraded.asked}`;
    const what = `${counts} nodes reach their API server and are not served by it`;
    const more = { since: degraded.since, changed: '-', did: `API server does not serve ${counts} nodes` };
    found.set('cluster-degraded', {
      of: degraded.since,
      words: say(name, { counts, what, ...more, ...whyWords(undefined, degraded.reason) }),
    });
  }
  const [most] = [...unseen].sort((a, b) => b.nodes - a.nodes);
  if (most !== undefined) {
    const counts = `${unseen.reduce((total, each) => total + each.nodes, 0)} of ${nodes.known}`;
    const since = unseen.map((each) => each.since).sort()[0]!;
    const what = `${counts} nodes should have a verdict and have none for long`;
    found.set('nodes-unseen', {
      of: 'unseen',
      words: say(name, {
        counts,
        what,
        since,
        changed: '-',
        did: `${counts} nodes without a verdict`,
        ...whyWords(undefined, most.reason),
      }),
    });
  }
  return found;
}
