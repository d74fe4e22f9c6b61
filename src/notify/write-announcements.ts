import { createHash } from 'node:crypto';
import type { Announcement, What } from '../history/due-announcement.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { statusPageUrl } from '../settings.ts';
import { faultPoint } from '../sweep/queue/fault-point.ts';
import type { OwnClusterRow } from '../tables/cluster-rows.ts';
import type { Tables } from '../tables/open-tables.ts';
import type { OutageRow } from '../tables/outage-rows.ts';
import { deleteSummary, insertSummary, readSummaries, type Summary } from '../tables/outbox-rows.ts';
import { eventIdOf, outageEvent, summaryEvent, type TelemetryEvent } from './events.ts';
import type { NotifyContext } from './telemetry.ts';

/** Past so many events of nodes in one assessment, there is one summary for each kind. */
const MOST_EVENTS = 20;

/** An event that is to be sent, and what its acceptance means for which outages. */
export interface Telling {
  event: TelemetryEvent;
  marks: { outage: Pick<Outage, 'cluster' | 'node' | 'start'>; what: What; episode: number }[];
  summary?: Summary;
}

/** An outage with what is to be told of it. */
export interface Due extends Announcement {
  row: OutageRow;
}

/** Freezes one summary of what is to be told of many nodes: what came to nothing is sent again just so. */
async function freeze(tables: Tables, { cluster, commonFactors }: OwnClusterRow, what: What, rows: readonly OutageRow[]): Promise<Summary> {
  const members = rows.map(({ outage: { node, start, end, reason, episode } }) => ({ node: node!, start, end, reason, episode }));
  const ids = rows.map(({ outage }) => eventIdOf(outage, what, outage.episode)).sort();
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 16);
  const summary = { eventId: `${cluster}|summary|${hash}/${what}`, what, members, commonFactors };
  await insertSummary(tables, cluster, summary);
  faultPoint('assess-cluster:outbox');
  return summary;
}

/** Reads what was frozen and is still to be told; puts the rest away, whose members were all marked by a process that died then. */
async function readFrozen(tables: Tables, cluster: string, due: readonly Due[]): Promise<Summary[]> {
  const told = new Map(due.map(({ row: { outage } }) => [outageId(outage), outage.told]));
  const isUntold = ({ what, members }: Summary) =>
    members.some((each) => (told.get(outageId({ ...each, cluster }))?.[what] ?? each.episode) < each.episode);
  const all = await readSummaries(tables, cluster);
  for (const summary of all) if (!isUntold(summary)) await putAway(tables, cluster, summary);
  return all.filter(isUntold);
}

/** Deletes a summary that is told. */
export async function putAway(tables: Tables, cluster: string, summary: Summary): Promise<void> {
  await deleteSummary(tables, cluster, summary);
  faultPoint('assess-cluster:outbox-cleared');
}

/** Turns what is due into events: one each, or past 20 of nodes one summary of each kind. What was frozen before comes first. */
export async function toTell({ settings, tables, now }: NotifyContext, row: OwnClusterRow, due: readonly Due[]): Promise<Telling[]> {
  const { cluster } = row;
  const page = statusPageUrl(settings);
  const frozen = await readFrozen(tables, cluster, due);
  const key = (outage: Pick<Outage, 'cluster' | 'node' | 'start'>, what: What, episode: number) => `${outageId(outage)}/${what}/${episode}`;
  const inSummary = new Set(frozen.flatMap(({ what, members }) => members.map((each) => key({ ...each, cluster }, what, each.episode))));
  const open = due.flatMap(({ row: each, what }) => what.map((kind) => ({ row: each, what: kind })));
  const left = open.filter(({ row: { outage }, what }) => !inSummary.has(key(outage, what, outage.episode)));
  const ofNodes = left.filter(({ row: { outage } }) => outage.node !== undefined);
  const summed = ofNodes.length > MOST_EVENTS ? ofNodes : [];
  for (const [what, group] of Map.groupBy(summed, (each) => each.what))
    frozen.push(
      await freeze(
        tables,
        row,
        what,
        group.map((each) => each.row),
      ),
    );
  const single = left.filter((each) => !summed.includes(each));
  return [
    ...frozen.map((summary): Telling => {
      const members = summary.members.map((each) => ({ ...each, cluster }));
      const event = summaryEvent(summary.eventId, members, summary.what, summary.commonFactors, page, now());
      return { event, summary, marks: members.map((outage) => ({ outage, what: summary.what, episode: outage.episode })) };
    }),
    ...single.map(({ row: { outage }, what }): Telling => {
      return { event: outageEvent(outage, what, page, now()), marks: [{ outage, what, episode: outage.episode }] };
    }),
  ];
}
