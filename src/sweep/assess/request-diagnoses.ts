import { couldNotLook, dueSearch, isOf, isSearchedFor, newestStart, subjectsOf } from '../../history/diagnosis.ts';
import type { Outage } from '../../history/outage.ts';
import { log } from '../../log.ts';
import type { Services } from '../../services.ts';
import { type DiagnosisRow, readDiagnoses } from '../../tables/diagnosis-rows.ts';
import { requestDiagnosis } from '../queue/request-diagnosis.ts';

/**
 * Decides for which subjects of a cluster a search in Azure is to be asked for: those whose search is due, and those with outages in which an earlier one
 * is not noted yet. Pure.
 *
 * @param outages - those that are open, and those that have just ended.
 */
export function diagnosesToRequest(outages: readonly Outage[], diagnoses: ReadonlyMap<string, DiagnosisRow>, now: Date): string[] {
  const subjects = new Set([...subjectsOf(outages), ...[...diagnoses.keys()].filter((subject) => subject !== 'blind')]);
  return [...subjects].filter((subject) => {
    const diagnosis = diagnoses.get(subject)?.diagnosis;
    const due = dueSearch(diagnosis, newestStart(outages, subject), now);
    if (due !== undefined && !(due instanceof Date)) return true;
    const isDone = diagnosis !== undefined && !diagnosis.running && diagnosis.rounds > 0 && !couldNotLook(diagnosis);
    return isDone && outages.some((outage) => isOf(outage, subject) && outage.searchedAt === undefined && isSearchedFor(outage, diagnosis));
  });
}

/** Asks for the searches that the outages of a cluster need. Nothing waits for them, and nothing fails with them. */
export async function requestDiagnoses(services: Services, cluster: string, outages: readonly Outage[]): Promise<void> {
  if (outages.length === 0) return;
  try {
    const subjects = diagnosesToRequest(outages, await readDiagnoses(services.tables, cluster), services.now());
    for (const subject of subjects) await requestDiagnosis(services, cluster, subject);
  } catch (error) {
    // The next assessment asks again.
    log.warn(`searches for the causes of outages of ${cluster} could not be asked for`, error);
  }
}
