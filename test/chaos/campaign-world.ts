import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { askSimulator } from '../../local/ask-simulator.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { type Simulator, startSimulator } from '../../local/simulator/start-simulator.ts';
import { handlePoison } from '../../src/housekeeping/handle-poison.ts';
import { requestSweep } from '../../src/sweep/plan/start-sweep.ts';
import { doWork } from '../../src/sweep/work.ts';
import { ask } from '../http/ask.ts';
import { grantedRoles } from '../simulator/granted-roles.ts';
import { answerAsNode } from './answer-as-node.ts';
import { campaignFleet } from './campaign-fleet.ts';
import { rollDice } from './dice.ts';
import { type Instance, type Surroundings, startInstance } from './instance.ts';
import { type FleetNames, planCampaign } from './plan-campaign.ts';
import { openStepClock, type StepClock } from './step-clock.ts';
import { openStepQueue, type Queued } from './step-queue.ts';
import { troubleAzure } from './troubled-azure.ts';
import type { CampaignPlan, Trouble } from './troubles.ts';
import { webhookSettings } from './webhook-settings.ts';

export const MINUTE_MS = 60_000;
export const INTERVAL_MINUTES = 5;
const DAY_MS = 86_400_000;
const LEASE_MS = 600_000;
const RELEASED_MS = 15_000;
const MOST_DELIVERIES = 3;
const BATCH = 16;

/** A seed's campaign in one process: real tables, the real SDKs, a simulated Azure, two instances of the app, and a clock that is stepped. */
export interface CampaignWorld {
  plan: CampaignPlan;
  fleet: FleetNames;
  simulator: Simulator;
  clock: StepClock;
  /** When the first sweep was due, in milliseconds since 1970. */
  start: number;
  /** A message that went to the poison queue, and when. */
  poisoned: { at: string; text: string }[];
  /** The checks that were accepted. */
  checks: string[];
  /** An instance that works at the end. */
  witness(): Instance;
  counts(): { calls: number; failed: number; byWay: Record<string, number>; deliveries: number; failures: number; deaths: number };
  /** Runs it on to a minute, by default to its end. */
  run(until?: number): Promise<void>;
  /** The text of every message that was sent. */
  sent(): readonly string[];
  stop(): Promise<void>;
}

const isIn = (minutes: number, { from, until }: Trouble) => from <= minutes && minutes < until;

/** Reads a message as the host hands it to the function. */
function read(text: string): unknown {
  const decoded = Buffer.from(text, 'base64').toString();
  try {
    return JSON.parse(decoded);
  } catch {
    return decoded;
  }
}

/** What a campaign has of its own, instead of what its seed says. */
export interface OwnCampaign {
  fleet: FleetFile;
  plan(fleet: FleetNames): CampaignPlan;
  settings: Readonly<Record<string, string>>;
}

/**
 * Opens the world of a seed, in a storage account of its own.
 *
 * @param onLine - told what is done to the world.
 */
export async function openCampaignWorld(
  seed: number,
  connectionString: string,
  onLine: (line: string) => void = () => {},
  own: Partial<OwnCampaign> = {},
): Promise<CampaignWorld> {
  const dice = rollDice(seed, 'world');
  // Tomorrow at some time, so that campaigns cross midnight too.
  const start = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS + dice.whole(1, 287) * INTERVAL_MINUTES * MINUTE_MS;
  const clock = openStepClock(start - 20_000);
  const minutes = () => (clock.time() - start) / MINUTE_MS;
  let active: readonly Trouble[] = [];
  const azure = troubleAzure(seed, () => active);
  const dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-chaos-'));
  const simulator = await startSimulator({
    fleet: parseFleet(own.fleet ?? campaignFleet(seed), 'The fleet of the campaign'),
    dir,
    runCommandSeconds: 20,
    kubectl: '/nowhere/kubectl',
    instantNodes: true,
    answer: answerAsNode(clock.now),
    roles: grantedRoles('nodeGroups'),
    clock,
    intercept: azure.intercept,
  });
  // Beside those of worlds that run at the same time: nothing may come between reading them and setting them.
  const authority = await readFile(simulator.caFile, 'utf8');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority]);
  const control = async (method: string, path: string, body?: object) => {
    const { status, text } = await askSimulator(simulator, method, `/control/${path}`, body);
    if (status >= 400) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
    return JSON.parse(text);
  };
  const known: { cluster: string; nodes: { name: string }[] }[] = await control('GET', 'fleet');
  const fleet = known.map(({ cluster, nodes }) => ({ cluster, nodes: nodes.map(({ name }) => name) }));
  const plan = own.plan?.(fleet) ?? planCampaign(seed, fleet);

  const noted: Record<string, number> = {};
  const note = (what: string) => {
    noted[what] = (noted[what] ?? 0) + 1;
  };
  const messages = () => active.find((each) => each.kind === 'messages');
  const queue = openStepQueue(clock, () => {
    const trouble = messages();
    if (trouble === undefined || !dice.chance(trouble.late)) return 0;
    note('messages: late');
    return dice.next() * trouble.lateSeconds * 1000;
  });
  const isStorageDown = () => active.some((each) => each.kind === 'storage' && each.share === 1);
  const storageDice = rollDice(seed, 'storage');
  const surroundings: Surroundings = {
    connectionString,
    simulator,
    clock,
    queue,
    settings: {
      SWEEP_SCHEDULE: `0 */${INTERVAL_MINUTES} * * * *`,
      STARTS_PER_MINUTE: '1500',
      FLAP_WINDOW_MINUTES: '5',
      ...own.settings,
      ...webhookSettings(simulator),
    },
    fateOf() {
      const share = Math.max(0, ...active.map((each) => (each.kind === 'storage' ? each.share : 0)));
      if (share === 0 || !storageDice.chance(share)) return 'done';
      const fate = share < 1 && storageDice.chance(0.5) ? 'done and lost' : 'refused';
      note(`storage: ${fate}`);
      return fate;
    },
    isStorageDown,
  };
  const instances = [startInstance(surroundings), startInstance(surroundings)];
  const counted = { deliveries: 0, failures: 0, deaths: 0 };
  const poisoned: CampaignWorld['poisoned'] = [];
  const checks: string[] = [];
  const alive = () => instances.filter((each) => each.isAlive());
  const mayWork = () => !isStorageDown() && alive().length > 0;

  /** Has an instance handle a message, as the host does: again after a failure, and after the third one in the poison queue. */
  async function deliver(message: Queued, instance: Instance, isPoison: boolean): Promise<void> {
    counted.deliveries += 1;
    const deliveries = message.deliveries + 1;
    const raw = read(message.text);
    const put = (delayMs: number) => (isPoison ? poison : queue).put({ ...message, deliveries, visibleAt: clock.time() + delayMs });
    try {
      await (isPoison ? handlePoison : doWork)(instance.services, raw);
    } catch (error) {
      counted.failures += 1;
      // Its lease runs out before anybody sees it again.
      if (!instance.isAlive()) return put(LEASE_MS);
      onLine(`failed (${deliveries}): ${Buffer.from(message.text, 'base64').toString().slice(0, 90)}: ${String(error).slice(0, 160)}`);
      if (deliveries < MOST_DELIVERIES) return put(RELEASED_MS);
      if (isPoison) return onLine(`lost in the poison queue: ${message.text}`);
      poisoned.push({ at: clock.now().toISOString(), text: Buffer.from(message.text, 'base64').toString() });
      poison.put({ ...message, deliveries: 0, visibleAt: clock.time() });
      return;
    }
    if (!instance.isAlive()) return put(LEASE_MS);
    const trouble = messages();
    if (isPoison || trouble === undefined || !dice.chance(trouble.twice)) return;
    note('messages: twice');
    put(dice.next() * 30_000);
  }
  const poison = openStepQueue(clock, () => 0);

  async function work(): Promise<void> {
    for (const each of [queue, poison]) {
      const due = dice.shuffle(each.take());
      for (let at = 0; at < due.length; at += BATCH) {
        const batch = due.slice(at, at + BATCH);
        const running = batch.map((message) => {
          const able = alive();
          if (able.length === 0) return each.put({ ...message, visibleAt: clock.time() });
          return deliver(message, dice.pick(able), each === poison);
        });
        await Promise.all(running);
      }
    }
  }

  async function fire(isPastDue: boolean): Promise<void> {
    const timer = active.find((each) => each.kind === 'timer');
    if (timer?.fires === 'never') return;
    for (const each of alive().slice(0, timer?.fires === 'twice' ? 2 : 1))
      await requestSweep(each.services, isPastDue).catch((error: unknown) => onLine(`the timer failed: ${String(error).slice(0, 160)}`));
  }

  const setFault = (target: string, fault: string) => control('PUT', `faults/${encodeURIComponent(target)}`, { fault });
  const clearFault = (target: string) => control('DELETE', `faults/${encodeURIComponent(target)}`);
  /** What it is answered while all fails is of no interest; a check that was accepted must come to an end. */
  async function askAsPerson({ asksFor, cluster, node }: Extract<Trouble, { kind: 'person' }>): Promise<void> {
    const able = alive();
    if (able.length === 0) return;
    const headers = { 'content-type': 'application/json' };
    const body = asksFor === 'check' ? JSON.stringify({ cluster, node }) : undefined;
    const path = asksFor === 'check' ? 'checks' : 'sweeps';
    const answered = await ask(dice.pick(able).services, path, { method: 'POST', headers, body }).catch((error: unknown) =>
      onLine(`asked in vain: ${String(error).slice(0, 120)}`),
    );
    const check = (answered?.json as { id?: string } | undefined)?.id;
    onLine(`a ${asksFor} was asked for: ${answered?.status}`);
    if (asksFor === 'check' && answered?.status === 202 && check !== undefined) checks.push(check);
  }
  async function begin(trouble: Trouble): Promise<void> {
    if (trouble.kind === 'fault') await setFault(trouble.target, trouble.fault);
    if (trouble.kind === 'clock') instances[trouble.instance]!.skew(trouble.seconds * 1000);
    if (trouble.kind === 'kill') instances[trouble.instance]!.dieAfter(trouble.afterRequests);
    if (trouble.kind === 'person') await askAsPerson(trouble);
    if (trouble.kind === 'stranger')
      queue.put({
        text: Buffer.from(trouble.text).toString('base64'),
        visibleAt: clock.time(),
        expiresAt: clock.time() + DAY_MS,
        deliveries: 0,
      });
  }
  async function end(trouble: Trouble): Promise<void> {
    if (trouble.kind === 'fault') await clearFault(trouble.target);
    if (trouble.kind === 'clock') instances[trouble.instance]!.skew(0);
    if (trouble.kind !== 'kill') return;
    counted.deaths += 1;
    instances[trouble.instance]!.dieAfter(0);
    const wasAlone = alive().length === 0;
    instances[trouble.instance] = startInstance(surroundings);
    if (wasAlone) await fire(true);
  }

  /** What happens at its time: the timer, and the beginnings and ends of troubles. */
  function schedule(): { at: number; what: () => Promise<void> }[] {
    // The millisecond after the minute: a fraction of one before its end, a trouble would last for ever.
    const at = (minute: number, what: () => Promise<void>) => ({ at: Math.floor(start + minute * MINUTE_MS) + 1, what });
    const occurrences = Array.from({ length: Math.floor(plan.end / INTERVAL_MINUTES) + 1 }, (_, n) =>
      at(n * INTERVAL_MINUTES, () => fire(false)),
    );
    const troubled = plan.troubles.flatMap((trouble) => {
      const refresh = () => {
        active = plan.troubles.filter((each) => isIn(minutes(), each));
      };
      const bounds = [
        at(trouble.from, async () => {
          refresh();
          onLine(`begins: ${JSON.stringify(trouble)}`);
          await begin(trouble);
        }),
        at(trouble.until, async () => {
          refresh();
          onLine(`ends: ${JSON.stringify(trouble)}`);
          await end(trouble);
        }),
      ];
      if (trouble.kind !== 'upgrade') return bounds;
      const each = (trouble.until - trouble.from) / trouble.nodes.length;
      const steps = trouble.nodes.flatMap((node, n) => [
        at(trouble.from + n * each, () => setFault(`${trouble.cluster}/${node}`, 'gone')),
        at(trouble.from + n * each + 1.2, () => setFault(`${trouble.cluster}/${node}`, 'replaced')),
      ]);
      return [...bounds, ...steps];
    });
    return [...occurrences, ...troubled].sort((a, b) => a.at - b.at);
  }

  const events = schedule();
  return {
    plan,
    fleet,
    simulator,
    clock,
    start,
    poisoned,
    checks,
    witness: () => alive()[0]!,
    counts() {
      const { byWay, ...calls } = azure.counts();
      return { ...calls, byWay: { ...byWay, ...noted }, ...counted };
    },
    sent: () => queue.sent,
    async run(until = plan.end) {
      const last = start + until * MINUTE_MS;
      for (;;) {
        const visible = mayWork() ? Math.min(queue.nextVisible(), poison.nextVisible()) : Number.POSITIVE_INFINITY;
        const next = Math.min(events[0]?.at ?? Number.POSITIVE_INFINITY, visible, clock.nextDue());
        if (next > last) break;
        await clock.moveTo(Math.max(next, clock.time()));
        while (events[0] !== undefined && events[0].at <= clock.time()) await events.shift()!.what();
        if (mayWork()) await work();
      }
    },
    async stop() {
      await simulator.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
