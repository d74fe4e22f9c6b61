import { isRestError } from '@azure/core-rest-pipeline';
import type { TableClient, TableServiceClient } from '@azure/data-tables';
import { cannotCreate } from './cannot-create.ts';

/** Access to the tables by name; a table is created when it is first used. */
export interface Tables {
  open(name: TableName): Promise<TableClient>;
  /** Names of the dated tables that begin with a prefix. */
  dated(prefix: 'results' | 'sweeps'): Promise<TableName[]>;
  drop(name: TableName): Promise<void>;
}

type Fixed = 'fleet' | 'clusters' | 'names' | 'probes' | 'sweeps' | 'pace' | 'poison' | 'checks' | 'webhooks';
export type TableName = Fixed | `results${number}` | `sweeps${number}`;

/** How long a process relies on a list of tables: `prune`, in whichever process, drops some of them. */
const LISTED_MS = 60_000;

/**
 * Opens tables. Each is created, if it does not exist, once in a process. A process that has just started lists the tables there are, since it opens
 * several: one request instead of one for each, all of which would be refused.
 *
 * @param connect - creates the client of one table.
 * @param service - lists and drops tables.
 */
export function openTables(connect: (name: string) => TableClient, service: TableServiceClient): Tables {
  const opened = new Map<string, Promise<TableClient>>();
  const list = async () => {
    const names = new Set<string>();
    for await (const { name } of service.listTables()) if (name) names.add(name);
    return names;
  };
  let listed: Promise<ReadonlySet<string>> | undefined;
  let listedUntil = 0;
  const isListed = async (name: string) => {
    if (listed === undefined) {
      listedUntil = Date.now() + LISTED_MS;
      // Whoever may not list tables, or cannot, creates each.
      listed = list().catch(() => new Set());
    }
    return Date.now() < listedUntil && (await listed).has(name);
  };
  const create = async (name: string) => {
    const client = connect(name);
    if (await isListed(name)) return client;
    await client.createTable().catch((error: unknown) => {
      throw isRestError(error) && error.statusCode === 403 ? cannotCreate('table', name, error) : error;
    });
    return client;
  };
  return {
    open(name) {
      let table = opened.get(name);
      if (table === undefined) {
        table = create(name);
        opened.set(name, table);
        // A failure is not cached: the next caller tries again.
        table.catch(() => opened.delete(name));
      }
      return table;
    },
    async dated(prefix) {
      const names: TableName[] = [];
      for await (const { name } of service.listTables())
        if (name && new RegExp(`^${prefix}\\d+$`).test(name)) names.push(name as TableName);
      return names;
    },
    async drop(name) {
      opened.delete(name);
      listedUntil = 0;
      await service.deleteTable(name);
    },
  };
}

/** The table of the results of a time: one per UTC day, so that retention can drop whole tables. */
export function resultsTableOf(time: string): TableName {
  return `results${time.slice(0, 10).replaceAll('-', '')}` as TableName;
}

/** The table of the list of sweeps of a time: one per UTC month. */
export function sweepsTableOf(sweep: string): TableName {
  return `sweeps${sweep.slice(0, 7).replaceAll('-', '')}` as TableName;
}

const LATEST_MS = 9_999_999_999_999;

/** A key part that sorts the newest time first. */
export function newestFirst(time: string): string {
  return String(LATEST_MS - Date.parse(time)).padStart(13, '0');
}

/** The time that `newestFirst` made a key part of; for anything else, the latest time that it supports. */
export function timeOfKey(newest: string | undefined): string {
  return new Date(LATEST_MS - (/^\d{13}$/.test(newest ?? '') ? Number(newest) : 0)).toISOString();
}

/** Creates the table of the results of a day, so that the first write of the day need not. */
export async function makeResultsTable(tables: Tables, time: string): Promise<void> {
  await tables.open(resultsTableOf(time));
}

/** Drops the dated tables of the days (`results`) or months (`sweeps`) before that of a time. */
export async function dropTablesBefore(tables: Tables, prefix: 'results' | 'sweeps', time: string): Promise<void> {
  const oldest = prefix === 'results' ? resultsTableOf(time) : sweepsTableOf(time);
  for (const name of await tables.dated(prefix)) if (name < oldest) await tables.drop(name);
}
