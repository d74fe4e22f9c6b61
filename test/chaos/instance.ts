import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { Simulator } from '../../local/simulator/start-simulator.ts';
import { openReadCache } from '../../src/diagnose/read/read-cache.ts';
import { findComponent } from '../../src/notify/application-insights.ts';
import { openSinks } from '../../src/notify/open-sinks.ts';
import { postState } from '../../src/notify/post-state.ts';
import { buildServices, connectArm, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { openWorkQueue } from '../../src/sweep/queue/work-queue.ts';
import { openTables } from '../../src/tables/open-tables.ts';
import type { StepClock } from './step-clock.ts';
import type { StepQueue } from './step-queue.ts';
import { type Fate, troubledTables } from './troubled-storage.ts';

/** How long the app keeps a token, in milliseconds of its own time: short, so that the endpoint of tokens matters. */
const TOKEN_MS = 180_000;
/** Time stands while state is sent: what is not accepted is tried a few times at once, and then left to the next sweep. */
const STATE_LIMITS = { requestMs: 5000, totalMs: 60, backOffMs: 5, longestWaitMs: 10 };

/** The process of an instance has ended: nothing that it asks for reaches anybody any more. */
class InstanceDied extends Error {
  // The SDKs take it for what nobody asks for again.
  override name = 'AbortError';
}

/** One instance of the app. */
export interface Instance {
  services: Services;
  isAlive(): boolean;
  /** Ends it in the middle of what it does, after so many more requests. */
  dieAfter(requests: number): void;
  /** By how much its clock is wrong, in milliseconds. */
  skew(milliseconds: number): void;
}

/** What instances share. */
export interface Surroundings {
  connectionString: string;
  simulator: Simulator;
  clock: StepClock;
  queue: StepQueue;
  settings: Readonly<Record<string, string>>;
  fateOf(): Fate;
  isStorageDown(): boolean;
}

/** Signs in at the simulator's endpoint, and keeps a token by the clock of the campaign. The SDK's own identity keeps it for a day. */
function signIn({ env }: Simulator, clock: StepClock, request: () => void): TokenCredential {
  const kept = new Map<string, { token: string; until: number }>();
  return {
    async getToken(scopes) {
      request();
      const resource = String(scopes).replace(/\/\.default$/, '');
      const known = kept.get(resource);
      if (known !== undefined && known.until > clock.time()) return { token: known.token, expiresOnTimestamp: Date.now() };
      const url = `${env.IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
      const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': env.IDENTITY_HEADER! } });
      if (!response.ok) throw new Error(`the endpoint of tokens answered ${response.status}`);
      const { access_token: token } = (await response.json()) as { access_token: string };
      kept.set(resource, { token, until: clock.time() + TOKEN_MS });
      return { token, expiresOnTimestamp: Date.now() };
    },
  };
}

/** Starts an instance: the app as it is put together for deployment, but for its clock, its queue and the ways that may fail. */
export function startInstance({
  connectionString,
  simulator,
  clock,
  queue,
  settings: given,
  fateOf,
  isStorageDown,
}: Surroundings): Instance {
  let left = Number.POSITIVE_INFINITY;
  let skewMs = 0;
  const request = () => {
    left -= 1;
    if (left <= 0) throw new InstanceDied('the instance has died');
  };
  const now = () => new Date(clock.time() + skewMs);
  const env = { ...simulator.env, ...given, AzureWebJobsStorage: connectionString };
  const settings = readSettings(env);
  const credential = signIn(simulator, clock, request);
  const built = buildServices(settings, credential, now);
  const httpClient = troubledTables(() => {
    request();
    return fateOf();
  });
  const options = { allowInsecureConnection: true, httpClient };
  const tables = openTables(
    (name) => TableClient.fromConnectionString(connectionString, name, options),
    TableServiceClient.fromConnectionString(connectionString, options),
  );
  const client = queue.clientFor(() => {
    request();
    if (isStorageDown()) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  const workQueue = openWorkQueue(async () => client, now);
  const life: PipelinePolicy = {
    name: 'life',
    sendRequest(each, next) {
      request();
      return next(each);
    },
  };
  const arm = connectArm(settings, credential, [built.armRequests.policy, life]);
  const { target, credential: proof } = findComponent(settings, credential)!;
  return {
    services: {
      ...built,
      tables,
      queue: workQueue,
      arm,
      readCache: openReadCache(arm.request, now),
      sinks: openSinks({ settings, credential, tables, queue: workQueue, now }),
      telemetry: {
        ...built.telemetry,
        report: (availability, heartbeat) => postState(target, proof, heartbeat, availability, STATE_LIMITS).catch(() => {}),
      },
    },
    isAlive: () => left > 0,
    dieAfter(requests) {
      left = Math.min(left, requests);
    },
    skew(milliseconds) {
      skewMs = milliseconds;
    },
  };
}
