import { z } from 'zod';
import { commonFactor } from '../history/common-factors.ts';
import { reasonCode } from '../model/reasons.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { insertOnce, prefixed, readRange } from './rows.ts';

const member = z.object({ node: z.string(), start: z.string(), end: z.string().optional(), reason: reasonCode, episode: z.number() });

/** A summary that is to be sent, as it stood when it was decided: it is sent again with the same members under the same id. */
export interface Summary {
  eventId: string;
  what: 'started' | 'ended';
  members: z.output<typeof member>[];
  commonFactors: z.output<typeof commonFactor>[];
}

/** Freezes a summary before it is sent, once. */
export async function insertSummary(tables: Tables, cluster: string, { eventId, what, members, commonFactors }: Summary): Promise<void> {
  const fleet = await tables.open('fleet');
  const properties = { what, commonFactors: JSON.stringify(commonFactors), ...toLongJson('members', members) };
  await insertOnce(fleet, { partitionKey: cluster, rowKey: `outbox|${encodeURIComponent(eventId)}`, ...properties });
}

/** Reads the summaries of a cluster that were frozen and not yet put away. */
export async function readSummaries(tables: Tables, cluster: string): Promise<Summary[]> {
  const fleet = await tables.open('fleet');
  const rows = await readRange(fleet, cluster, prefixed('outbox|'));
  return rows.map((row) => ({
    eventId: decodeURIComponent(row.rowKey.slice('outbox|'.length)),
    what: row.what === 'ended' ? 'ended' : 'started',
    members: fromLongJson(z.array(member), 'members', row, []),
    commonFactors: readJson(z.array(commonFactor), row.commonFactors, []),
  }));
}

/** Puts a summary away whose members are all marked. */
export async function deleteSummary(tables: Tables, cluster: string, { eventId }: Summary): Promise<void> {
  const fleet = await tables.open('fleet');
  await fleet.deleteEntity(cluster, `outbox|${encodeURIComponent(eventId)}`);
}
