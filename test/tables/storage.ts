import { TableClient, TableServiceClient } from '@azure/data-tables';
import { startAzurite } from '../../local/azurite.ts';
import { openTables, type Tables } from '../../src/tables/open-tables.ts';

/** Real table storage of one test file, empty at first. */
export interface Storage {
  connectionString: string;
  tables: Tables;
  stop(): Promise<void>;
}

const insecure = { allowInsecureConnection: true };

/** Opens the tables of a storage account as a process of its own would. */
export function openTablesOf(connectionString: string): Tables {
  return openTables(
    (name) => TableClient.fromConnectionString(connectionString, name, insecure),
    TableServiceClient.fromConnectionString(connectionString, insecure),
  );
}

/** Starts the storage emulator. */
export async function startStorage(): Promise<Storage> {
  const { connectionString, stop } = await startAzurite();
  return { connectionString, tables: openTablesOf(connectionString), stop };
}
