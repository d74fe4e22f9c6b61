import { type Diagnosis, isOf } from '../history/diagnosis.ts';
import { parseClusterId } from '../model/resource-id.ts';
import { blindRows } from '../tables/blind-rows.ts';
import type { Tables } from '../tables/open-tables.ts';
import { type OutageRow, readOutages } from '../tables/outage-rows.ts';

/** What is diagnosed, as the tables have it. */
export interface Subject {
  cluster: string;
  subject: string;
  /** When what lasts began; undefined where it is over. */
  since?: string;
  /** The outages that it explains: those that are open, and those in which earlier findings were noted. */
  outages: OutageRow[];
}

/** The resource id of a cluster. */
export function managedClusterId(cluster: string): string {
  const { subscriptionId, resourceGroup, name } = parseClusterId(cluster)!;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

/** Whether an earlier search of this diagnosis was noted in an outage. */
function isNoted({ outage: { node, reason, searchedAt } }: OutageRow, { subject, first, ended }: Diagnosis): boolean {
  const isOfSubject = node === undefined ? subject === 'cluster' : subject === reason;
  return isOfSubject && ended === undefined && searchedAt !== undefined && searchedAt >= first;
}

/** Reads what a diagnosis is for. */
export async function readSubject(tables: Tables, cluster: string, subject: string, before: Diagnosis | undefined): Promise<Subject> {
  if (subject === 'blind') return { cluster, subject, since: (await blindRows.readOpen(tables, cluster))?.since, outages: [] };
  // What has ended may be archived by now.
  const all = await readOutages(tables, cluster, before === undefined ? { which: 'active' } : {});
  const open = all.filter(({ outage }) => isOf(outage, subject));
  const noted = before === undefined ? [] : all.filter((row) => !open.includes(row) && isNoted(row, before));
  return { cluster, subject, since: open.map(({ outage }) => outage.start).sort()[0], outages: [...open, ...noted] };
}
