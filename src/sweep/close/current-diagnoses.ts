import pLimit from 'p-limit';
import type { Blindness } from '../../history/blindness.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { openEpisode } from '../../history/node-state.ts';
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
export async function readCurrentDiagnoses(
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

/** What could not be looked at, once for all clusters that lack the same rights. Pure. */
export function diagnosisWarnings(diagnoses: ReadonlyMap<string, Diagnosis>): string[] {
  const lacking = [...diagnoses].filter(([, { missing }]) => missing.length > 0);
  const groups = Map.groupBy(lacking, ([, { missing }]) => missing.join(', '));
  return [...groups].map(([actions, some]) => {
    const names = some.map(([cluster]) => cluster);
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return `could not look for what caused the outages of ${names.slice(0, NAMED).join(', ')}${more}: the identity lacks ${actions}, which infra/fleet-diagnosis.bicep grants`;
  });
}
