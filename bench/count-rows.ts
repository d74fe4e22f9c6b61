import { TableClient, TableServiceClient } from '@azure/data-tables';

/** Names what a table is one of: that of a day or a month counts with the others. Pure. */
export function tableKind(name: string): string {
  return name.replace(/\d{8}$/, ' of days').replace(/\d{6}$/, ' of months');
}

/** Counts the rows of all tables, by their kind. */
export async function countRows(connectionString: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const options = { allowInsecureConnection: true };
  for await (const { name } of TableServiceClient.fromConnectionString(connectionString, options).listTables()) {
    const rows = TableClient.fromConnectionString(connectionString, name!, options).listEntities({ queryOptions: { select: ['RowKey'] } });
    const kind = tableKind(name!);
    counts[kind] ??= 0;
    for await (const page of rows.byPage({ maxPageSize: 1000 })) counts[kind] += page.length;
  }
  return counts;
}
