import { isProberBlind, type Sight, sightOf } from '../../history/blindness.ts';
import { openEpisode } from '../../history/node-state.ts';
import { log } from '../../log.ts';
import type { Ledger } from '../../model/ledger.ts';
import { policyOf, type ReasonCode } from '../../model/reasons.ts';
import { blindEvent, type TelemetryEvent } from '../../notify/events.ts';
import type { Services } from '../../services.ts';
import { statusPageUrl } from '../../settings.ts';
import { type BlindRow, deleteBlindRow, PROBER, putBlindRow, readBlindRows } from '../../tables/blind-rows.ts';
import type { ClusterRow } from '../../tables/cluster-rows.ts';
import { isLostWrite } from '../../tables/rows.ts';
import { faultPoint } from '../queue/fault-point.ts';

/** Who is blind after a sweep. */
export interface Blindness {
  clusters: ReadonlyMap<string, BlindRow>;
  prober: boolean;
}

const isOver = (recordOnly: ReasonCode | undefined) => recordOnly !== undefined && policyOf(recordOnly).endsOutage;

/** Writes a row, or leaves it to whoever was faster: the next sweep judges again. */
async function unlessLost(write: Promise<void>): Promise<void> {
  await write.catch((error) => {
    if (!isLostWrite(error)) throw error;
  });
}

function proberEvent({ since, unknown, planned, reason }: BlindRow, time: string): TelemetryEvent {
  const message = `${unknown} of ${planned} nodes over all clusters could not be asked: the prober is at fault, no cluster is accused`;
  return { name: 'ProberError', time, properties: { eventId: `prober|blind|${since}`, message, evidence: reason } };
}

/**
 * Brings the rows in line with what a sweep saw; what is as before is left alone.
 *
 * @param over - clusters that are not to be seen any more, so that they are not blind either.
 */
async function update(
  services: Services,
  sweep: string,
  sights: readonly Sight[],
  over: ReadonlySet<string>,
  proberBlind: boolean,
): Promise<void> {
  const rows = await readBlindRows(services.tables);
  const total = (pick: (sight: Sight) => number) => sights.reduce((sum, sight) => sum + pick(sight), 0);
  const reason = sights.find((sight) => sight.blind)?.reason ?? 'Undiagnosed';
  const all: Sight = { cluster: PROBER, blind: proberBlind, unknown: total((s) => s.unknown), planned: total((s) => s.planned), reason };
  // While the prober is blind nothing is known of the clusters: theirs stay as they are.
  for (const { cluster: subject, blind, unknown, planned, reason: why } of proberBlind ? [all] : [...sights, all]) {
    const row = rows.get(subject);
    if (row !== undefined && row.sweep >= sweep) continue;
    const now = { unknown, planned, reason: why, sweep };
    if (blind && (row === undefined || row.until !== undefined)) {
      // One whose end was not told yet goes on.
      const fresh = row === undefined || row.told === 'ended';
      await unlessLost(
        putBlindRow(services.tables, fresh ? { subject, since: sweep, told: '', ...now } : { ...row, until: undefined, ...now }, row?.etag),
      );
    } else if (!blind && row !== undefined && row.until === undefined && (planned > 0 || over.has(subject)))
      await unlessLost(putBlindRow(services.tables, { ...row, until: sweep, unknown, planned, sweep }, row.etag));
  }
}

/** Tells what began and what ended, marks what was accepted, and forgets what is over and told. */
async function announce(services: Services): Promise<void> {
  const { tables, telemetry, settings, now } = services;
  const page = statusPageUrl(settings);
  const due = [...(await readBlindRows(tables)).values()].flatMap((row) => {
    const { subject, told, until, since, unknown, planned, reason } = row;
    const event = (what: 'started' | 'ended') => blindEvent(subject, what, since, unknown, planned, reason, page, now());
    const events =
      subject === PROBER ? (told === '' ? [proberEvent(row, now().toISOString())] : []) : told === '' ? [event('started')] : [];
    if (until !== undefined && subject !== PROBER) events.push(event('ended'));
    return events.length > 0 || until !== undefined ? [{ row, events }] : [];
  });
  if (due.length === 0) return;
  const accepted = await telemetry.announce(due.flatMap(({ events }) => events)).catch((error: unknown) => {
    log.error('blindness could not be announced and will be with the next sweep', error);
    return new Set<string>();
  });
  for (const { row, events } of due) {
    if (!events.every(({ properties }) => accepted.has(properties.eventId))) continue;
    const { etag, ...plain } = row;
    if (row.until !== undefined) await unlessLost(deleteBlindRow(tables, row.subject, etag));
    else await unlessLost(putBlindRow(tables, { ...plain, told: 'started' }, etag));
  }
  faultPoint('close-sweep:blindness-notified');
}

/**
 * Judges after a sweep which clusters nobody can see, or whether it is the prober itself, and tells what changed.
 *
 * @param finalized - the ledgers of its clusters; one in an outage of its own has been seen.
 */
export async function judgeBlindness(
  services: Services,
  sweep: string,
  finalized: ReadonlyMap<string, Ledger>,
  clusters: readonly ClusterRow[],
): Promise<Blindness> {
  const { BLIND_PERCENT, CLUSTER_QUORUM_NODES } = services.settings;
  const inOutage = new Set(clusters.filter(({ outage }) => openEpisode(outage.outage) !== undefined).map((row) => row.cluster));
  const blindNodes = new Map(clusters.map((row) => [row.cluster, row.blindNodes]));
  const sights = [...finalized].map(([cluster, ledger]) => {
    const sight = sightOf(cluster, ledger, BLIND_PERCENT, CLUSTER_QUORUM_NODES);
    // Fewer nodes than a quorum, all of them unknown: that is believed once it has been so for BLIND_AFTER probes of each.
    const { planned, unknown } = sight;
    const few = planned < CLUSTER_QUORUM_NODES && unknown > 0 && unknown === planned && (blindNodes.get(cluster) ?? 0) >= planned;
    return { ...sight, blind: (sight.blind || few) && !inOutage.has(cluster) };
  });
  const proberBlind = isProberBlind(sights);
  const over = new Set(clusters.filter(({ recordOnly }) => isOver(recordOnly)).map((row) => row.cluster));
  await update(services, sweep, sights, over, proberBlind);
  faultPoint('close-sweep:blindness');
  await announce(services);
  const rows = await readBlindRows(services.tables);
  const open = [...rows].filter(([subject, { until }]) => subject !== PROBER && until === undefined);
  return { clusters: new Map(open), prober: proberBlind };
}
