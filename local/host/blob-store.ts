import { ContainerClient, RestError } from '@azure/storage-blob';
import type { StorageConnection } from './storage-connection.ts';

/** The few blob operations that timers need. */
export interface BlobStore {
  /** Text of a blob; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** Writes a blob; with `onlyIfAbsent` an existing one stays as it is. */
  write(path: string, text: string, options?: { onlyIfAbsent?: boolean }): Promise<void>;
  /** Acquires a lease of so many seconds on an existing blob; undefined while someone else holds it. */
  acquireLease(path: string, seconds: number): Promise<string | undefined>;
  /** True when renewed, false when the lease is lost. */
  renewLease(path: string, leaseId: string): Promise<boolean>;
  releaseLease(path: string, leaseId: string): Promise<void>;
}

async function unless<T>(statuses: readonly number[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RestError && statuses.includes(error.statusCode ?? 0)) return undefined;
    throw error;
  }
}

/**
 * Opens a blob container, creating it where it is missing.
 * @throws When storage refuses.
 */
export async function openBlobStore(storage: StorageConnection, container: string): Promise<BlobStore> {
  const client =
    'connectionString' in storage
      ? new ContainerClient(storage.connectionString, container)
      : new ContainerClient(`${storage.serviceUris.blob.replace(/\/$/, '')}/${container}`, storage.credential);
  await client.createIfNotExists();
  const blob = (path: string) => client.getBlockBlobClient(path);
  return {
    async read(path) {
      const content = await unless([404], blob(path).downloadToBuffer());
      return content?.toString('utf8');
    },
    async write(path, text, { onlyIfAbsent = false } = {}) {
      const conditions = onlyIfAbsent ? { ifNoneMatch: '*' } : {};
      // 409 and 412: it exists, possibly under a lease.
      await unless(onlyIfAbsent ? [409, 412] : [], blob(path).upload(text, Buffer.byteLength(text), { conditions }));
    },
    async acquireLease(path, seconds) {
      return (await unless([409], blob(path).getBlobLeaseClient().acquireLease(seconds)))?.leaseId;
    },
    async renewLease(path, leaseId) {
      return (await unless([409, 412], blob(path).getBlobLeaseClient(leaseId).renewLease())) !== undefined;
    },
    async releaseLease(path, leaseId) {
      await unless([409, 412], blob(path).getBlobLeaseClient(leaseId).releaseLease());
    },
  };
}
