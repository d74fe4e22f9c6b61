import type { BlobStore } from './blob-store.ts';

const LEASE_SECONDS = 15;
const RENEW_MS = 5_000;

/** The right to be the one instance that runs a timer. */
export interface HeldLock {
  /** Raised when the lease is lost, or may be lost. */
  lost: AbortSignal;
  /** Lets the next instance in at once. Never throws: a lease that is not released expires. */
  release(): Promise<void>;
}

/**
 * Tries for the lease that makes a timer run on one instance only, and keeps it once it has it.
 * An owner that dies is followed after 15 s at most.
 * @returns Undefined while another instance has it.
 */
export async function acquireTimerLock(store: BlobStore, path: string): Promise<HeldLock | undefined> {
  await store.write(path, '', { onlyIfAbsent: true });
  const leaseId = await store.acquireLease(path, LEASE_SECONDS);
  if (!leaseId) return undefined;
  const lost = new AbortController();
  let renewedAt = Date.now();
  const renewal = setInterval(async () => {
    const askedAt = Date.now();
    // While storage cannot be reached, the lease is not lost yet.
    const renewed = await store.renewLease(path, leaseId).catch(() => undefined);
    if (renewed) renewedAt = askedAt;
    if (renewed === false || Date.now() - renewedAt > (LEASE_SECONDS - 1) * 1000) {
      clearInterval(renewal);
      lost.abort();
    }
  }, RENEW_MS);
  return {
    lost: lost.signal,
    async release() {
      clearInterval(renewal);
      await store.releaseLease(path, leaseId).catch(() => {});
    },
  };
}
