import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { parseClusterId } from '../fleet/resource-id.ts';
import { type Counts, counts, emptyCounts } from '../sweep/ledger.ts';
import { readJson } from './read-json.ts';
import { isLostWrite, prefixed, type Row, readRange, readRow, retryLostWrites } from './rows.ts';

const ATTEMPTS = 5;

/** A cluster as lists show it: its roll-up at the latest assessment. */
export interface ClusterRow {
  cluster: string;
  subscriptionId: string;
  resourceGroup: string;
  name: string;
  region: string;
  version: string;
  nodes: Counts;
  /** Why it is only recorded. */
  recordOnly?: string;
  openOutages: number;
  /** Up to 500 names of nodes that are not reachable. */
  notReachable: string[];
  assessedAt: string;
  /** The newest sweep that was judged, the newest sealed one among them, and the newest mark. */
  sweep: string;
  sealedSweep: string;
  mark: string;
}

function toClusterRow(cluster: string, row: Record<string, unknown>): ClusterRow {
  const named = parseClusterId(cluster);
  const text = (name: string) => String(row[name] ?? '');
  return {
    cluster,
    subscriptionId: named?.subscriptionId ?? '',
    resourceGroup: text('resourceGroup') || (named?.resourceGroup ?? ''),
    name: text('name') || (named?.name ?? ''),
    region: text('region'),
    version: text('version'),
    nodes: readJson(counts, row.nodes, emptyCounts),
    recordOnly: text('recordOnly') || undefined,
    openOutages: Number(row.openOutages ?? 0),
    notReachable: readJson(z.array(z.string()), row.notReachable, []),
    assessedAt: text('assessedAt'),
    sweep: text('sweep'),
    sealedSweep: text('sealedSweep'),
    mark: text('mark'),
  };
}

function toProperties({ cluster: _, subscriptionId: __, nodes, notReachable, recordOnly, ...rest }: ClusterRow): Record<string, unknown> {
  return { ...rest, recordOnly: recordOnly ?? '', nodes: JSON.stringify(nodes), notReachable: JSON.stringify(notReachable) };
}

/** A cluster's row in `fleet`, with the ETag that guards its next judgement. */
export async function readCluster(fleet: TableClient, cluster: string): Promise<{ row: ClusterRow; etag: string } | undefined> {
  const row = await readRow(fleet, cluster, 'cluster');
  return row && { row: toClusterRow(cluster, row), etag: row.etag };
}

/**
 * Writes a cluster's row in `fleet` if nobody else has since it was read.
 *
 * @returns false where another assessment was first.
 */
export async function writeCluster(fleet: TableClient, row: ClusterRow, etag: string | undefined): Promise<boolean> {
  const entity = { partitionKey: row.cluster, rowKey: 'cluster', ...toProperties(row) };
  try {
    if (etag === undefined) await fleet.createEntity(entity);
    else await fleet.updateEntity(entity, 'Replace', { etag });
    return true;
  } catch (error) {
    if (isLostWrite(error)) return false;
    throw error;
  }
}

/** Copies a cluster's row to where lists find it, unless a newer judgement is there already. */
export async function publishCluster(clusters: TableClient, row: ClusterRow): Promise<void> {
  const entity = { partitionKey: 'fleet', rowKey: row.cluster, ...toProperties(row) };
  await retryLostWrites(ATTEMPTS, async () => {
    const before = await readRow(clusters, 'fleet', row.cluster);
    if (before === undefined) await clusters.createEntity(entity);
    else if (String(before.mark) <= row.mark) await clusters.updateEntity(entity, 'Replace', { etag: before.etag });
  });
}

/** Whether a cluster still has nodes or outages to account for. */
export function isRemembered({ nodes, openOutages }: ClusterRow): boolean {
  return nodes.known > 0 || openOutages > 0;
}

/** Lists the clusters of the fleet, or of one subscription. */
export async function listClusterRows(clusters: TableClient, subscriptionId?: string): Promise<ClusterRow[]> {
  const rows = await readRange(clusters, 'fleet', subscriptionId === undefined ? {} : prefixed(`${subscriptionId}.`));
  return rows.map((row: Row) => toClusterRow(row.rowKey, row));
}
