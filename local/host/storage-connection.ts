import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import type { Environment } from './app-settings.ts';

type Service = 'blob' | 'queue';

/** How a binding reaches storage: by the key in a connection string, or by the identity of the app. */
export type StorageConnection = { connectionString: string } | { serviceUris: Record<Service, string>; credential: TokenCredential };

/**
 * The storage that a binding's `connection` names: a connection string in the setting itself, or the addresses of services in settings that begin with it.
 *
 * @param connection - name of a setting, with or without its `AzureWebJobs` prefix; `AzureWebJobsStorage` when empty.
 * @throws When neither is set.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
 */
export function findStorage(env: Environment, connection: string | undefined): StorageConnection {
  const name = connection || 'AzureWebJobsStorage';
  const names = name.startsWith('AzureWebJobs') ? [name] : [name, `AzureWebJobs${name}`];
  for (const setting of names) {
    const connectionString = env[setting];
    if (connectionString) return { connectionString };
    const [blob, queue] = [env[`${setting}__blobServiceUri`], env[`${setting}__queueServiceUri`]];
    if (blob && queue) return { serviceUris: { blob, queue }, credential: new ManagedIdentityCredential() };
  }
  const uris = names.map((setting) => `${setting}__blobServiceUri with ${setting}__queueServiceUri`);
  throw new Error(
    `Expected a storage connection string in the app setting ${names.join(' or ')}, or ${uris.join(' or ')}, got none: set it in the environment.`,
  );
}
