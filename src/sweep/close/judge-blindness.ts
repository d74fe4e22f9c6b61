import pLimit from 'p-limit';
import { type Blindness, foldBlindness, visibilityOf } from '../../history/blindness.ts';
import { openEpisode } from '../../history/node-state.ts';
import { log } from '../../log.ts';
import type { Ledger } from '../../model/ledger.ts';
import { policyOf, type ReasonCode } from '../../model/reasons.ts';
import type { Services } from '../../services.ts';
import { blindRows, readBlind } from '../../tables/blind-rows.ts';
import { type ClusterRow, noteBlindSince } from '../../tables/cluster-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { requestDiagnosis } from '../queue/request-diagnosis.ts';
import { changeStanding } from './change-standing.ts';

/** For so long a blindness is searched for; searches ask for those after them, so that only one that is missing is asked for. */
const SEARCHED_FOR_MS = 3_600_000;
const CONCURRENT_SENDS = 8;

const isOver = (recordOnly: ReasonCode | undefined) => recordOnly !== undefined && policyOf(recordOnly).endsOutage;

/** Asks for a search in Azure for what blinds clusters, while that is new, and once more for those that see again. Nothing fails with it. */
async function requestDiagnoses(services: Services, blind: readonly Blindness[]): Promise<void> {
  const isNew = ({ since, until, searchedAt }: Blindness) =>
    until !== undefined || (searchedAt === undefined && services.now().getTime() - Date.parse(since) < SEARCHED_FOR_MS);
  const limit = pLimit(CONCURRENT_SENDS);
  const sends = blind.filter(isNew).map(({ subject }) => limit(() => requestDiagnosis(services, subject, 'blind')));
  await Promise.all(sends).catch((error: unknown) => log.warn('searches for what blinds clusters could not be asked for', error));
}

/** Notes in the rows of clusters that became blind, or see again, that they do, and has them assessed: their state leaves at once. */
export async function publishBlind(
  services: Services,
  sweep: string,
  clusters: readonly ClusterRow[],
  blind: ReadonlyMap<string, Blindness>,
): Promise<void> {
  const changed = clusters.filter(({ cluster, blindSince }) => blindSince !== blind.get(cluster)?.since);
  const limit = pLimit(CONCURRENT_SENDS);
  const publish = async ({ cluster }: ClusterRow) => {
    await noteBlindSince(services.tables, cluster, blind.get(cluster)?.since);
    await requestAssessment(services, sweep, cluster, 'now');
  };
  await Promise.all(changed.map((row) => limit(() => publish(row))));
}

/**
 * Judges after a sweep which clusters are blind.
 *
 * @param finalized - the ledgers of its clusters; one in an outage of its own has been seen.
 * @returns those that are blind now, by cluster, and whether there are any at all that somebody may have to be notified of.
 */
export async function judgeBlindness(
  services: Services,
  sweep: string,
  finalized: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
): Promise<{ blind: Map<string, Blindness>; areAny: boolean }> {
  const { settings, tables, sinks } = services;
  const least = { percent: settings.BLIND_PERCENT, nodes: settings.CLUSTER_QUORUM_NODES };
  const rows = new Map(clusters.map((row) => [row.cluster, row]));
  const visibility = [...finalized].map(([cluster, ledger]) => {
    const row = rows.get(cluster);
    const inOutage = row !== undefined && openEpisode(row.outage.outage) !== undefined;
    return visibilityOf(cluster, ledger, least, { inOutage, blindNodes: row?.blindNodes ?? 0 });
  });
  const over = new Set(clusters.filter(({ recordOnly }) => isOver(recordOnly)).map((row) => row.cluster));
  const names = sinks.map(({ name }) => name);
  const { changed, areAny } = await changeStanding(tables, blindRows, (stored) => foldBlindness(stored, sweep, visibility, over, names));
  faultPoint('close-sweep:blindness');
  const blind = areAny ? await readBlind(tables) : new Map<string, Blindness>();
  await requestDiagnoses(services, [...blind.values(), ...changed.filter(({ until }) => until !== undefined)]);
  return { blind, areAny };
}
