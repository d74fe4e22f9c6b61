import { commonFactor } from '../history/common-factors.ts';
import { log } from '../log.ts';
import { reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';
import { type Columns, json, longJson, oneOf, readColumns, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, readRange } from './rows.ts';
import { updateRow } from './update-row.ts';

const member = z.object({ node: z.string(), start: z.string(), end: z.optional(z.string()), reason: reasonCode, episode: z.number() });

const rowKeyOf = (eventId: string) => `outbox|${encodeURIComponent(eventId)}`;

function eventIdOf(rowKey: string): string | undefined {
  try {
    return decodeURIComponent(rowKey.slice('outbox|'.length));
  } catch {
    log.warn(`ignored a stored summary whose key could not be read: ${rowKey.slice(0, 120)}`);
    return undefined;
  }
}

/** A summary that is to be sent, as it stood when it was decided: it is sent again with the same members under the same id. */
export interface Summary {
  eventId: string;
  what: 'started' | 'ended';
  members: z.output<typeof member>[];
  commonFactors: z.output<typeof commonFactor>[];
  /** Names of the sinks that are to have it. */
  sinks: string[];
}

/** The columns of a summary, declared once. */
const columns: Columns<Omit<Summary, 'eventId'>> = {
  what: oneOf('started', 'ended'),
  members: longJson(z.array(member), []),
  commonFactors: json(z.array(commonFactor), []),
  sinks: json(z.array(z.string()), []),
};

/** Freezes a summary before it is sent. One that is there stays as it is, for these sinks too. */
export async function freezeSummary(tables: Tables, cluster: string, summary: Summary): Promise<void> {
  const { sinks } = columns;
  await updateRow(await tables.open('fleet'), cluster, rowKeyOf(summary.eventId), (row) => {
    if (row === undefined) return { replace: writeColumns(columns, summary) };
    return { merge: sinks.write([...new Set([...sinks.read(row, 'sinks'), ...summary.sinks])], 'sinks') };
  });
}

/** Reads the summaries of a cluster that were frozen and are not yet deleted. */
export async function readSummaries(tables: Tables, cluster: string): Promise<Summary[]> {
  const fleet = await tables.open('fleet');
  const rows = await readRange(fleet, cluster, prefixed('outbox|'));
  // A key that none of ours can be would stop the notifications of its cluster.
  return rows.flatMap((row) => {
    const eventId = eventIdOf(row.rowKey);
    return eventId === undefined ? [] : [{ eventId, ...readColumns(columns, row) }];
  });
}

/** Deletes a summary whose members are marked for all of its sinks. */
export async function deleteSummary(tables: Tables, cluster: string, { eventId }: Summary): Promise<void> {
  const fleet = await tables.open('fleet');
  await fleet.deleteEntity(cluster, rowKeyOf(eventId));
}
