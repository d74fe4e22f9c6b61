import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import { type ArmReply, armError } from '../../local/simulator/arm-reply.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import type { SimulatorOptions } from '../../local/simulator/start-simulator.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import { coverageOf } from '../../src/model/ledger.ts';
import { readBlindRows } from '../../src/tables/blind-rows.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { readSweep } from '../../src/tables/sweep-rows.ts';
import { subscriptionId } from '../simulator/small-fleet.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from './sweep-world.ts';

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

type Pools = FleetFile['subscriptions'][number]['clusters'][number]['pools'];
const idOf = (name: string) => `${subscriptionId}.rg-${name}.${name}`;

/** A fleet of clusters, each with one pool of so many nodes, or with such pools. */
function fleetOf(clusters: Record<string, number | Pools>): FleetFile {
  const all = Object.entries(clusters).map(([name, pools]) => ({
    name,
    resourceGroup: `rg-${name}`,
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: typeof pools === 'number' ? [{ name: 'web', count: pools }] : pools,
  }));
  return { subscriptions: [{ id: subscriptionId, name: 'Test', clusters: all }] };
}

/** Nodes, or all nodes of clusters, that cannot reach their API server. */
const sick = new Set<string>();

function answer(node: SimulatedNode, script: string): string {
  if (!sick.has(node.name) && !sick.has(node.pool.cluster.spec.name)) return healthyAnswer(node, script);
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

async function open(fleet: FleetFile, options: Parameters<typeof openSweepWorld>[2], settings: Record<string, string> = {}) {
  sick.clear();
  const world = await openSweepWorld(fleet, settings, { answer, ...options });
  onTestFinished(() => world.stop());
  return world;
}

type Intercept = NonNullable<SimulatorOptions['intercept']>;
// biome-ignore lint/suspicious/noExplicitAny: bodies of Azure are changed here in ways that no type of theirs allows.
type Body = any;

/** The cluster that a request to the compute provider is about. */
const clusterOf = (url: URL) => /\/MC_rg-(?<name>[a-z]+)_/i.exec(url.pathname)?.groups?.name ?? '';

/** Changes what Azure lists at paths that match. */
const changing =
  (path: RegExp, change: (item: Body, url: URL) => unknown): Intercept =>
  async ({ url }, ask) => {
    const reply = await ask();
    if (!path.test(url.pathname) || reply.status !== 200) return reply;
    const body = structuredClone(reply.body) as Body;
    return { ...reply, body: { ...body, value: body.value.flatMap((item: Body) => change(item, url) ?? []) } };
  };

/** Answers runs in some clusters, and on some instances, with a refusal. */
const refusing =
  (refusal: (cluster: string, instance: number) => ArmReply | undefined): Intercept =>
  ({ method, url }, ask) => {
    const instance = /virtualMachines\/(\d+)\/runCommand$/i.exec(url.pathname)?.[1];
    return (method === 'POST' && instance && refusal(clusterOf(url), Number(instance))) || ask();
  };

async function outages(world: SweepWorld, name: string, which: 'open' | 'all' = 'all') {
  return (await readOutages(world.services().tables, idOf(name), { which })).map(({ outage }) => outage);
}

/** Waits for the confirmation of a failure, which a sweep does not wait for. */
const untilOpen = (world: SweepWorld, name: string) =>
  world.workUntil(`an open outage in ${name}`, async () => (await outages(world, name, 'open'))[0]);

/** How many nodes of a cluster have which outcome in the newest sweep. */
async function counted(world: SweepWorld, name: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of Object.values(await world.outcomes(idOf(name)))) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The ledger of each cluster after one more sweep. */
async function sweep(world: SweepWorld, meanwhile?: () => Promise<unknown>): Promise<Record<string, Ledger>> {
  const line = await world.sweep(meanwhile);
  const { finalized } = await readSweep(world.services().tables, line.sweep);
  return Object.fromEntries([...finalized].map(([id, ledger]) => [id.split('.').at(-1)!, ledger]));
}

async function firstNode(world: SweepWorld, name: string): Promise<string> {
  return Object.keys(await world.outcomes(idOf(name))).sort()[0]!;
}

/** The events of some names that Application Insights received, each once. */
async function events(world: SweepWorld, names: RegExp) {
  const { text } = await askSimulator(world.simulator, 'GET', '/control/telemetry');
  type Event = { name: string; properties: Record<string, string>; measurements: Record<string, number> };
  const all = (JSON.parse(text) as { data: { baseData: Event } }[]).map(({ data }) => data.baseData);
  return [...new Map(all.filter(({ name }) => names.test(name)).map((event) => [event.properties.eventId, event])).values()];
}

const blind = async (world: SweepWorld) => [...(await readBlindRows(world.services().tables)).keys()];

describe('machines that one source does not show (report 1)', () => {
  it('are told by their name where tags are lost, asked for by id where a list lacks them, and a gap where nobody knows them', async () => {
    let isOff = false;
    const lists = changing(/\/virtualMachineScaleSets$/, (set, url) => {
      if (!isOff || !['untagged', 'hidden'].includes(clusterOf(url))) return set;
      return clusterOf(url) === 'hidden' ? undefined : { ...set, tags: { owner: 'finops' } };
    });
    const clusters = changing(/\/managedClusters$/, (cluster) => {
      const [pool] = cluster.properties.agentPoolProfiles;
      if (['unseen', 'stopped', 'leaving'].includes(cluster.name)) pool.count += 3;
      if (cluster.name === 'stopped') pool.powerState = { code: 'Stopped' };
      if (cluster.name === 'leaving') pool.provisioningState = 'Deleting';
      return cluster;
    });
    const intercept: Intercept = (request, ask) => lists(request, async () => clusters(request, ask));
    const fleet = fleetOf({ untagged: 4, hidden: 4, unseen: 4, stopped: 2, leaving: 2 });
    const world = await open(fleet, { intercept }, { CLUSTER_QUORUM_PERCENT: '100' });
    await sweep(world);
    for (const name of ['untagged', 'hidden']) sick.add(await firstNode(world, name));
    expect((await sweep(world)).unseen).toMatchObject({ known: 7, notProbed: 3, byReason: { Reachable: 4, MachinesMissing: 3 } });
    for (const name of ['untagged', 'hidden']) await untilOpen(world, name);
    isOff = true;
    const [first, second, third] = [await sweep(world), await sweep(world), await sweep(world)];
    for (const { untagged, hidden, unseen, stopped, leaving } of [first, second, third]) {
      for (const each of [untagged!, hidden!]) expect([each.known, coverageOf(each)]).toEqual([4, 1]);
      expect(coverageOf(unseen!)).toBeCloseTo(4 / 7);
      expect([stopped!.known, leaving!.known]).toEqual([2, 2]);
    }
    for (const name of ['untagged', 'hidden'])
      expect(await outages(world, name, 'open'), name).toMatchObject([{ reason: 'ConnectionRefused' }]);
  });
});

describe('a list that cannot be read, or says something odd', () => {
  it('costs its own nodes a verdict, with the cause, and no other', async () => {
    let isOff = false;
    const broken: Record<string, ArmReply> = {
      failing: armError(500, 'InternalServerError', 'An error occurred.'),
      forbidden: armError(403, 'AuthorizationFailed', 'The client does not have authorization.'),
      empty: { status: 200, body: { value: null } },
      holed: { status: 200, body: { value: [null] } },
    };
    const pools: Pools = [
      { name: 'web', count: 2 },
      { name: 'api', count: 2 },
    ];
    const intercept: Intercept = ({ url }, ask) => {
      if (clusterOf(url) === 'viewless' && url.searchParams.get('$expand') === 'instanceView')
        return armError(400, 'BadRequest', 'The expand query option is not supported.');
      const isApi = /\/aks-api-\w+-vmss\/virtualMachines$/.test(url.pathname);
      return (isOff && isApi && broken[clusterOf(url)]) || ask();
    };
    const names = Object.keys(broken);
    const world = await open(fleetOf({ ...Object.fromEntries(names.map((name) => [name, pools])), viewless: 2 }), { intercept });
    await sweep(world);
    isOff = true;
    for (let n = 0; n < 3; n++) {
      await sweep(world);
      for (const name of names) {
        const reason = name === 'forbidden' ? 'AccessDenied' : 'AzureError';
        expect(await counted(world, name), name).toEqual({ 'reachable/Reachable': 2, [`notProbed/${reason}`]: 2 });
      }
    }
    isOff = false;
    await sweep(world);
    for (const name of names) expect(await counted(world, name), name).toEqual({ 'reachable/Reachable': 4 });
    // Where Azure cannot give power states, nothing is known of them, and the nodes are probed.
    expect(await counted(world, 'viewless')).toEqual({ 'reachable/Reachable': 2 });
    expect(world.poisoned).toEqual([]);
  });

  it('ends no outage and forgets nobody by a power state that proves nothing', async () => {
    let isOff = false;
    const powers = ['unknown', 'starting', 'stopping', 'none', 'null'];
    const intercept = changing(/\/virtualMachines$/, (machine, url) => {
      const power = clusterOf(url);
      if (!isOff || !powers.includes(power)) return machine;
      const view = machine.properties.instanceView;
      const statuses = view.statuses.filter(({ code }: Body) => !code.startsWith('PowerState/'));
      view.statuses = power === 'null' ? null : power === 'none' ? statuses : [...statuses, { code: `PowerState/${power}` }];
      return machine;
    });
    const world = await open(
      fleetOf(Object.fromEntries(powers.map((power) => [power, 3]))),
      { intercept },
      { CLUSTER_QUORUM_PERCENT: '100' },
    );
    await sweep(world);
    for (const power of powers) sick.add(await firstNode(world, power));
    await sweep(world);
    for (const power of powers) await untilOpen(world, power);
    isOff = true;
    for (let n = 0; n < 3; n++) {
      const ledgers = await sweep(world);
      for (const power of powers) expect(ledgers[power]!.known, power).toBe(3);
    }
    for (const power of powers) expect(await outages(world, power, 'open'), power).toHaveLength(1);
  });
});

describe('a lasting refusal (reports 2, 3, 4 and 14)', () => {
  const refusals: Record<string, [code: string, reason: string]> = {
    locked: ['ScopeLocked', 'ScopeLocked'],
    disabled: ['ReadOnlyDisabledSubscription', 'SubscriptionDisabled'],
    forbidden: ['RequestDisallowedByPolicy', 'DisallowedByPolicy'],
  };
  const failures: Record<string, [code: string, message: string, reason: string]> = {
    noexec: ['VMExtensionHandlerNonTransientError', 'Non-zero exit code: 126, shim: Permission denied', 'ExecutionBlocked'],
    full: ['VMExtensionProvisioningError', 'write status: no space left on device', 'DiskNotWritable'],
    agent: ['VMExtensionProvisioningError', 'Extension will not be processed: not allowed', 'ExtensionBlocked'],
  };

  it('has a reason of its own, is not asked, and is neither an outage nor blindness', async () => {
    const disallowed = armError(409, 'OperationNotAllowed', 'This operation cannot be performed when extension operations are disallowed.');
    const refuse = refusing((cluster, instance) => {
      if (cluster === 'web') return instance < 3 ? disallowed : undefined;
      const [code] = refusals[cluster] ?? [];
      return code === undefined ? undefined : armError(409, code, 'The scope cannot perform write operations.');
    });
    // Which operation belongs to which cluster, as the answer to its POST says.
    const owner = new Map<string, string>();
    const intercept: Intercept = async (request, ask) => {
      const reply = await refuse(request, ask);
      const id =
        /operations\/([\w-]+)/i.exec(String(reply.headers?.['azure-asyncoperation'] ?? reply.headers?.location ?? request.url))?.[1] ?? '';
      if (request.method === 'POST') owner.set(id, clusterOf(request.url));
      const [code, message] = failures[owner.get(id) ?? ''] ?? [];
      if (request.method === 'POST' || code === undefined || reply.status !== 200) return reply;
      return { ...reply, body: { ...(reply.body as object), status: 'Failed', error: { code, message } } };
    };
    const names = [...Object.keys(refusals), ...Object.keys(failures)];
    const world = await open(fleetOf({ web: 9, ...Object.fromEntries(names.map((name) => [name, 2])) }), { intercept });
    for (let n = 0; n < 4; n++) {
      const ledgers = await sweep(world);
      expect(ledgers.web).toMatchObject({ reachable: 6, unknown: 3, byReason: { ExtensionsDisallowed: 3 } });
      expect(coverageOf(ledgers.web!)).toBeCloseTo(6 / 9);
      for (const [name, [, reason]] of Object.entries(refusals))
        expect(ledgers[name], name).toMatchObject({ unknown: 2, byReason: { [reason]: 2 } });
      for (const [name, [, , reason]] of Object.entries(failures))
        expect(ledgers[name], name).toMatchObject({ unknown: 2, byReason: { [reason]: 2 } });
    }
    for (const name of ['web', ...names]) expect(await outages(world, name), name).toEqual([]);
    // A disk that is full is nobody's choice, and blinds as any other failure of the platform does.
    expect((await blind(world)).filter((id) => id !== idOf('full'))).toEqual([]);
    expect(world.poisoned).toEqual([]);
  });

  it('that lasts for so long is notified once, naming cluster, pools and reason, and so is its end', async () => {
    let isRefused = true;
    const disallowed = armError(409, 'OperationNotAllowed', 'This operation cannot be performed when extension operations are disallowed.');
    const intercept = refusing((_, instance) => (isRefused && instance < 3 ? disallowed : undefined));
    const world = await open(fleetOf({ shop: 9 }), { intercept }, { UNSEEN_AFTER_MINUTES: '15' });
    for (let n = 0; n < 8; n++) await sweep(world);
    const unseen = await events(world, /^Nodes/);
    expect(unseen).toMatchObject([
      {
        name: 'NodesUnseen',
        properties: {
          cluster: idOf('shop'),
          pools: 'web',
          reason: 'ExtensionsDisallowed',
          message: expect.stringMatching(/^3 nodes of the pool web had no verdict since /),
        },
        measurements: { unseen: 3 },
      },
    ]);
    isRefused = false;
    await sweep(world);
    await sweep(world);
    expect((await events(world, /^Nodes/)).map(({ name }) => name)).toEqual(['NodesUnseen', 'NodesSeen']);
    expect(await events(world, /Outage|Blind/)).toEqual([]);
  });

  it('by an extension that fails every time lasts from the third time on', async () => {
    const intercept: Intercept = async ({ url }, ask) => {
      const reply = await ask();
      if (!/\/operations\//i.test(url.pathname) || reply.status !== 200) return reply;
      const error = { code: 'VMExtensionProvisioningError', message: 'Provisioning failed.' };
      return { ...reply, body: { ...(reply.body as object), status: 'Failed', error } };
    };
    const world = await open(fleetOf({ shop: 2 }), { intercept });
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) seen.push(...Object.keys((await sweep(world)).shop!.byReason));
    expect(seen).toEqual(['RunCommandFailed', 'RunCommandFailed', 'RunCommandBroken', 'RunCommandBroken']);
  });
});

describe('what is planned (reports 5 and 12)', () => {
  it('is recorded and no outage, where a cluster comes or goes; what is changed or failed is probed and judged', async () => {
    const recorded = { Stopping: 'ClusterStopping', Deleting: 'ClusterDeleting', Starting: 'ClusterStarting', Creating: 'ClusterCreating' };
    const judged = ['Upgrading', 'Updating', 'Migrating', 'ReconcilingSomethingNew', 'Failed', 'Canceled'];
    const states = [...Object.keys(recorded), ...judged];
    let isOff = false;
    const intercept = changing(/\/managedClusters$/, (cluster) => {
      const state = states.find((each) => each.toLowerCase() === cluster.name);
      if (isOff && state !== undefined) cluster.properties.provisioningState = state;
      return cluster;
    });
    const world = await open(fleetOf(Object.fromEntries(states.map((state) => [state.toLowerCase(), 2]))), { intercept });
    await sweep(world);
    isOff = true;
    for (const state of states) sick.add(state.toLowerCase());
    await sweep(world);
    const ledgers = await sweep(world);
    for (const [state, reason] of Object.entries(recorded)) {
      const ledger = ledgers[state.toLowerCase()]!;
      expect(ledger, state).toMatchObject({ known: 2, notProbed: 2, byReason: { [reason]: 2 } });
      expect(coverageOf(ledger), state).toBeNull();
      expect(await outages(world, state.toLowerCase()), state).toEqual([]);
    }
    for (const state of judged) {
      expect(ledgers[state.toLowerCase()], state).toMatchObject({ unreachable: 2 });
      const own = (await outages(world, state.toLowerCase(), 'open')).filter(({ node }) => node === undefined);
      expect(own, state).toMatchObject([{ reason: 'ConnectionRefused' }]);
    }
  });

  it('is noticed before people are woken, where somebody stops a cluster just after a sweep has listed it', async () => {
    let [isArmed, isOff] = [false, false];
    const stop = (cluster: Body) => {
      if (isOff && cluster.name !== 'down') cluster.properties.provisioningState = 'Stopping';
      return cluster;
    };
    const lists = changing(/\/managedClusters$/, stop);
    const intercept: Intercept = async (request, ask) => {
      // By then all clusters are listed.
      if (isArmed && request.url.pathname.endsWith('/runCommand')) isOff = true;
      const isOne = /\/managedClusters\/\w+$/.test(request.url.pathname);
      if (isOne && isOff && request.url.pathname.endsWith('mute')) return armError(500, 'InternalServerError', 'An error occurred.');
      const reply = await lists(request, ask);
      return isOne && reply.status === 200 ? { ...reply, body: stop(structuredClone(reply.body)) } : reply;
    };
    const world = await open(fleetOf({ shop: 3, down: 3, mute: 3 }), { intercept });
    await sweep(world);
    for (const name of ['shop', 'down', 'mute']) sick.add(name);
    isArmed = true;
    await sweep(world);
    await sweep(world);
    await world.setFault('shop', 'cluster-stopped');
    await sweep(world);
    await sweep(world);
    const told = (await events(world, /Outage/)).map(({ name, properties }) => `${name} ${properties.cluster?.split('.').at(-1)}`);
    // Where nothing is planned, or Azure does not say so, the outage is notified.
    expect(told.sort()).toEqual(['ClusterOutageStarted down', 'ClusterOutageStarted mute']);
    expect(await outages(world, 'shop', 'open')).toEqual([]);
  });

  it('gives nodes that run again the grace of new ones, though they are old', async () => {
    const world = await open(fleetOf({ shop: 2 }), {});
    await sweep(world);
    await world.setFault('shop', 'deallocated');
    expect((await sweep(world)).shop).toMatchObject({ byReason: { Deallocated: 2 } });
    await world.clearFault('shop');
    sick.add('shop');
    expect((await sweep(world)).shop).toMatchObject({ byReason: { TooYoung: 2 } });
    sick.clear();
    // Sweeps are five minutes apart, and the grace is ten minutes long.
    await sweep(world);
    await sweep(world);
    expect((await sweep(world)).shop).toMatchObject({ reachable: 2 });
    expect(await outages(world, 'shop')).toEqual([]);
  });
});

describe('a hiccup (reports 6 and 13)', () => {
  it('of storage in a part of a transaction is waited out, and is no poison', async () => {
    let refusals = 0;
    const world = await open(fleetOf({ shop: 4 }), {
      isBusy: (transaction) => refusals > 0 && transaction.includes('node|') && refusals-- > 0,
    });
    await sweep(world);
    refusals = 3;
    expect((await sweep(world)).shop).toMatchObject({ reachable: 4 });
    expect([refusals, world.poisoned, await outages(world, 'shop')]).toEqual([0, [], []]);
    expect((await world.requests()).runCommand).toMatchObject({ started: 8, conflicts: 0, mostAtOncePerNode: 1 });
  });

  it('of the sign-in while runs are under way postpones their end, accuses nobody and starts nothing twice, whatever its words', async () => {
    let refusals = 0;
    const words = ['the operation timed out', 'ManagedIdentityCredential: 429 Too Many Requests', 'getaddrinfo EAI_AGAIN'];
    const world = await open(fleetOf({ shop: 4 }), { refuseToken: () => (refusals-- > 0 ? new Error(words[refusals]) : undefined) });
    for (let n = 1; n <= 2; n++) {
      const ledgers = await sweep(world, async () => {
        refusals = 3;
      });
      expect(ledgers.shop).toMatchObject({ reachable: 4 });
      expect((await world.requests()).runCommand).toMatchObject({ started: 4 * n, conflicts: 0, mostAtOncePerNode: 1 });
    }
    expect([await outages(world, 'shop'), await blind(world), world.poisoned]).toEqual([[], [], []]);
  });

  it('of the sign-in that lasts keeps the claims of runs that are under way, and accuses no node', async () => {
    let isOut = false;
    const world = await open(
      fleetOf({ shop: 2 }),
      { refuseToken: () => (isOut ? new Error('no token') : undefined) },
      { PROBE_DEADLINE_SECONDS: '30' },
    );
    const first = await sweep(world, async () => {
      isOut = true;
      world.passTime(31);
    });
    expect(first.shop).toMatchObject({ unknown: 2, byReason: { SignInFailed: 2 } });
    const rows = [...(await readNodes(world.services().tables, idOf('shop'))).values()];
    expect(rows.map(({ claim }) => claim?.overdue)).toEqual([true, true]);
    isOut = false;
    // The next sweep asks what became of these runs, and starts nothing on their nodes.
    expect((await sweep(world)).shop).toMatchObject({ reachable: 2 });
    expect((await world.requests()).runCommand).toMatchObject({ started: 2, conflicts: 0, mostAtOncePerNode: 1 });
    expect(await outages(world, 'shop')).toEqual([]);
  });
});
