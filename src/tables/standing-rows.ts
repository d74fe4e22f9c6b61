import type { Standing } from '../history/standing.ts';
import * as z from '../zod.ts';
import { type Columns, json, optionalText, readColumns, text, timeOr, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRange, readRow } from './rows.ts';

/** A condition with what is needed to change its row. */
export interface StandingRow<S extends Standing> {
  standing: S;
  etag: string;
}

/** The rows of conditions of one kind. */
export interface StandingRows<S extends Standing> {
  /** Reads all of them, by subject. */
  read(tables: Tables): Promise<Map<string, StandingRow<S>>>;
  /** Reads the one of a subject; undefined if there is none, or it is over. */
  readOpen(tables: Tables, subject: string): Promise<S | undefined>;
  /** Writes one as it was read, or makes it. Two runs of close-sweep judge the same sweep alike: the loser's write is not needed. */
  put(tables: Tables, standing: S, etag?: string): Promise<void>;
  /** Deletes one that is over and of which every sink was notified. */
  close(tables: Tables, standing: S, etag: string): Promise<void>;
}

const NEVER = new Date(0).toISOString();
const at = z.optional(z.string());
const marks = z.record(z.string(), z.object({ since: z.string(), started: z.boolean(), ended: z.boolean(), startedAt: at, endedAt: at }));

/** The columns that conditions of every kind have; the key of a row is the subject. */
const common: Columns<Omit<Standing, 'subject'>> = { since: text, until: optionalText, delivered: json(marks, {}), sweep: text };

/**
 * Declares the rows of a kind of conditions, in a partition of the table `clusters`.
 *
 * @param own - the columns that only this kind has.
 */
export function standingRows<S extends Standing>(partition: string, own: Columns<Omit<S, keyof Standing>>): StandingRows<S> {
  // The compiler cannot see that the two parts of a generic type make up the whole.
  const toStanding = (row: Row) => {
    const { since, until, ...read } = readColumns(common, row);
    // A time that is none would stop the notifications of all others of the kind.
    const times = { since: timeOr(since, NEVER), until: until && timeOr(until, NEVER) };
    return { subject: row.rowKey, ...read, ...times, ...readColumns(own, row) } as unknown as S;
  };
  return {
    async read(tables) {
      const rows = await readRange(await tables.open('clusters'), partition);
      return new Map(rows.map((row) => [row.rowKey, { standing: toStanding(row), etag: row.etag }]));
    },
    async readOpen(tables, subject) {
      const row = await readRow(await tables.open('clusters'), partition, subject);
      const read = row && toStanding(row);
      return read?.until === undefined ? read : undefined;
    },
    async put(tables, standing, etag) {
      const clusters = await tables.open('clusters');
      const columns = { ...writeColumns(common, standing), ...writeColumns(own, standing) };
      const entity = { partitionKey: partition, rowKey: standing.subject, ...columns };
      if (etag === undefined) await clusters.createEntity(entity);
      else await clusters.updateEntity(entity, 'Replace', { etag });
    },
    async close(tables, { subject }, etag) {
      await (await tables.open('clusters')).deleteEntity(partition, subject, { etag });
    },
  };
}
