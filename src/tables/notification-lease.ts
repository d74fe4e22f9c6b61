import type { Tables } from './open-tables.ts';
import { isLostWrite, readRow, unlessLost } from './rows.ts';

const LEASE_MS = 30_000;
const SKEW_MS = 60_000;
const ROW_KEY = 'notifying';

/** The right to send the notifications of one cluster, so that two assessments at once do not send the same twice. */
export interface NotificationLease {
  /** Releases the lease; one that is never released expires after 30 s. */
  release(): Promise<void>;
}

/**
 * Acquires the lease of a cluster.
 *
 * @returns the lease, or the time until which another assessment holds it.
 */
export async function acquireNotificationLease(tables: Tables, cluster: string, now: Date): Promise<NotificationLease | Date> {
  const fleet = await tables.open('fleet');
  const until = new Date(now.getTime() + LEASE_MS);
  const row = { partitionKey: cluster, rowKey: ROW_KEY, until: until.toISOString() };
  const before = await readRow(fleet, cluster, ROW_KEY);
  const taken = Date.parse(String(before?.until ?? '')) || 0;
  // A lease that ends later than any lease can was written with a wrong clock and is ignored.
  if (taken > now.getTime() && taken <= until.getTime() + SKEW_MS) return new Date(taken);
  let etag: string | undefined;
  try {
    ({ etag } = before === undefined ? await fleet.createEntity(row) : await fleet.updateEntity(row, 'Replace', { etag: before.etag }));
  } catch (error) {
    if (isLostWrite(error)) return until;
    throw error;
  }
  return {
    async release() {
      // If it has expired, another assessment may hold it by now.
      await unlessLost(fleet.deleteEntity(cluster, ROW_KEY, { etag }));
    },
  };
}
