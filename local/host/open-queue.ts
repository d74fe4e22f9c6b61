import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { Environment } from './app-settings.ts';
import { findStorage, type StorageConnection } from './storage-connection.ts';

/** Returns the client of a queue; `connection` is a binding's, so empty means `AzureWebJobsStorage`. */
export type OpenQueue = (connection: string | undefined, queueName: string) => QueueClient;

function connect(storage: StorageConnection): QueueServiceClient {
  const options = { keepAliveOptions: { enable: true } };
  if ('connectionString' in storage) return QueueServiceClient.fromConnectionString(storage.connectionString, options);
  return new QueueServiceClient(storage.serviceUris.queue, storage.credential, options);
}

/** Makes clients of the queues that bindings name, one service client for each connection. */
export function createOpenQueue(env: Environment): OpenQueue {
  const services = new Map<string, QueueServiceClient>();
  return (connection = '', queueName) => {
    const service = services.get(connection) ?? connect(findStorage(env, connection));
    services.set(connection, service);
    return service.getQueueClient(queueName);
  };
}

/** Storage's error code, such as `QueueNotFound`, of an error that its SDK threw; undefined for other errors. */
export function storageErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'details' in error && typeof error.details === 'object' && error.details && 'errorCode' in error.details
    ? String(error.details.errorCode)
    : undefined;
}
