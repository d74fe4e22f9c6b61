import type { ClusterMaintenance, MaintenanceRequest } from '../model/cluster-maintenance.ts';
import { type Columns, optionalText, readColumns, text, writeColumns } from './columns.ts';
import type { Tables } from './open-tables.ts';
import { type Row, readRange, readRow } from './rows.ts';
import { updateRow } from './update-row.ts';

const PARTITION = 'maintenance';

/** The columns of a request, declared once. */
const columns: Columns<MaintenanceRequest> = { from: text, until: text, by: text, reason: optionalText, endedBy: optionalText };

/** Reads a request out of its row; undefined where there is none, or its times cannot be read. */
function toRequest(row: Row | undefined): MaintenanceRequest | undefined {
  const read = row && readColumns(columns, row);
  return read === undefined || Number.isNaN(Date.parse(read.from)) || Number.isNaN(Date.parse(read.until)) ? undefined : read;
}

/** Reads the latest request of each cluster that ever had one, over or not. */
export async function readMaintenanceRequests(tables: Tables): Promise<Map<string, MaintenanceRequest>> {
  const rows = await readRange(await tables.open('clusters'), PARTITION);
  return new Map(
    rows.flatMap((row) => {
      const request = toRequest(row);
      return request === undefined ? [] : [[row.rowKey, request] as const];
    }),
  );
}

/** Reads the latest request of a cluster, over or not. */
export async function readMaintenanceRequest(tables: Tables, cluster: string): Promise<MaintenanceRequest | undefined> {
  return toRequest(await readRow(await tables.open('clusters'), PARTITION, cluster));
}

/**
 * Reads what says when a cluster is in maintenance.
 *
 * @param tag - that of the cluster, where it has just been read; else it is read as of the latest assessment.
 */
export async function readClusterMaintenance(
  tables: Tables,
  cluster: string,
  given?: { tag: string | undefined },
): Promise<ClusterMaintenance> {
  const clusters = await tables.open('clusters');
  const [request, row] = await Promise.all([
    readMaintenanceRequest(tables, cluster),
    given === undefined ? readRow(clusters, 'fleet', cluster, ['maintenanceTag']) : undefined,
  ]);
  return { tag: given === undefined ? optionalText.read(row ?? {}, 'maintenanceTag') : given.tag, request };
}

/**
 * Changes the request of a cluster.
 *
 * @param decide - the new request; undefined leaves what is stored. It may be called several times.
 */
export async function changeMaintenanceRequest(
  tables: Tables,
  cluster: string,
  decide: (before: MaintenanceRequest | undefined) => MaintenanceRequest | undefined,
): Promise<void> {
  await updateRow(await tables.open('clusters'), PARTITION, cluster, (row) => {
    const request = decide(toRequest(row));
    return request && { replace: writeColumns(columns, request) };
  });
}

/** Deletes the request of a cluster that is forgotten. */
export async function deleteMaintenanceRequest(tables: Tables, cluster: string): Promise<void> {
  await (await tables.open('clusters')).deleteEntity(PARTITION, cluster);
}
