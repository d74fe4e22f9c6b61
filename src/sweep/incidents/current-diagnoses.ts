import pLimit from 'p-limit';
import type { Blindness } from '../../history/blindness.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { openEpisode } from '../../history/node-state.ts';
import { log } from '../../log.ts';
import type { Services } from '../../services.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { readDiagnosis } from '../../tables/diagnosis-rows.ts';

const CONCURRENT_READS = 8;
const NAMED = 3;

/** What is diagnosed of a cluster first: its own outage, its blindness, or most of the outages of its nodes; undefined where it has none. */
function subjectOf({ outage, openOutages, outageReason }: ClusterRow, blind: Blindness | undefined): string | undefined {
  if (openEpisode(outage.outage) !== undefined) return 'cluster';
  if (blind !== undefined) return 'blind';
  return openOutages > 0 ? outageReason : undefined;
}

/** Reads what searches in Azure found for the clusters that have something open, by cluster. */
async function readAll(
  { tables }: Pick<Services, 'tables'>,
  clusters: readonly ClusterRow[],
  blind: ReadonlyMap<string, Blindness>,
): Promise<Map<string, Diagnosis>> {
  const limit = pLimit(CONCURRENT_READS);
  const read = await Promise.all(
    clusters.map((row) =>
      limit(async (): Promise<[string, Diagnosis][]> => {
        const subject = subjectOf(row, blind.get(row.cluster));
        const found = subject && (await readDiagnosis(tables, row.cluster, subject))?.diagnosis;
        return found && found.ended === undefined ? [[row.cluster, found]] : [];
      }),
    ),
  );
  return new Map(read.flat());
}

/** What searches in Azure found for the clusters that have something open, by cluster; nothing where that cannot be read: a sweep is completed without. */
export function currentDiagnoses(...given: Parameters<typeof readAll>): Promise<Map<string, Diagnosis>> {
  return readAll(...given).catch((error: unknown) => {
    log.warn('what searches for causes found could not be read', error);
    return new Map();
  });
}

/**
 * What could not be looked at: one sentence for all clusters, whatever each of them lacks. Pure.
 *
 * @param clusters - all of them; one that is not to be probed, or whose subscription cannot be read, has a warning of its own or needs none.
 */
export function diagnosisWarnings(
  diagnoses: ReadonlyMap<string, Diagnosis>,
  clusters: readonly Pick<ClusterRow, 'cluster' | 'recordOnly'>[],
): string[] {
  const probed = new Set(clusters.flatMap(({ cluster, recordOnly }) => (recordOnly === undefined ? [cluster] : [])));
  const lacking = [...diagnoses].filter(([cluster, { missing }]) => missing.length > 0 && probed.has(cluster));
  if (lacking.length === 0) return [];
  const names = lacking.map(([cluster]) => cluster).sort();
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const actions = [...new Set(lacking.flatMap(([, { missing }]) => missing))].sort();
  const what = `the search for what cut off ${names.slice(0, NAMED).join(', ')}${more}`;
  return [`could not look: ${what} lacks ${actions.join(', ')}, which infra/fleet-diagnosis.bicep grants`];
}
