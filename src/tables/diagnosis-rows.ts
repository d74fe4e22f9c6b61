import type { Diagnosis } from '../history/diagnosis.ts';
import { change, finding, findingCodes } from '../model/finding.ts';
import * as z from '../zod.ts';
import {
  type Columns,
  count,
  flag,
  json,
  longJson,
  optionalJson,
  optionalOneOf,
  optionalText,
  readColumns,
  text,
  timeOr,
  writeColumns,
} from './columns.ts';
import type { Tables } from './open-tables.ts';
import { prefixed, type Row, readRange, readRow, unlessLost } from './rows.ts';

/** A diagnosis with what is needed to change its row. */
export interface DiagnosisRow {
  diagnosis: Diagnosis;
  etag: string;
}

const PREFIX = 'diagnosis|';

const columns: Columns<Omit<Diagnosis, 'subject'>> = {
  since: text,
  first: text,
  at: text,
  rounds: count,
  running: flag,
  ended: optionalText,
  findings: longJson(z.readonly(z.array(finding)), []),
  changes: longJson(z.readonly(z.array(change)), []),
  missing: json(z.readonly(z.array(z.string())), []),
  headline: optionalOneOf(...findingCodes),
  path: optionalJson(z.object({ nextHops: z.readonly(z.array(z.string())), dnsServers: z.readonly(z.array(z.string())) })),
  probe: optionalJson(z.object({ node: z.string(), at: z.string(), nonce: z.string() })),
};

const NEVER = new Date(0).toISOString();

function toDiagnosisRow(row: Row & { etag: string }): DiagnosisRow {
  const read = readColumns(columns, row);
  return {
    etag: row.etag,
    diagnosis: {
      subject: row.rowKey.slice(PREFIX.length),
      ...read,
      since: timeOr(read.since, NEVER),
      first: timeOr(read.first, NEVER),
      at: timeOr(read.at, NEVER),
    },
  };
}

/** Reads the diagnoses of a cluster, by subject. */
export async function readDiagnoses(tables: Tables, cluster: string): Promise<Map<string, DiagnosisRow>> {
  const rows = await readRange(await tables.open('fleet'), cluster, prefixed(PREFIX));
  return new Map(rows.map((row) => [row.rowKey.slice(PREFIX.length), toDiagnosisRow(row as Row & { etag: string })]));
}

/** Reads the diagnosis of one subject of a cluster. */
export async function readDiagnosis(tables: Tables, cluster: string, subject: string): Promise<DiagnosisRow | undefined> {
  const row = await readRow(await tables.open('fleet'), cluster, `${PREFIX}${subject}`);
  return row && toDiagnosisRow(row as Row & { etag: string });
}

/**
 * Writes a diagnosis if its row is still as it was read, or if there is still none.
 *
 * @returns the row as it is then; undefined if another was faster.
 */
export async function putDiagnosis(
  tables: Tables,
  cluster: string,
  diagnosis: Diagnosis,
  etag: string | undefined,
): Promise<DiagnosisRow | undefined> {
  const fleet = await tables.open('fleet');
  const { subject, ...own } = diagnosis;
  const entity = { partitionKey: cluster, rowKey: `${PREFIX}${subject}`, ...writeColumns(columns, own) };
  const write = etag === undefined ? fleet.createEntity(entity) : fleet.updateEntity(entity, 'Replace', { etag });
  let written = '';
  const isOurs = await unlessLost(
    write.then((headers) => {
      written = headers.etag ?? '';
    }),
  );
  return isOurs ? { diagnosis, etag: written } : undefined;
}
