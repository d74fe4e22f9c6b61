import type { Blindness } from '../../history/blindness.ts';
import type { Diagnosis } from '../../history/diagnosis.ts';
import { startOf } from '../../history/diagnosis.ts';
import { type FrozenWords, holdMs, settleWords } from '../../history/frozen-words.ts';
import type { Outage } from '../../history/outage.ts';
import { intervalAt } from '../../model/schedule.ts';
import { conditionsOf } from '../../notify/alert-words.ts';
import type { Services } from '../../services.ts';
import { blindRows } from '../../tables/blind-rows.ts';
import type { OwnClusterRow } from '../../tables/cluster-rows.ts';
import { currentDiagnoses } from '../incidents/current-diagnoses.ts';

/** What is said of a cluster, and what that rests on. */
export interface Said {
  alerts: Record<string, FrozenWords>;
  blind?: Blindness;
  diagnosis?: Diagnosis;
}

/** When the first of the outages of nodes that last began. */
function nodesSince(outages: readonly Outage[]): string | undefined {
  const open = outages.filter(({ node, end }) => node !== undefined && end === undefined);
  return open.map(startOf).sort()[0];
}

/**
 * Finds the words for what stands of a cluster: those that are settled stay. A cluster of which nothing stands costs no read.
 *
 * @param outages - of the cluster and its nodes, those that are open.
 * @param isQuiet - whether nobody is to be notified of it, so that nothing settles; asked where something stands.
 */
export async function sayAlerts(
  services: Services,
  row: OwnClusterRow,
  outages: readonly Outage[],
  isQuiet: () => Promise<boolean>,
): Promise<Said> {
  const { settings, tables, now } = services;
  const { cluster, blindSince } = row;
  const blind = blindSince === undefined ? undefined : await blindRows.readOpen(tables, cluster);
  const since = nodesSince(outages);
  const most = outages.find(({ node, end }) => node === undefined && end === undefined)?.counts?.most;
  const standing = conditionsOf({ row, blind, nodesSince: since, most });
  if (standing.size === 0) return { alerts: {}, blind };
  const diagnosis = (await currentDiagnoses(services, [row], new Map(blind && [[cluster, blind]]))).get(cluster);
  const hold = (await isQuiet()) ? Number.POSITIVE_INFINITY : holdMs(intervalAt(settings.SWEEP_SCHEDULE, now()));
  const alerts = [...conditionsOf({ row, blind, diagnosis, nodesSince: since, most })].map(([rule, { of, words }]) => [
    rule,
    settleWords(row.alerts[rule], of, words, now(), hold),
  ]);
  return { alerts: Object.fromEntries(alerts), blind, diagnosis };
}
