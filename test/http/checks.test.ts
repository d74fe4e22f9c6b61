import type { PipelineRequest, SendRequest } from '@azure/core-rest-pipeline';
import { EnvironmentCredential, type TokenCredential } from '@azure/identity';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCheck } from '../../src/check/run-check.ts';
import { handlePoison } from '../../src/housekeeping/handle-poison.ts';
import { checkRequest } from '../../src/http/check-request.ts';
import { createCheck, showCheck } from '../../src/http/checks.ts';
import { statusOfProblem } from '../../src/http/problem.ts';
import type { Reply } from '../../src/http/route.ts';
import { Problem } from '../../src/model/problem.ts';
import { formatTarget } from '../../src/model/resource-id.ts';
import { CHECK_SLICE, runId } from '../../src/model/slice-name.ts';
import { connectArm, type Services, WORK_QUEUE } from '../../src/services.ts';
import { insertCheck, readCheck } from '../../src/tables/check-rows.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { readPace } from '../../src/tables/pace-rows.ts';
import { readStarted } from '../../src/tables/start-rows.ts';
import { listSweeps } from '../../src/tables/sweep-list.ts';
import { type CheckView, checkView } from '../../src/views/checks.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

const one = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = 'aaaaaaaa-0000-4000-8000-000000000002';
const shop = `${one}.rg-shop.shop`;
const sick = new Set<string>();
const answer = (node: { name: string }, script: string) => {
  const healthy = healthyAnswer(node as never, script);
  return sick.has(node.name) ? healthy.replace(/ms=.*\n.*/, 'dns=ok\ntcp=refused').replace('rc=0', 'rc=1') : healthy;
};

let world: SweepWorld;
let nodes: string[];
beforeAll(async () => {
  const pools = [{ name: 'web', count: 6 }];
  const cluster = {
    name: 'shop',
    resourceGroup: 'rg-shop',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools,
    foreignMachines: ['jump-host'],
  };
  const off = { ...cluster, name: 'off', resourceGroup: 'rg-off', tags: { 'aks-fleet-prober': 'off' } };
  const fleet = {
    subscriptions: [
      { id: one, name: 'One', clusters: [cluster, { ...cluster, name: 'new', resourceGroup: 'rg-new' }, off] },
      { id: other, name: 'Other', clusters: [{ ...cluster, name: 'far', resourceGroup: 'rg-far' }] },
    ],
  };
  // The cluster "new" is left out of the first sweep, as one that was made after it would be.
  world = await openSweepWorld(fleet, { SUBSCRIPTIONS: one, EXCLUDE_CLUSTERS: 'rg-new/*', CHECKS_PER_MINUTE: '1000' }, { answer });
  await world.sweep();
  nodes = Object.keys(await world.outcomes(shop)).sort();
  world.set({ EXCLUDE_CLUSTERS: '' });
}, 60_000);
afterAll(() => world.stop());
afterEach(() => vi.restoreAllMocks());

interface Asked {
  headers?: Record<string, string>;
  query?: Record<string, string>;
}
const requestOf = (more: Asked) => ({
  query: new URLSearchParams(more.query),
  headers: new Headers(more.headers),
  host: 'prober.example',
  origin: 'https://prober.example',
  path: '/api/checks',
});
const postTo = (services: Services, body: unknown, more: Asked = {}) =>
  createCheck(services, { params: {}, ...requestOf(more), body: checkRequest.parse(body) });
const post = (body: unknown, more: Asked = {}) => postTo(world.services(), body, more);
const get = (id: string, more: Asked = {}) => showCheck(world.services(), { params: { id }, ...requestOf(more), body: undefined });
const viewOf = (reply: Reply) => checkView.parse(reply.json);

/** Works until a check is done. */
async function done(id: string): Promise<CheckView> {
  return world.workUntil(`the check ${id} to be done`, async () => {
    const view = viewOf(await get(id));
    return view.status === 'done' ? view : undefined;
  });
}
async function check(body: unknown, more: Asked = {}): Promise<CheckView> {
  return done(viewOf(await post(body, more)).id);
}
async function problem(promise: Promise<unknown>): Promise<[number, string]> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof Problem) return [statusOfProblem(error).status, error.type];
  throw error ?? new Error('expected a problem');
}
/** The headers of a caller who has a function key of this name. */
const byKey = (name: string): Asked => ({ headers: { 'x-functions-key': name } });
async function armRequests(): Promise<number> {
  return Object.values((await world.requests()).byOperation).reduce((total, count) => total + count, 0);
}
/** Lets time pass to the next minute: checks are counted by the minute, and what is to count as one must not span two. */
const nextMinute = () => world.passTime(60 - world.services().now().getUTCSeconds());
async function queued(): Promise<number> {
  const queue = new QueueClient(world.services().settings.AzureWebJobsStorage!, WORK_QUEUE);
  return (await queue.getProperties()).approximateMessagesCount ?? 0;
}
const unknown = (n: number) => `aks-web-00000000-vmss00000${n}`;
const instanceOf = (node: string) => String(Number.parseInt(node.slice(-6), 36));
const targetOf = (node: string) =>
  ({
    kind: 'instance',
    subscriptionId: one,
    resourceGroup: 'MC_rg-shop_shop_westeurope',
    vmss: node.slice(0, -6),
    instanceId: instanceOf(node),
  }) as const;

async function scaleSetOf(resourceGroup: string): Promise<string> {
  for await (const { name } of (await world.services().arm.compute(one)).virtualMachineScaleSets.list(resourceGroup)) return name!;
  throw new Error(`expected a scale set in ${resourceGroup}`);
}

describe('a check', () => {
  it('is asked for by resource ID in any letter case, by four parts or by name, and is the same probe as any other', async () => {
    const [a, b, c] = nodes as [string, string, string];
    const { vmss, instanceId } = targetOf(b);
    const asked = [
      { id: formatTarget(targetOf(a)).toUpperCase() },
      { subscriptionId: one, nodeResourceGroup: 'mc_RG-SHOP_shop_westeurope', vmss, instanceId },
      { node: c.toUpperCase() },
    ];
    for (const [n, body] of asked.entries()) {
      const reply = await post(body);
      const { id } = viewOf(reply);
      expect(reply).toMatchObject({ status: 202, headers: { location: `/api/checks/${id}`, 'retry-after': '5' } });
      expect(await done(id)).toMatchObject({
        node: nodes[n],
        cluster: shop,
        verdict: 'reachable',
        reason: 'Reachable',
        stage: 'none',
        latencyMs: 20,
        requestedBy: 'the holder of a function key',
      });
      const row = (await readNodes(world.services().tables, shop)).get(nodes[n]!);
      expect(row).toMatchObject({ state: { latest: { sweep: id } }, claim: undefined });
    }
    expect((await world.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
  });

  it('finds a node that no sweep has seen yet, and gives it its row', async () => {
    const fresh = `${one}.rg-new.new`;
    expect((await readNodes(world.services().tables, fresh)).size).toBe(0);
    const name = `${await scaleSetOf('MC_rg-new_new_westeurope')}000002`;
    expect(await check({ node: name })).toMatchObject({ cluster: fresh, node: name, verdict: 'reachable' });
    expect([...(await readNodes(world.services().tables, fresh)).keys()]).toEqual([name]);
    // Now it has a row; where its cluster is in no list yet, its starts count in the bucket of its region all the same.
    await (await world.services().tables.open('clusters')).deleteEntity('fleet', fresh);
    const { id } = await check({ node: name });
    expect(await readCheck(world.services().tables, id)).toMatchObject({ region: 'westeurope' });
    expect((await readPace(world.services().tables)).map(({ region }) => region)).toEqual(['westeurope']);
  });

  it('notes who asked only as App Service says it: the name where sign-in is on, the address that its front end appended', async () => {
    const headers = { 'x-ms-client-principal-name': 'ada@contoso.com', 'x-forwarded-for': '198.51.100.1, 203.0.113.7:51234' };
    const forged = viewOf(await post({ node: nodes[0] }, { headers }));
    expect(forged.requestedBy).toBe('the holder of a function key at 203.0.113.7:51234');
    await done(forged.id);
    world.set({ WEBSITE_AUTH_ENABLED: 'True' });
    const { id, requestedBy } = viewOf(await post({ node: nodes[0] }, { headers }));
    expect(requestedBy).toBe('ada@contoso.com at 203.0.113.7:51234');
    world.set({ WEBSITE_AUTH_ENABLED: '' });
    await done(id);
  });

  it('tells the lines of kubectl-az, the long ones too', async () => {
    const node = nodes[3]!;
    const { id } = await check({ node });
    const short = (await get(id, { headers: { accept: 'text/plain' } })).text;
    expect(short).toEqual({ type: 'text/plain; charset=utf-8', body: 'Running...\n\nConnectivity check: succeeded\n' });
    const long = (await get(id, { headers: { accept: 'text/plain' }, query: { verbose: 'true' } })).text!.body;
    const [command, title, ...rest] = long.split('\n');
    expect([command, title]).toEqual([
      'Command: /opt/bin/kubectl --kubeconfig /var/lib/kubelet/kubeconfig version',
      'Virtual Machine Scale Set VM:',
    ]);
    const parts = JSON.parse(rest.slice(0, rest.indexOf('}') + 1).join('\n'));
    expect(parts).toEqual({
      SubscriptionID: one,
      NodeResourceGroup: 'MC_rg-shop_shop_westeurope',
      VMScaleSet: node.slice(0, -6),
      InstanceID: instanceOf(node),
    });
    const response = JSON.parse(long.slice(long.indexOf('Response:\n') + 10, long.indexOf('\n\nConnectivity check')));
    expect(response).toMatchObject({
      value: [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }],
    });
    expect(response.value[0].message).toContain('rc=0');
    expect(Object.keys(response.value[0])).toEqual(['code', 'displayStatus', 'level', 'message']);
    expect(long).toMatch(/Running\.\.\.\n\nResponse:[\s\S]*\n\nConnectivity check: succeeded\n$/);
  });

  it('that fails tells why and what to do, counts as a confirmation and sends none', async () => {
    const node = nodes[4]!;
    sick.add(node);
    const started = (await world.requests()).runCommand.started;
    for (let time = 1; time <= 2; time++)
      expect(await check({ node })).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused', stage: 'tcp' });
    expect((await world.requests()).runCommand.started - started).toBe(2);
    const open = await readOutages(world.services().tables, shop, { node, which: 'open' });
    expect(open).toMatchObject([{ outage: { reason: 'ConnectionRefused' } }]);
    const { id } = await check({ node });
    const { body } = (await get(id, { headers: { accept: 'text/plain' } })).text!;
    expect(body).toMatch(/ConnectionRefused: .*\n[\s\S]*\n- .*\n[\s\S]*\n\nConnectivity check: failed\n$/);
    sick.delete(node);
    await check({ node });
  });

  it('answers at once with its result where the caller prefers to wait', async () => {
    const waiting = post({ node: nodes[5] }, { headers: { prefer: 'respond-async, wait="20"' } });
    let reply: Reply | undefined;
    void waiting.then((told) => {
      reply = told;
    });
    await world.workUntil('the answer', async () => reply);
    expect(reply).toMatchObject({ status: 200, json: { status: 'done', verdict: 'reachable' } });
    expect(reply!.headers).toMatchObject({ 'preference-applied': 'wait=20', vary: 'Accept' });
    const { id } = viewOf(await post({ node: nodes[5] }, { headers: { prefer: 'wait=1' } }));
    expect(viewOf(await get(id)).status).toBe('running');
    await done(id);
  });

  it('is the same check under the same idempotency key, and no other node’s', async () => {
    const headers = { 'idempotency-key': 'deploy-4711' };
    const [first, again] = [viewOf(await post({ node: nodes[0] }, { headers })), viewOf(await post({ node: nodes[0] }, { headers }))];
    expect(again.id).toBe(first.id);
    await done(first.id);
    expect(viewOf(await post({ node: nodes[0] }, { headers }))).toMatchObject({ id: first.id, status: 'done' });
    expect(await problem(post({ node: nodes[1] }, { headers }))).toEqual([409, 'other-request']);
  });

  it('waits for a run that was there before it, and takes the verdict of one that began after it', async () => {
    const [busy] = nodes as [string];
    await world.setFault(busy, 'agent-silent');
    let view: CheckView | undefined;
    const sweep = world.sweep(async () => {
      view = viewOf(await post({ node: busy }));
      await world.clearFault(busy);
    });
    await sweep;
    // The sweep's own run began before the check was asked for.
    expect(await done(view!.id)).toMatchObject({ verdict: 'reachable', takenFrom: undefined });
    expect((await world.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
  }, 60_000);

  it('takes the verdict of a sweep whose run began while it waited, and says so where Azure’s answer would stand', async () => {
    const services = world.services();
    const node = nodes[1]!;
    const { facts } = (await readNodes(services.tables, shop)).get(node)!;
    const id = `${services.now().toISOString().slice(0, 10)}-00000000000000aa`;
    const [requestedAt, target] = [services.now().toISOString(), facts.resourceId];
    const row = {
      id,
      cluster: shop,
      region: 'westeurope',
      node,
      os: 'Linux',
      target,
      requestedAt,
      requestedBy: 'a test',
      asked: '',
    } as const;
    await insertCheck(services.tables, row);
    const { sweep } = await world.sweep();
    await runCheck(services, { check: id });
    expect(viewOf(await get(id))).toMatchObject({ status: 'done', verdict: 'reachable', takenFrom: `the sweep ${sweep}` });
    const { body } = (await get(id, { headers: { accept: 'text/plain' }, query: { verbose: 'true' } })).text!;
    expect(body).toContain(
      `\nResponse: taken from the run of the sweep ${sweep}, which began while this check waited for the node\n\nConn`,
    );
  });

  it('says that a node is busy where another run does not end in time', async () => {
    const [busy] = nodes as [string];
    await world.setFault(busy, 'busy');
    const { id } = viewOf(await post({ node: busy }));
    world.passTime(121);
    expect(await done(id)).toMatchObject({ verdict: 'unknown', reason: 'NodeBusy' });
    await world.clearFault(busy);
  });

  it('says that Azure throttles, or that nobody started it, where no other run was on the node', async () => {
    const node = nodes[1]!;
    await world.setFault(node, 'throttled');
    const { id } = viewOf(await post({ node }));
    world.passTime(121);
    expect(await done(id)).toMatchObject({ verdict: 'unknown', reason: 'Throttled' });
    await world.clearFault(node);
    const services = world.services();
    const { target, asked, ...row } = (await readCheck(services.tables, id))!;
    const late = {
      ...row,
      target,
      asked,
      id: `${id.slice(0, -2)}aa`,
      requestedAt: new Date(services.now().getTime() - 121_000).toISOString(),
    };
    await insertCheck(services.tables, late);
    await runCheck(services, { check: late.id });
    expect(viewOf(await get(late.id))).toMatchObject({ verdict: 'unknown', reason: 'StartLost' });
  });

  it('that got no answer in time leaves its run to be looked after, and the next one is not answered by it', async () => {
    const node = nodes[1]!;
    await world.setFault(node, 'agent-silent');
    const { id } = viewOf(await post({ node }));
    world.passTime(151);
    expect(await done(id)).toMatchObject({ verdict: 'unknown', reason: 'RunCommandTimedOut' });
    expect([...(await readStarted(world.services().tables, runId(id, shop, CHECK_SLICE))).keys()]).toEqual([node]);
    const { started } = (await world.requests()).runCommand;
    await world.clearFault(node);
    const next = await check({ node });
    expect(next).toMatchObject({ verdict: 'reachable', takenFrom: undefined });
    const row = (await readNodes(world.services().tables, shop)).get(node);
    expect(row?.state.latest?.sweep).toBe(next.id);
    expect((await world.requests()).runCommand).toMatchObject({ started: started + 1, conflicts: 0 });
    expect((await readStarted(world.services().tables, runId(id, shop, CHECK_SLICE))).size).toBe(0);
  });

  it('is begun once however often it is asked for under its key: one message, one slot', async () => {
    const node = nodes[1]!;
    await world.setFault(node, 'busy');
    const headers = { 'idempotency-key': 'again-and-again' };
    const before = await queued();
    const { id } = viewOf(await post({ node }, { headers }));
    const pace = await readPace(world.services().tables);
    for (let time = 0; time < 20; time++) expect(viewOf(await post({ node }, { headers }))).toMatchObject({ id, status: 'running' });
    expect(await queued()).toBe(before + 1);
    expect(await readPace(world.services().tables)).toEqual(pace);
    await world.clearFault(node);
    expect(await done(id)).toMatchObject({ verdict: 'reachable' });
  });

  it('that could not be sent leaves nothing behind: the same key works, and so does another', async () => {
    const node = nodes[1]!;
    const services = world.services();
    const broken = { ...services, queue: { ...services.queue, send: () => Promise.reject(new Error('the queue is out of order')) } };
    const headers = { 'idempotency-key': 'sent-in-vain' };
    for (const more of [{ headers }, {}]) await expect(postTo(broken, { node }, more)).rejects.toThrow('out of order');
    expect(await check({ node }, { headers })).toMatchObject({ verdict: 'reachable' });
    expect(await check({ node })).toMatchObject({ verdict: 'reachable' });
  });

  it('that could not be counted leaves nothing behind either', async () => {
    const node = nodes[1]!;
    const services = world.services();
    const { pipeline } = await services.tables.open('checks');
    pipeline.addPolicy({
      name: 'break the count',
      sendRequest: (request, next) =>
        decodeURIComponent(request.url).includes("RowKey='checks|") ? Promise.reject(new Error('out of order')) : next(request),
    });
    await expect(postTo(services, { node })).rejects.toThrow('out of order');
    pipeline.removePolicy({ name: 'break the count' });
    expect(await check({ node })).toMatchObject({ verdict: 'reachable' });
  });

  it('keeps its place when the same key is used twice at once and the minute has room for one', async () => {
    const node = nodes[1]!;
    nextMinute();
    world.set({ CHECKS_PER_MINUTE: '1' });
    const headers = { 'idempotency-key': 'twice-at-once' };
    const both = await Promise.allSettled([post({ node }, { headers }), post({ node }, { headers })]);
    const made = both.flatMap((each) => (each.status === 'fulfilled' ? [viewOf(each.value).id] : []));
    expect(new Set(made).size).toBe(1);
    world.set({ CHECKS_PER_MINUTE: '1000' });
    expect(await problem(post({ node }))).toEqual([429, 'check-running']);
    await done(made[0]!);
  });

  it('under one key for two nodes at once is of one of them, and the other stays free', async () => {
    const headers = { 'idempotency-key': 'two-nodes-at-once' };
    const both = [nodes[1]!, nodes[2]!];
    const asked = await Promise.allSettled(both.map((node) => post({ node }, { headers })));
    const [won, lost] = asked[0]!.status === 'fulfilled' ? [0, 1] : [1, 0];
    expect(asked[lost]).toMatchObject({ status: 'rejected', reason: { type: 'other-request' } });
    const { id, node } = viewOf((asked[won] as PromiseFulfilledResult<Reply>).value);
    expect(node).toBe(both[won]);
    const free = viewOf(await post({ node: both[lost] }));
    expect([(await done(id)).verdict, (await done(free.id)).verdict]).toEqual(['reachable', 'reachable']);
  });

  it('whose message failed each time leaves its node to the next one', async () => {
    const node = nodes[1]!;
    await world.setFault(node, 'busy');
    const { id } = viewOf(await post({ node }));
    const deadline = new Date(world.services().now().getTime() + 60_000).toISOString();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await handlePoison(world.services(), { v: 1, kind: 'check', check: id, deadline });
    expect(viewOf(await get(id))).toMatchObject({ status: 'done', reason: 'ProberError' });
    const next = viewOf(await post({ node }));
    await world.clearFault(node);
    expect(await done(next.id)).toMatchObject({ verdict: 'reachable' });
  });

  it('touches a node no more that is taken out of the fleet while it waits', async () => {
    const node = nodes[1]!;
    await world.setFault(node, 'busy');
    const { id } = viewOf(await post({ node }));
    world.set({ EXCLUDE_CLUSTERS: 'rg-shop/*' });
    await world.clearFault(node);
    const { started } = (await world.requests()).runCommand;
    expect(await done(id)).toMatchObject({ verdict: 'unknown', reason: 'Excluded' });
    expect((await world.requests()).runCommand.started).toBe(started);
    world.set({ EXCLUDE_CLUSTERS: '' });
  });

  it('is one at a time on a node, and so many a minute: half of them for one caller', async () => {
    const { id } = viewOf(await post({ node: nodes[2] }));
    expect(await problem(post({ node: nodes[2] }))).toEqual([429, 'check-running']);
    await done(id);
    nextMinute();
    world.set({ CHECKS_PER_MINUTE: '3' });
    const asked = await Promise.allSettled([0, 1, 3, 4].map((n) => post({ node: nodes[n] }, byKey('mine'))));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const each of asked) {
      if (each.status === 'fulfilled') await done(viewOf(each.value).id);
      else
        expect(each.reason).toMatchObject({
          type: 'too-many-checks',
          message: expect.stringContaining('at most 2 checks a minute of one caller'),
        });
    }
    // Whoever comes then finds the other part of it.
    const other = viewOf(await post({ node: nodes[5] }, byKey('yours')));
    const third = await post({ node: nodes[2] }, byKey('theirs')).catch((caught: unknown) => caught);
    expect(third).toMatchObject({
      type: 'too-many-checks',
      message: expect.stringContaining('at most 3 checks a minute of all callers'),
    });
    await done(other.id);
    world.set({ CHECKS_PER_MINUTE: '1000' });
    world.passTime(60);
    // Whoever was refused has not taken the node's place.
    for (const node of nodes) expect(await check({ node })).toMatchObject({ verdict: 'reachable' });
  }, 60_000);

  it('is counted by who signed in, by the key or by the address, of which no secret is stored', async () => {
    nextMinute();
    const key = 'a-function-key-that-nobody-else-has';
    const signed = { 'x-ms-client-principal-id': 'ada', 'x-functions-key': key };
    await check({ node: nodes[0] }, byKey(key));
    await check({ node: nodes[1] }, { headers: { 'x-forwarded-for': '203.0.113.7:51234' } });
    world.set({ WEBSITE_AUTH_ENABLED: 'true' });
    await check({ node: nodes[2] }, { headers: signed });
    world.set({ WEBSITE_AUTH_ENABLED: '' });
    const rows: Record<string, unknown>[] = [];
    for await (const row of (await world.services().tables.open('checks')).listEntities()) rows.push(row);
    const counted = rows
      .filter(({ rowKey }) => String(rowKey).startsWith('checks|'))
      .map(({ used0 }) => Object.keys(JSON.parse(String(used0))));
    expect(counted.at(-1)?.map((name) => name.split('-')[0])).toEqual(['key', 'address', 'principal']);
    expect(JSON.stringify(rows)).not.toMatch(/function-key-that|"ada"/);
  });

  it('that finds no node, or a busy one, costs nothing, and wrong names of one caller starve nobody', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    nextMinute();
    world.set({ CHECKS_PER_MINUTE: '2' });
    const wrong = [];
    for (let n = 0; n < 30; n++) wrong.push(await problem(post({ node: `aks-web-00000000-vmss0000${10 + n}` }, byKey('wrong'))));
    expect(wrong.slice(0, 10)).toEqual(Array(10).fill([404, 'unknown-node']));
    expect(wrong.slice(10)).toEqual(Array(20).fill([429, 'too-many-searches']));
    const before = await armRequests();
    expect(await problem(post({ node: unknown(3) }, byKey('wrong')))).toEqual([429, 'too-many-searches']);
    expect(await problem(post({ node: nodes[0], cluster: `${other}.rg-far.far` }, byKey('wrong')))).toEqual([403, 'out-of-scope']);
    expect(await armRequests()).toBe(before);
    // The very same caller, and another one: known nodes, and names that Azure is searched for.
    const own = viewOf(await post({ node: nodes[0] }, byKey('wrong')));
    expect(await problem(post({ node: nodes[0] }, byKey('right')))).toEqual([429, 'check-running']);
    expect(await problem(post({ node: unknown(3) }, byKey('right')))).toEqual([404, 'unknown-node']);
    const others = viewOf(await post({ node: nodes[1] }, byKey('right')));
    await done(own.id);
    await done(others.id);
    world.set({ CHECKS_PER_MINUTE: '1000' });
  }, 60_000);

  it('is one check, and counts as one, when 300 ask for it at once under one key', async () => {
    nextMinute();
    world.set({ CHECKS_PER_MINUTE: '2' });
    const before = await queued();
    const headers = { ...byKey('many').headers, 'idempotency-key': 'three-hundred' };
    const asked = await Promise.all(Array.from({ length: 300 }, () => post({ node: nodes[0] }, { headers })));
    const ids = new Set(asked.map((reply) => viewOf(reply).id));
    expect(ids.size).toBe(1);
    expect(await queued()).toBe(before + 1);
    await done([...ids][0]!);
    for (let time = 0; time < 40; time++) expect(viewOf(await post({ node: nodes[0] }, { headers })).id).toBe([...ids][0]);
    world.set({ CHECKS_PER_MINUTE: '1000' });
  });

  it('looks no longer for a bare name than a caller waits, and says what to give instead', async () => {
    nextMinute();
    const services = world.services();
    let asked = 0;
    // A clock that makes each look at it, and so each step of the search, last ten seconds.
    const hurried = { ...services, now: () => new Date(services.now().getTime() + asked++ * 10_000) };
    const error = await postTo(hurried, { node: unknown(4) }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: 'search-too-long', retryAfterSeconds: 60 });
    expect((error as Error).message).toContain('give "cluster" too');
    const inCluster = { node: unknown(4), cluster: `${one}.rg-new.new` };
    expect(await problem(postTo(hurried, inCluster))).toEqual([404, 'unknown-node']);
  });

  it('says when to ask again where Azure throttles, gives no answer in time or knows nobody who signs in', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const services = world.services();
    const later = { type: 'azure', retryAfterSeconds: 30 };
    await world.setFault(`${one}.rg-new.new`, 'lists-throttled');
    await expect(post({ node: unknown(5) })).rejects.toMatchObject(later);
    await world.clearFault(`${one}.rg-new.new`);
    const hasty = {
      name: 'hasty',
      sendRequest: (request: PipelineRequest, next: SendRequest) => next(Object.assign(request, { abortSignal: AbortSignal.abort() })),
    };
    const token: TokenCredential = { getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const withoutTime = { ...services, arm: connectArm(services.settings, token, [hasty]) };
    await expect(postTo(withoutTime, { node: unknown(5) })).rejects.toMatchObject(later);
    const nobody = { ...services, arm: connectArm(services.settings, new EnvironmentCredential()) };
    await expect(postTo(nobody, { node: unknown(5) })).rejects.toMatchObject(later);
  });

  it('says which part of an ID leads nowhere', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    nextMinute();
    world.set({ SUBSCRIPTIONS: '' });
    const own = targetOf(nodes[0]!);
    const nobody = 'aaaaaaaa-0000-4000-8000-00000000dead';
    const wrong: [object, string][] = [
      [{ ...own, subscriptionId: nobody }, `no subscription "${nobody}" is readable`],
      [{ ...own, resourceGroup: 'MC_nowhere' }, `no resource group "MC_nowhere" in the subscription ${one}`],
      [{ ...own, vmss: 'aks-none' }, `no scale set "aks-none" in the resource group "${own.resourceGroup}"`],
      [{ ...own, instanceId: '999' }, `no instance 999 of the scale set "${own.vmss}" in the resource group "${own.resourceGroup}"`],
      [
        { kind: 'vm', subscriptionId: one, resourceGroup: own.resourceGroup, vm: 'vm-1' },
        `no virtual machine "vm-1" in the resource group`,
      ],
    ];
    for (const [target, told] of wrong) {
      const error = await post({ id: formatTarget(target as typeof own) }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ type: 'unknown-node', message: expect.stringContaining(`no such node: ${told}`) });
    }
    world.set({ SUBSCRIPTIONS: one });
  });

  it('does not call a node unknown where the place it may be in cannot be read', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await world.setFault(one, 'access-denied');
    const error = await post({ node: unknown(6) }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: 'unreadable', message: expect.stringContaining(one) });
    await world.clearFault(one);
  });

  it('leaves a cluster alone from the moment at which the settings exclude it', async () => {
    world.set({ EXCLUDE_CLUSTERS: 'RG-shop/*' });
    expect(await problem(post({ node: nodes[0] }))).toEqual([403, 'excluded']);
    world.set({ EXCLUDE_CLUSTERS: '' });
  });

  it('refuses what is out of scope, unknown or taken out of the fleet', async () => {
    nextMinute();
    const far = { ...targetOf(nodes[0]!), subscriptionId: other };
    expect(await problem(post({ id: formatTarget(far) }))).toEqual([403, 'out-of-scope']);
    expect(await problem(post({ id: formatTarget({ ...targetOf(nodes[0]!), instanceId: '999' }) }))).toEqual([404, 'unknown-node']);
    expect(await problem(post({ node: 'aks-web-00000000-vmss000000' }))).toEqual([404, 'unknown-node']);
    const off = { ...targetOf(nodes[0]!), resourceGroup: 'MC_rg-off_off_westeurope', vmss: await scaleSetOf('MC_rg-off_off_westeurope') };
    expect(await problem(post({ id: formatTarget(off) }))).toEqual([403, 'excluded']);
    expect(await problem(get('2026-11-21-0123456789abcdef'))).toEqual([404, 'unknown-check']);
    expect(await problem(get('../../fleet'))).toEqual([404, 'unknown-check']);
  });
});

describe('a check of a node whose row somebody has forged', () => {
  const fresh = `${one}.rg-new.new`;
  /** Has a node's row name another machine. */
  const forge = async (cluster: string, node: string, resourceId: string) =>
    (await world.services().tables.open('fleet')).updateEntity({ partitionKey: cluster, rowKey: `node|${node}`, resourceId }, 'Merge');
  /** Has no sweep know of a cluster. */
  const forget = async (cluster: string) => {
    const { tables, now } = world.services();
    const sweeps = await tables.open('sweeps');
    for (const { sweep } of await listSweeps(tables, now(), 10)) await sweeps.deleteEntity(`${sweep}|clusters`, cluster).catch(() => {});
  };
  const started = async () => (await world.requests()).runCommand.started;
  const foreign = async () =>
    formatTarget({ ...targetOf(nodes[0]!), resourceGroup: 'MC_rg-off_off_westeurope', vmss: await scaleSetOf('MC_rg-off_off_westeurope') });

  it('is not run outside the node resource group of its cluster, at once or by its message', async () => {
    const node = nodes[0]!;
    await forge(shop, node, await foreign());
    const before = await started();
    const refused = {
      verdict: 'unknown',
      reason: 'ProberError',
      message: expect.stringMatching(/outside the node resource group MC_rg-shop_shop_westeurope of its cluster/),
    };
    expect(await check({ node })).toMatchObject(refused);
    // One that waits for its node first.
    await forge(shop, node, formatTarget(targetOf(node)));
    await world.setFault(node, 'busy');
    const { id } = viewOf(await post({ node }));
    await forge(shop, node, await foreign());
    await world.clearFault(node);
    expect(await done(id)).toMatchObject(refused);
    expect(await started()).toBe(before);
    await forge(shop, node, formatTarget(targetOf(node)));
    expect(await check({ node })).toMatchObject({ verdict: 'reachable' });
  });

  it('is not run either where no sweep knows the cluster, and Azure is asked which group it has', async () => {
    const node = `${await scaleSetOf('MC_rg-new_new_westeurope')}000003`;
    const own = await check({ node });
    expect(own).toMatchObject({ cluster: fresh, verdict: 'reachable' });
    await forget(fresh);
    await forge(fresh, node, await foreign());
    const before = await started();
    expect(await check({ node, cluster: fresh })).toMatchObject({ verdict: 'unknown', reason: 'ProberError' });
    await forge(fresh, node, own.target);
    expect(await started()).toBe(before);
  });

  it.each([
    ['Azure hides its cluster', 'cluster-hidden', 'AccessDenied'],
    ['its cluster is gone', 'cluster-gone', 'ClusterGone'],
  ])('is not run where nobody can tell which group it has: %s', async (_, fault, reason) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const services = world.services();
    const node = `${await scaleSetOf('MC_rg-new_new_westeurope')}000003`;
    const { facts } = (await readNodes(services.tables, fresh)).get(node)!;
    const requestedAt = services.now().toISOString();
    const id = `${requestedAt.slice(0, 10)}-${fault === 'cluster-gone' ? '00000000000000bb' : '00000000000000cc'}`;
    const row = {
      id,
      cluster: fresh,
      region: 'westeurope',
      node,
      os: 'Linux' as const,
      target: facts.resourceId,
      requestedAt,
      requestedBy: 'a test',
      asked: '',
    };
    await insertCheck(services.tables, row);
    await forget(fresh);
    await world.setFault(fresh, fault);
    const before = await started();
    await runCheck(services, { check: id });
    expect(await done(id)).toMatchObject({
      verdict: 'unknown',
      reason,
      message: expect.stringContaining('nothing was started, since the node resource group of the cluster is not known'),
    });
    expect(await started()).toBe(before);
    await world.clearFault(fresh);
  });
});
