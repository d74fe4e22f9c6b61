import { TableClient } from '@azure/data-tables';
import type { Fleet } from '../local/simulator/fleet-schema.ts';

/**
 * Uses up the pace of the last clusters of a fleet until after the end of the sweep.
 *
 * @param paced - how many of its clusters keep theirs.
 * @param until - a time after the sweep's end.
 * @returns what restores the pace.
 */
export async function useUpPace(connectionString: string, fleet: Fleet, paced: number, until: Date): Promise<() => Promise<void>> {
  const pace = TableClient.fromConnectionString(connectionString, 'pace', { allowInsecureConnection: true });
  await pace.createTable();
  const rows = fleet.subscriptions.slice(paced).map(({ id, clusters }) => ({ partitionKey: id, rowKey: clusters[0]!.location }));
  await Promise.all(rows.map((row) => pace.createEntity({ ...row, nextFree: until.toISOString() })));
  return async () => {
    await Promise.all(rows.map(({ partitionKey, rowKey }) => pace.deleteEntity(partitionKey, rowKey)));
  };
}
