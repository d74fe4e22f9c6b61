import { type Diagnosis, isOf, isSearchedFor, newestStart } from '../history/diagnosis.ts';
import { formatManagedClusterId, parseClusterId } from '../model/resource-id.ts';
import { blindRows } from '../tables/blind-rows.ts';
import type { Tables } from '../tables/open-tables.ts';
import { type OutageRow, readOutages } from '../tables/outage-rows.ts';

/** What is diagnosed, as the tables have it. */
export interface Subject {
  cluster: string;
  subject: string;
  /** When the newest of what lasts began; undefined where it is over. */
  since?: string;
  /** Its open outages, and those that are over in which findings of this diagnosis were noted. */
  outages: OutageRow[];
}

/** The resource id of a cluster. */
export function managedClusterId(cluster: string): string {
  return formatManagedClusterId(parseClusterId(cluster)!);
}

/** Whether an earlier search of this diagnosis was noted in an outage. */
function isNoted({ outage }: OutageRow, diagnosis: Diagnosis): boolean {
  const { node, reason, searchedAt } = outage;
  const isOfSubject = node === undefined ? diagnosis.subject === 'cluster' : diagnosis.subject === reason;
  return isOfSubject && searchedAt !== undefined && searchedAt >= diagnosis.first && isSearchedFor(outage, diagnosis);
}

/** Reads what a diagnosis is for. */
export async function readSubject(tables: Tables, cluster: string, subject: string, before: Diagnosis | undefined): Promise<Subject> {
  if (subject === 'blind') return { cluster, subject, since: (await blindRows.readOpen(tables, cluster))?.since, outages: [] };
  const active = await readOutages(tables, cluster, { which: 'active' });
  const since = newestStart(
    active.map(({ outage }) => outage),
    subject,
  );
  const open = active.filter(({ outage }) => isOf(outage, subject));
  if (since !== undefined || before === undefined || before.ended !== undefined) return { cluster, subject, since, outages: open };
  // What has ended may be archived by now.
  const all = await readOutages(tables, cluster);
  return { cluster, subject, outages: all.filter((row) => isNoted(row, before)) };
}
