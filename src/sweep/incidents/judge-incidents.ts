import type { Blindness } from '../../history/blindness.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { gatheringMs, holdMs, settlesAt, settleWords } from '../../history/frozen-words.ts';
import { coveredBy, foldIncidents, type Incident } from '../../history/incidents.ts';
import { judgeSight, type Sighting } from '../../history/sight.ts';
import type { Finding } from '../../model/finding.ts';
import { occurrenceOf } from '../../model/occurrences.ts';
import { intervalAt, SKEW_MS } from '../../model/schedule.ts';
import { bestOf } from '../../notify/alert-words.ts';
import { incidentState } from '../../notify/incident-event.ts';
import { incidentKind } from '../../notify/incident-kind.ts';
import { incidentWords, severityOf } from '../../notify/incident-words.ts';
import { notifyStanding } from '../../notify/notify-standing.ts';
import type { Services } from '../../services.ts';
import { statusPageUrl } from '../../settings.ts';
import { type ClusterRow, isWatched } from '../../tables/cluster-rows.ts';
import { type IncidentGuard, isSameIncident, readForJudging, type StoredIncident, writeIncidents } from '../../tables/incident-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { requestJudging } from '../queue/request-judging.ts';
import { conditionOf } from './condition-of.ts';

const ATTEMPTS = 5;
/** Outages that began within so many intervals of one another began together. */
const TOGETHER_INTERVALS = 2;

/** What incidents are judged on. */
export interface IncidentEvidence {
  clusters: readonly ClusterRow[];
  blind: ReadonlyMap<string, Blindness>;
  /** Clusters in maintenance. */
  maintained: ReadonlySet<string>;
  diagnoses: ReadonlyMap<string, Diagnosis>;
  /** What a sweep that is complete saw; absent between the completions of sweeps. */
  sighting?: Omit<Sighting, 'blind'>;
  /** When the clusters were read. */
  asOf: Date;
}

/**
 * The finding that most clusters of an incident have in common: that of its own factor, else one about the same resource, else the same one about
 * resources that are alike, such as the route table of each. Pure.
 */
export function sharedFinding({ factor, value, open }: Incident, diagnoses: ReadonlyMap<string, Diagnosis>): Finding | undefined {
  const found = open.flatMap((cluster) => bestOf(diagnoses.get(cluster)?.findings) ?? []);
  const ofMost = (some: readonly Finding[], keyOf: (finding: Finding) => string) => {
    const [most] = [...Map.groupBy(some, keyOf).values()].sort((a, b) => b.length - a.length);
    return most !== undefined && most.length * 2 >= open.length ? most[0] : undefined;
  };
  const sameResource = ({ code, resourceId = '' }: Finding) => `${code}|${resourceId.toLowerCase()}`;
  const own = factor === 'finding' ? found.filter(({ resourceId }) => resourceId?.toLowerCase() === value) : [];
  return ofMost(own, sameResource) ?? ofMost(found, sameResource) ?? ofMost(found, ({ code }) => code);
}

/** An incident with what people are told of it: words that are settled stay. */
function withWords(incident: StoredIncident, diagnoses: ReadonlyMap<string, Diagnosis>, now: Date, hold: number): StoredIncident {
  const finding = incident.until === undefined ? (sharedFinding(incident, diagnoses) ?? incident.finding) : incident.finding;
  const told = { ...incident, finding };
  const first = incident.words?.first ?? now.toISOString();
  const wait = settlesAt(first, incident.grownAt, hold) - Date.parse(first);
  const words = settleWords(incident.words, incident.subject, incidentWords(told), now, wait);
  return { ...told, words, severity: incident.words?.settled ? incident.severity : severityOf(told) };
}

interface Judged {
  all: StoredIncident[];
  changed: StoredIncident[];
}

async function judgeOnce(services: Services, sweep: string, evidence: IncidentEvidence): Promise<Judged> {
  const { settings, tables, now: clock } = services;
  const now = clock();
  const { guard, etag, rows } = await readForJudging(tables);
  const { sighting } = evidence;
  const before = new Map(rows.map((row) => [row.incident.subject, row]));
  // An older sweep never judges over a newer one.
  const isAhead = Date.parse(guard.sweep) - now.getTime() > SKEW_MS;
  if (sighting !== undefined && guard.sweep > sweep && !isAhead) return { all: rows.map(({ incident }) => incident), changed: [] };
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now);
  // A sweep that a person starts soon after another is no second sweep in a row.
  const occurrence = occurrenceOf(settings, sweep);
  const sight = sighting && judgeSight({ ...sighting, blind: new Set(evidence.blind.keys()) }, occurrence, guard.pending);
  const folded = foldIncidents(
    rows.map(({ incident }) => incident),
    {
      sweep: occurrence,
      now,
      clusters: evidence.clusters
        .filter(isWatched)
        .map((row) =>
          conditionOf(row, evidence.blind.get(row.cluster), evidence.diagnoses.get(row.cluster), evidence.maintained.has(row.cluster)),
        ),
      least: settings.INCIDENT_CLUSTERS,
      togetherMs: TOGETHER_INTERVALS * interval,
      isComplete: sighting !== undefined,
      unsighted: sight?.unsighted,
    },
  );
  const judgedAt = now.toISOString();
  const told = folded.map((each): StoredIncident => {
    const known = before.get(each.subject)?.incident;
    const hasGrown = known === undefined || each.members.length > known.members.length;
    const grownAt = hasGrown ? judgedAt : known.grownAt;
    return withWords({ judgedAt, closed: false, ...known, ...each, grownAt }, evidence.diagnoses, now, holdMs(interval));
  });
  const isNew = (each: StoredIncident) => {
    const known = before.get(each.subject)?.incident;
    return known === undefined || !isSameIncident(each, known);
  };
  const changed = told.filter(isNew).map((each) => ({ ...each, judgedAt }));
  const next: IncidentGuard =
    sight === undefined ? { ...guard, mark: evidence.asOf.toISOString() } : { ...guard, sweep, pending: sight.pending };
  await writeIncidents(
    tables,
    next,
    etag,
    changed.map((incident) => ({ incident, etag: before.get(incident.subject)?.etag })),
  );
  const over = rows.map(({ incident }) => incident).filter(({ until }) => until !== undefined);
  return { all: [...told, ...over], changed };
}

/**
 * Judges which clusters failed together, and whether anybody sees the fleet; sends the state of incidents at once, and notifies of those that began, once
 * they have gathered clusters for a moment, and of those that ended.
 *
 * @returns all incidents that are open, or were until now.
 */
export async function judgeIncidents(
  services: Services,
  sweep: string,
  evidence: IncidentEvidence,
  written: () => void = () => {},
): Promise<StoredIncident[]> {
  const { telemetry, settings, now } = services;
  const interval = intervalAt(settings.SWEEP_SCHEDULE, now());
  const gathering = gatheringMs(interval);
  const { all, changed } = await retryLostWrites(ATTEMPTS, () => judgeOnce(services, sweep, evidence));
  written();
  if (all.length > 0) await notifyStanding(services, incidentKind(new Date(now().getTime() - gathering), occurrenceOf(settings, sweep)));
  await telemetry.state(changed.map((each) => incidentState(each, sweep, statusPageUrl(settings), now())));
  const open = all.filter(({ until }) => until === undefined);
  const covered = coveredBy(open);
  const left = changed.flatMap(({ until, open: own }) => (until === undefined ? [] : own)).filter((cluster) => !covered.has(cluster));
  // They are notified themselves from now on.
  for (const cluster of left) await requestAssessment(services, sweep, cluster, 'now');
  const told = open.flatMap(({ words, grownAt }) => (words === undefined ? [] : { ...words, grownAt }));
  const gathered = told.map(({ first }) => Date.parse(first) + gathering).filter((time) => time > now().getTime());
  const settling = told.filter(({ settled }) => !settled).map(({ first, grownAt }) => settlesAt(first, grownAt, holdMs(interval)));
  const due = Math.min(...gathered, ...settling);
  if (Number.isFinite(due)) await requestJudging(services, sweep, new Date(due));
  return all;
}
