import { bearerTokenAuthenticationPolicy, createPipelineFromOptions, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { QueueClient } from '@azure/storage-queue';
import type { Arm } from './azure/arm.ts';
import { fitArmPipeline } from './azure/arm-pipeline.ts';
import { requestBy } from './azure/arm-request.ts';
import { countRequests, type RequestCount } from './azure/count-requests.ts';
import { signInWith } from './azure/sign-in-error.ts';
import { openReadCache, type ReadCache } from './diagnose/read/read-cache.ts';
import { openSinks } from './notify/open-sinks.ts';
import type { Sink } from './notify/sink.ts';
import { openTelemetry, type Telemetry } from './notify/telemetry.ts';
import { type EgressPlaces, openEgressPlaces } from './probe/egress-places.ts';
import type { Settings } from './settings.ts';
import { openWorkQueue, type WorkQueue } from './sweep/queue/work-queue.ts';
import { openTables, type Tables } from './tables/open-tables.ts';

/** The name of the work queue; `functions/work.ts` listens to it. */
export const WORK_QUEUE = 'work';

/** The queue to which the host moves messages that failed each time; `functions/poison.ts` listens to it. */
export const POISON_QUEUE = `${WORK_QUEUE}-poison`;

/** The services that all stages use. */
export interface Services {
  settings: Settings;
  now(): Date;
  tables: Tables;
  queue: WorkQueue;
  poisonQueue(): Promise<QueueClient>;
  arm: Arm;
  /** Counts the requests of `arm` in this process. */
  armRequests: RequestCount;
  /** What searches for causes have read in Azure within minutes. */
  readCache: ReadCache;
  egressPlaces: EgressPlaces;
  /** Where notifications go. */
  sinks: readonly Sink[];
  telemetry: Telemetry;
}

function memoize<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** Makes a value when it is first needed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  const get = memoize(make);
  return () => get('');
}

/** The identity of the app, whose SDK is loaded for the first token. */
function managedIdentity(clientId: string | undefined): TokenCredential {
  const credential = once(async () => {
    const { ManagedIdentityCredential } = await import('./azure/sdk/identity.ts');
    return new ManagedIdentityCredential({ clientId });
  });
  return { getToken: async (scopes, options) => (await credential()).getToken(scopes, options) };
}

/**
 * Connects to Azure Resource Manager only, which is all that the commands on a laptop need.
 *
 * @param policies - further policies for every client, such as one that counts requests.
 */
export function connectArm(settings: Settings, given: TokenCredential, policies: readonly PipelinePolicy[] = []): Arm {
  const credential = signInWith(given);
  const endpoint = settings.ARM_ENDPOINT.replace(/\/$/, '');
  // With only the endpoint set, the clients would still request tokens of the public cloud.
  const options = { endpoint, credentials: { scopes: [`${endpoint}/.default`] }, credentialScopes: [`${endpoint}/.default`] };
  const fitted = <C extends { pipeline: Parameters<typeof fitArmPipeline>[0] }>(client: C, reads = true): C => {
    fitArmPipeline(client.pipeline, endpoint, reads);
    for (const policy of policies) client.pipeline.addPolicy(policy, { afterPhase: 'Retry' });
    return client;
  };
  const pipeline = createPipelineFromOptions({});
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: options.credentialScopes }));
  return {
    subscriptions: once(async () => {
      const { SubscriptionClient } = await import('./azure/sdk/subscriptions.ts');
      return fitted(new SubscriptionClient(credential, options));
    }),
    request: requestBy(fitted({ pipeline }).pipeline, endpoint),
    clusters: memoize(async (id) => {
      const { ContainerServiceClient } = await import('./azure/sdk/clusters.ts');
      return fitted(new ContainerServiceClient(credential, id, options));
    }),
    compute: memoize(async (id) => {
      const { ComputeManagementClient } = await import('./azure/sdk/compute.ts');
      return fitted(new ComputeManagementClient(credential, id, options));
    }),
    authorization: memoize(async (id) => {
      const { AuthorizationManagementClient } = await import('./azure/sdk/authorization.ts');
      return fitted(new AuthorizationManagementClient(credential, id, options));
    }),
    computeOnce: memoize(async (id) => {
      const { ComputeManagementClient } = await import('./azure/sdk/compute.ts');
      return fitted(new ComputeManagementClient(credential, id, options), false);
    }),
  };
}

function storageUrl(settings: Settings, service: 'queue' | 'table'): string {
  const given = service === 'queue' ? settings.AzureWebJobsStorage__queueServiceUri : settings.AzureWebJobsStorage__tableServiceUri;
  return (given ?? `https://${settings.AzureWebJobsStorage__accountName}.${service}.core.windows.net`).replace(/\/$/, '');
}

/**
 * Builds all services; only this function creates clients.
 *
 * @param given - the credential; the app's managed identity by default.
 * @param now - the clock.
 */
export function buildServices(
  settings: Settings,
  given: TokenCredential = managedIdentity(settings.AZURE_CLIENT_ID),
  now: () => Date = () => new Date(),
): Services {
  const credential = signInWith(given);
  const connection = settings.AzureWebJobsStorage;
  const insecure = { allowInsecureConnection: connection !== undefined && /http:|UseDevelopmentStorage/i.test(connection) };
  const table = (name: string) =>
    connection
      ? TableClient.fromConnectionString(connection, name, insecure)
      : new TableClient(storageUrl(settings, 'table'), name, credential);
  const tableService = connection
    ? TableServiceClient.fromConnectionString(connection, insecure)
    : new TableServiceClient(storageUrl(settings, 'table'), credential);
  const queue = memoize(async (name) => {
    const { QueueClient } = await import('./azure/sdk/queue.ts');
    return connection ? new QueueClient(connection, name) : new QueueClient(`${storageUrl(settings, 'queue')}/${name}`, credential);
  });
  const armRequests = countRequests();
  const arm = connectArm(settings, given, [armRequests.policy]);
  const tables = openTables(table, tableService);
  const workQueue = openWorkQueue(() => queue(WORK_QUEUE), now);
  return {
    settings,
    now,
    tables,
    queue: workQueue,
    poisonQueue: () => queue(POISON_QUEUE),
    arm,
    armRequests,
    readCache: openReadCache(arm.request, now),
    egressPlaces: openEgressPlaces(settings.EGRESS_ENDPOINTS),
    sinks: openSinks({ settings, credential, tables, queue: workQueue, now }),
    telemetry: openTelemetry(settings, credential),
  };
}
