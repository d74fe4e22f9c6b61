import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import type { TokenCredential } from '@azure/identity';
import { QueueClient } from '@azure/storage-queue';
import { askSimulator } from '../../local/ask-simulator.ts';
import { startAzurite } from '../../local/azurite.ts';
import { findKubectl } from '../../local/kubectl.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../local/simulator/start-simulator.ts';
import { scheduleFor } from '../../local/sweep-schedule.ts';
import { handlePoison } from '../../src/housekeeping/handle-poison.ts';
import type { Plan } from '../../src/model/ledger.ts';
import { buildServices, type Services, WORK_QUEUE } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { doWork } from '../../src/sweep/work.ts';
import { readPlanAndTallies } from '../../src/tables/plan-rows.ts';
import { listSweeps, type SweepLine } from '../../src/tables/sweep-list.ts';
import { readSweep } from '../../src/tables/sweep-rows.ts';
import { serveBusyTables } from '../serve-busy-tables.ts';
import { grantedRoles } from '../simulator/granted-roles.ts';

const MOST_DELIVERIES = 3;

/** What a healthy node's script prints, without running it. */
export function healthyAnswer(_: SimulatedNode, script: string): string {
  const nonce = /^\$?NONCE ?= ?'([0-9a-f]{16})'/im.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\nms=20\nserver=v1.33.5\nkubeconfig=ok\nAFP1 end ${nonce} rc=0\n`;
}

/** Whole sweeps in one process, over real storage, the real SDKs and a simulated Azure, each at its own turn of the schedule. */
export interface SweepWorld {
  simulator: Simulator;
  services(): Services;
  /** Sets further settings for the sweeps to come. */
  set(settings: Record<string, string>): void;
  setFault(target: string, fault: string): Promise<void>;
  clearFault(target: string): Promise<void>;
  requests(): Promise<{
    total: number;
    byOperation: Record<string, number>;
    refusedByAction: Record<string, number>;
    runCommand: { started: number; conflicts: number; mostAtOncePerNode: number };
  }>;
  /** Runs the next sweep to its end; `meanwhile` is called once its first slice is started. */
  sweep(meanwhile?: () => Promise<unknown>): Promise<Required<SweepLine>>;
  /** Does the work that is due until something is so. */
  workUntil<T>(what: string, check: () => Promise<T | undefined>): Promise<T>;
  /** Has every message delivered twice from now on, and the newest first. */
  disorder(): void;
  /** Kinds of the messages that failed each time. */
  poisoned: string[];
  /** Lets time pass for the app, though not for Azure and storage. */
  passTime(seconds: number): void;
  /** The outcome of each node of a cluster in the newest sweep, or in another; a node that is told twice is an error. */
  outcomes(cluster: string, sweep?: string): Promise<Record<string, string>>;
  /** The plan of a cluster in the newest sweep, empty until there is one. */
  plan(cluster: string): Promise<Plan>;
  /** How many slices of a cluster the newest sweep has started. */
  slicesStarted(cluster: string): Promise<number>;
  stop(): Promise<void>;
}

// The SDK's managed identity keeps its tokens for the whole process, in which every world has an identity of its own.
function signIn({ env }: Simulator, refuseToken?: () => Error | undefined): TokenCredential {
  const isAskedEachTime = refuseToken !== undefined;
  return {
    async getToken(scopes) {
      const refusal = refuseToken?.();
      if (refusal !== undefined) throw refusal;
      const resource = String(scopes).replace(/\/\.default$/, '');
      const url = `${env.IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
      const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': env.IDENTITY_HEADER! } });
      const { access_token: token, expires_on: seconds } = (await response.json()) as { access_token: string; expires_on: string };
      // Where tests refuse tokens, each request asks for a new one.
      return { token, expiresOnTimestamp: isAskedEachTime ? Date.now() : Number(seconds) * 1000 };
    },
  };
}

/** Opens a world whose nodes answer at once. */
export async function openSweepWorld(
  fleet: FleetFile,
  given: Record<string, string> = {},
  {
    intervalSeconds = 300,
    refuseToken,
    isBusy,
    longestSweepMs = 60_000,
    ...options
  }: Partial<SimulatorOptions> & {
    intervalSeconds?: number;
    /** Called before each request of the app to Azure: the error with which there is no token for it. */
    refuseToken?: () => Error | undefined;
    /** Asked for each transaction of the app's tables, with its body: whether it meets a busy server. */
    isBusy?: (transaction: string) => boolean;
    /** Within which a sweep must complete. */
    longestSweepMs?: number;
  } = {},
): Promise<SweepWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-world-'));
  const azurite = await startAzurite();
  const simulator = await startSimulator({
    fleet: parseFleet(fleet, 'The test fleet'),
    dir,
    runCommandSeconds: 0,
    kubectl: await findKubectl(),
    instantNodes: true,
    answer: healthyAnswer,
    roles: grantedRoles('nodeGroups'),
    ...options,
  });
  // In place of that of a world before it, which has the same name.
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), await readFile(simulator.caFile, 'utf8')]);
  const busy = isBusy && (await serveBusyTables(azurite.connectionString, isBusy));
  const storage = busy?.connectionString ?? azurite.connectionString;
  const credential = signIn(simulator, refuseToken);
  const queue = new QueueClient(azurite.connectionString, WORK_QUEUE);
  await queue.createIfNotExists();

  const quick = {
    SWEEP_SCHEDULE: scheduleFor(intervalSeconds)!,
    FIRST_COLLECT_SECONDS: '1',
    COLLECT_AGAIN_SECONDS: '1',
    STARTS_PER_MINUTE: '1500',
  };
  let settings: Record<string, string> = { ...quick, ...given };
  // The clock jumps to the next turn of the schedule at the start of each sweep, and goes on from there.
  const intervalMs = intervalSeconds * 1000;
  let turn = Math.ceil(Date.now() / intervalMs);
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  let built: Services | undefined;
  const services = () => {
    const env = { AzureWebJobsStorage: storage, ...simulator.env, ...settings };
    built ??= buildServices(readSettings(env), credential, now);
    return built;
  };
  let newest = '';
  let disordered = false;

  async function work(): Promise<number> {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 60 });
    const messages = disordered ? receivedMessageItems.reverse() : receivedMessageItems;
    await Promise.all(
      messages.map(async ({ messageText, messageId, popReceipt, dequeueCount }) => {
        const raw = JSON.parse(Buffer.from(messageText, 'base64').toString());
        try {
          await Promise.all(Array.from({ length: disordered ? 2 : 1 }, () => doWork(services(), raw)));
        } catch (error) {
          // As the host does: again, and after the third time to the poison queue.
          if (dequeueCount < MOST_DELIVERIES) return void (await queue.updateMessage(messageId, popReceipt, messageText, 0));
          world.poisoned.push(`${raw.kind}: ${error instanceof Error ? error.message : error}`);
          await handlePoison(services(), raw);
        }
        await queue.deleteMessage(messageId, popReceipt);
      }),
    );
    return messages.length;
  }
  const closing = (sweep: string) => ({ v: 1, kind: 'close-sweep', sweep, deadline: new Date(now().getTime() + 60_000).toISOString() });
  const call = async (method: string, path: string, body?: object) => {
    const { status, text } = await askSimulator(simulator, method, path, body);
    if (status >= 400) throw new Error(`${method} ${path} was answered ${status}: ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  const world: SweepWorld = {
    simulator,
    poisoned: [],
    services,
    disorder() {
      disordered = true;
    },
    set(more) {
      settings = { ...settings, ...more };
      built = undefined;
    },
    setFault: (target, fault) => call('PUT', `/control/faults/${encodeURIComponent(target)}`, { fault }),
    clearFault: (target) => call('DELETE', `/control/faults/${encodeURIComponent(target)}`),
    requests: () => call('GET', '/control/requests'),
    async sweep(meanwhile) {
      turn += 1;
      // A sweep that took longer than the interval is followed by the occurrence that is next then.
      turn = Math.max(turn, Math.ceil(now().getTime() / intervalMs));
      ahead = turn * intervalMs - Date.now();
      const id = new Date(turn * intervalMs).toISOString().replace('.000Z', 'Z');
      newest = id;
      const { queue: out, tables } = services();
      await out.send({ kind: 'start-sweep', sweep: id });
      const started = (await world.requests()).runCommand.started;
      let waiting = meanwhile;
      const deadline = Date.now() + longestSweepMs;
      for (;;) {
        if (Date.now() > deadline) throw new Error(`expected the sweep ${id} to complete within ${longestSweepMs / 1000} s`);
        const done = await work();
        if (waiting !== undefined && (await world.requests()).runCommand.started > started) {
          const once = waiting;
          waiting = undefined;
          await once();
        }
        if (done > 0) continue;
        if ((await readSweep(tables, id)).subscriptions) await doWork(services(), closing(id));
        const line = (await listSweeps(tables, now(), 5)).find(({ sweep }) => sweep === id);
        if (line?.completedAt !== undefined) return line as Required<SweepLine>;
        await sleep(50);
      }
    },
    passTime(seconds) {
      ahead += seconds * 1000;
    },
    async workUntil(what, check) {
      const deadline = Date.now() + longestSweepMs;
      for (;;) {
        const found = await check();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`expected within ${longestSweepMs / 1000} s: ${what}`);
        if ((await work()) === 0) await sleep(50);
      }
    },
    async outcomes(cluster, sweep = newest) {
      const { planned, tallies } = await readPlanAndTallies(services().tables, sweep, cluster);
      const notProbed = Object.entries(planned?.notProbed ?? {}).flatMap(([reason, nodes]) =>
        nodes.map((node): [string, string] => [node, `notProbed/${reason}`]),
      );
      const told = [...tallies.values()].flatMap((each) => Object.entries(each));
      const all = [...notProbed, ...told.flatMap(([outcome, nodes]) => nodes.map((node): [string, string] => [node, outcome]))];
      const outcomes = Object.fromEntries(all);
      if (Object.keys(outcomes).length !== all.length) throw new Error(`expected one outcome for each node, got ${JSON.stringify(all)}`);
      return outcomes;
    },
    async plan(cluster) {
      const { planned } = await readPlanAndTallies(services().tables, newest, cluster);
      return planned ?? { region: '', slices: [], due: '', notProbed: {}, gaps: {} };
    },
    slicesStarted: async (cluster) => (await readPlanAndTallies(services().tables, newest, cluster)).started.size,
    async stop() {
      await simulator.stop();
      await busy?.close();
      await azurite.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}
