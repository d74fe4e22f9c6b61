import pLimit from 'p-limit';
import { type Blindness, foldBlindness, isProberBlind, PROBER, visibilityOf } from '../../history/blindness.ts';
import { openEpisode } from '../../history/node-state.ts';
import { log } from '../../log.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Stretch } from '../../model/maintenance.ts';
import { policyOf, type ReasonCode } from '../../model/reasons.ts';
import { blindnessKind } from '../../notify/blindness-kind.ts';
import { notifyStanding } from '../../notify/notify-standing.ts';
import type { Services } from '../../services.ts';
import { blindRows } from '../../tables/blind-rows.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import { requestDiagnosis } from '../queue/request-diagnosis.ts';
import { changeStanding } from './change-standing.ts';

/** Who is blind after a sweep. */
export interface BlindAfterSweep {
  clusters: ReadonlyMap<string, Blindness>;
  prober: boolean;
}

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

/**
 * Judges after a sweep which clusters are blind, or whether it is the prober itself, and notifies of what changed.
 *
 * @param finalized - the ledgers of its clusters; one in an outage of its own has been seen.
 * @param maintenance - recent stretches of maintenance, by cluster: in one of them no start is notified.
 */
export async function judgeBlindness(
  services: Services,
  sweep: string,
  finalized: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
  maintenance: ReadonlyMap<string, readonly Stretch[]>,
): Promise<BlindAfterSweep> {
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
  const changed = await changeStanding(tables, blindRows, (stored) => foldBlindness(stored, sweep, visibility, over, names));
  faultPoint('close-sweep:blindness');
  await notifyStanding(services, blindnessKind, maintenance);
  faultPoint('close-sweep:blindness-notified');
  const open = [...(await blindRows.read(tables)).values()].flatMap(({ standing }): [string, Blindness][] =>
    standing.subject === PROBER || standing.until !== undefined ? [] : [[standing.subject, standing]],
  );
  const prober = isProberBlind(visibility);
  const isEnding = ({ subject, until }: Blindness) => subject !== PROBER && until !== undefined;
  await requestDiagnoses(services, [...(prober ? [] : open.map(([, blind]) => blind)), ...changed.filter(isEnding)]);
  return { clusters: new Map(open), prober };
}
