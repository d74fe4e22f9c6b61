import { odata, TableClient } from '@azure/data-tables';

/** The outcome of a sweep according to the tables, read without the product's own code. */
export interface OutsideLedger {
  /** Node rows that are not retired. */
  nodes: number;
  /** Outcomes by `verdict/reason`. */
  byOutcome: Record<string, number>;
  /** Nodes with no outcome, or with more than one, or with an outcome and no row. */
  withoutOutcome: number;
  withSeveral: number;
  withoutRow: number;
}

type Row = { partitionKey: string; rowKey: string } & Record<string, unknown>;

async function* rowsOf(connectionString: string, table: string, filter: string, select?: string[]): AsyncGenerator<Row> {
  const client = TableClient.fromConnectionString(connectionString, table, { allowInsecureConnection: true });
  for await (const page of client.listEntities<Row>({ queryOptions: { filter, select } }).byPage({ maxPageSize: 1000 })) yield* page;
}

/** Puts JSON together that is spread over `<name>0`, `<name>1`, … */
function longJson<T>(row: Row, name: string): T {
  let text = '';
  for (let part = 0; typeof row[`${name}${part}`] === 'string'; part++) text += row[`${name}${part}`] as string;
  return JSON.parse(text) as T;
}

/** Counts the outcomes of every known node in the plans and tallies of a sweep. */
export async function readLedger(connectionString: string, sweep: string): Promise<OutsideLedger> {
  const outcomes = new Map<string, string[]>();
  const isNode = odata`RowKey ge ${'node|'} and RowKey lt ${'node}'}`;
  for await (const row of rowsOf(connectionString, 'fleet', isNode, ['PartitionKey', 'RowKey', 'retiredAt']))
    if (!row.retiredAt) outcomes.set(`${row.partitionKey}|${row.rowKey.slice('node|'.length)}`, []);
  const nodes = outcomes.size;
  let withoutRow = 0;
  const add = (cluster: string, groups: Record<string, string[]>, prefix = '') => {
    for (const [outcome, names] of Object.entries(groups))
      for (const name of names) {
        const known = outcomes.get(`${cluster}|${name}`);
        if (known === undefined) withoutRow += 1;
        known?.push(`${prefix}${outcome}`);
      }
  };
  const ofSweep = odata`PartitionKey ge ${`${sweep}|`} and PartitionKey lt ${`${sweep}}`}`;
  for await (const row of rowsOf(connectionString, 'sweeps', ofSweep)) {
    const cluster = row.partitionKey.slice(sweep.length + 1);
    if (row.rowKey === 'plan') add(cluster, longJson<{ notProbed: Record<string, string[]> }>(row, 'plan').notProbed, 'notProbed/');
    if (row.rowKey.startsWith('tally|')) add(cluster, longJson(row, 'tally'));
  }
  const byOutcome: Record<string, number> = {};
  for (const [first] of outcomes.values()) if (first !== undefined) byOutcome[first] = (byOutcome[first] ?? 0) + 1;
  const counts = [...outcomes.values()].map((each) => each.length);
  const withoutOutcome = counts.filter((count) => count === 0).length;
  return { nodes, byOutcome, withoutOutcome, withSeveral: counts.filter((count) => count > 1).length, withoutRow };
}
