import type { Episode } from '../model/node-state.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { failingReasons, type Quorum } from './cluster-outage.ts';
import type { CommonFactor } from './common-factors.ts';
import { emptyLog } from './log.ts';
import { endOutage, type Outage, writeEpisode } from './outage.ts';

/** Adds what an assessment found of an open outage: how many nodes fail now and why, and all that it has hit. */
function withFindings(outage: Outage, quorum: Quorum, commonFactors: readonly CommonFactor[]): Outage {
  const failing = quorum.failing.map(({ facts }) => facts.node);
  if (outage.end !== undefined || failing.length === 0) return outage;
  const conclusive = failing.length + quorum.healthy.length;
  const most = Math.max(failing.length, outage.counts?.most ?? 0);
  const counts = { failing: failing.length, conclusive, planned: quorum.planned, most };
  const nodes = [...new Set([...(outage.nodes ?? []), ...failing])].sort();
  const ranked = failingReasons(quorum.failing);
  return { ...outage, nodes, counts, reason: ranked[0]?.reason ?? outage.reason, reasons: ranked, commonFactors };
}

/**
 * Brings the record of a cluster's own outage in line with its judgement: new, with its counts of now, or ended. Pure.
 *
 * @param stored - the record as it stands; undefined where there is none yet.
 * @param ending - why none of its nodes is to be probed any more, so that no result can show its end; see `endsBecause`.
 * @returns the record, and when it ended where that is why.
 */
export function recordClusterOutage(
  stored: Outage | undefined,
  cluster: string,
  episode: Episode,
  quorum: Quorum,
  commonFactors: readonly CommonFactor[],
  ending: ReasonCode | undefined,
  now: Date,
): { outage: Outage; endedAt?: string } {
  const time = now.toISOString();
  const isNews = stored === undefined || stored.end !== episode.end || stored.episode !== episode.episode;
  const written = isNews ? writeEpisode(stored, { cluster }, episode, emptyLog, time) : stored;
  const outage = withFindings(written, quorum, commonFactors);
  if (ending === undefined || outage.end !== undefined) return { outage };
  return { outage: endOutage(outage, time, ending, reasons[ending].sentence), endedAt: time };
}
