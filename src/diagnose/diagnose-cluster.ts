import { beginSearch, couldNotLook, type Diagnosis, type DueSearch, dueSearch, endSearch, isSearchedFor } from '../history/diagnosis.ts';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { requestDiagnosis } from '../sweep/queue/request-diagnosis.ts';
import { noteBlindFindings } from '../tables/blind-rows.ts';
import { hasRows } from '../tables/cluster-rows.ts';
import { type DiagnosisRow, putDiagnosis, readDiagnosis } from '../tables/diagnosis-rows.ts';
import { noteFindings } from '../tables/note-findings.ts';
import type { Tables } from '../tables/open-tables.ts';
import type { Chosen } from './choose-node.ts';
import { keepChanges, keepFindings } from './keep.ts';
import { reviewCauses } from './review-causes.ts';
import { chooseStart, searchOpen } from './search-open.ts';
import { readSubject, type Subject } from './subject.ts';

/** A first search waits so long for the neighbours of a failing node that are probed any moment: without them no cause is certain. */
const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 10_000;

/** Does the search that is due, and returns the diagnosis as it is then. */
async function runSearch(
  services: Services,
  subject: Subject,
  begun: Diagnosis,
  due: DueSearch,
  chosen: Chosen | undefined,
): Promise<Diagnosis> {
  if (due === 'last' || subject.since === undefined)
    return endSearch(begun, 'last', { ...begun, findings: await reviewCauses(services, subject.cluster, begun) });
  const { settings } = services;
  const { findings, changes, unread, path, probe, mayNotLook } = await searchOpen(services, { ...subject, since: subject.since }, chosen);
  const missing = [...new Set(unread.flatMap(({ why, action }) => (why === 'denied' ? [action] : [])))].sort();
  // The sweep says once for all outages that the role is missing.
  const said = mayNotLook ? findings.filter(({ kind }) => kind !== 'couldNotLook') : findings;
  return endSearch(begun, due, { findings: keepFindings(said, settings), changes: keepChanges(changes), missing, probe, path });
}

/** Whether a first search would come too early to know of the neighbours. */
function isTooEarly(due: DueSearch, { since }: Subject, chosen: Chosen | undefined, now: Date): boolean {
  return due === 'first' && chosen?.isWaiting === true && now.getTime() - Date.parse(since ?? '') < PATIENCE_MS;
}

/**
 * Searches if that is due and no other process is at it.
 *
 * @returns the diagnosis as it stands then, undefined where there is none yet; or when to come again, where it is too early.
 */
async function searchIfDue(services: Services, subject: Subject, before: DiagnosisRow | undefined): Promise<Diagnosis | Date | undefined> {
  const { tables, now } = services;
  const { cluster } = subject;
  const due = dueSearch(before?.diagnosis, subject.since, now());
  if (due === undefined || due instanceof Date) return before?.diagnosis;
  const { since } = subject;
  const chosen = since === undefined ? undefined : await chooseStart(services, { ...subject, since });
  if (isTooEarly(due, subject, chosen, now())) return new Date(now().getTime() + LOOK_AGAIN_MS);
  const begun = await putDiagnosis(tables, cluster, beginSearch(before?.diagnosis, subject.subject, since ?? '', due, now()), before?.etag);
  if (begun === undefined) return undefined;
  try {
    const ended = await runSearch(services, subject, begun.diagnosis, due, chosen);
    return (await putDiagnosis(tables, cluster, ended, begun.etag))?.diagnosis;
  } catch (error) {
    // The next assessment asks for it again.
    await putDiagnosis(tables, cluster, { ...begun.diagnosis, running: false }, begun.etag);
    throw error;
  }
}

/** Notes what was found in the outages, or the blindness, that it explains. */
async function note(
  tables: Tables,
  { cluster, subject, outages }: Subject,
  { since, findings, changes, at: searchedAt }: Diagnosis,
): Promise<void> {
  if (subject === 'blind') return noteBlindFindings(tables, cluster, since, { findings, changes, searchedAt });
  const stale = outages.filter(({ outage }) => outage.searchedAt !== searchedAt && isSearchedFor(outage, { since, at: searchedAt }));
  await noteFindings(tables, stale, { findings, changes, searchedAt });
}

/**
 * Searches in Azure for what caused an outage or blindness, at most once in five minutes for each subject, and notes what it found in the outages. A
 * message may come too often or for nothing: what is due follows from the tables.
 *
 * @throws what is wrong with storage or this program; what Azure refuses or fails is part of the findings.
 */
export async function diagnoseCluster(services: Services, { cluster, subject: name }: { cluster: string; subject: string }): Promise<void> {
  const { tables, readCache, now } = services;
  const before = await readDiagnosis(tables, cluster, name);
  const subject = await readSubject(tables, cluster, name, before?.diagnosis);
  if (before === undefined && subject.since === undefined) {
    const known = (await hasRows(tables, cluster)) ? 'it has no such outage' : 'nothing is known of it';
    return log.warn(`nothing was searched for ${cluster} (${name}): ${known}`);
  }
  const end = readCache.beginSearch();
  if (end === undefined) return requestDiagnosis(services, cluster, name, new Date(now().getTime() + LOOK_AGAIN_MS));
  const diagnosis = await searchIfDue(services, subject, before).finally(end);
  if (diagnosis instanceof Date) return requestDiagnosis(services, cluster, name, diagnosis);
  if (diagnosis === undefined || diagnosis.running) return;
  if (!couldNotLook(diagnosis)) await note(tables, subject, diagnosis);
  // Who searched asks for the next search, and nobody else: messages must not multiply. One that is lost is asked for by the next assessment.
  const next = dueSearch(diagnosis, (await readSubject(tables, cluster, name, diagnosis)).since, now());
  if (diagnosis.at !== before?.diagnosis.at && next !== undefined)
    await requestDiagnosis(services, cluster, name, next instanceof Date ? next : now());
}
