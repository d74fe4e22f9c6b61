import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { type Environment, findConnectionString } from './app-settings.ts';

/** Returns the client of a queue; `connection` is a binding's, so empty means `AzureWebJobsStorage`. */
export type OpenQueue = (connection: string | undefined, queueName: string) => QueueClient;

/** Makes clients of the queues that bindings name, one service client for each connection. */
export function createOpenQueue(env: Environment): OpenQueue {
  const services = new Map<string, QueueServiceClient>();
  return (connection, queueName) => {
    const connectionString = findConnectionString(env, connection);
    const service =
      services.get(connectionString) ?? QueueServiceClient.fromConnectionString(connectionString, { keepAliveOptions: { enable: true } });
    services.set(connectionString, service);
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
