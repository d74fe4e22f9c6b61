import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTarget } from '../../src/fleet/resource-id.ts';
import { type CheckView, checkRequest, checkView } from '../../src/http/check-schemas.ts';
import { createCheck, showCheck } from '../../src/http/checks.ts';
import { HttpProblem } from '../../src/http/problem.ts';
import type { Reply } from '../../src/http/routes.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
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
  const cluster = { name: 'shop', resourceGroup: 'rg-shop', location: 'westeurope', kubernetesVersion: '1.33.5', pools };
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

interface Asked {
  headers?: Record<string, string>;
  query?: Record<string, string>;
}
const requestOf = (more: Asked) => ({
  query: new URLSearchParams(more.query),
  headers: new Headers(more.headers),
});
const post = (body: unknown, more: Asked = {}) =>
  createCheck(world.services(), { params: {}, ...requestOf(more), body: checkRequest.parse(body) });
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
  if (error instanceof HttpProblem) return [error.status, error.type];
  throw error ?? new Error('expected a problem');
}
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
  for await (const { name } of world.services().arm.compute(one).virtualMachineScaleSets.list(resourceGroup)) return name!;
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
      const reply = await post(body, {
        headers: { 'x-ms-client-principal-name': 'ada@contoso.com', 'x-forwarded-for': '203.0.113.7, 10.0.0.1' },
      });
      const { id } = viewOf(reply);
      expect(reply).toMatchObject({ status: 202, headers: { location: `/api/checks/${id}`, 'retry-after': '5' } });
      expect(await done(id)).toMatchObject({
        node: nodes[n],
        cluster: shop,
        verdict: 'reachable',
        reason: 'Reachable',
        stage: 'none',
        latencyMs: 20,
        requestedBy: 'ada@contoso.com at 203.0.113.7',
      });
      const row = (await readNodes(await world.services().tables.open('fleet'), shop)).get(nodes[n]!);
      expect(row).toMatchObject({ state: { latest: { sweep: id } }, flight: undefined });
    }
    expect((await world.requests()).runCommand).toMatchObject({ conflicts: 0, mostAtOncePerNode: 1 });
  });

  it('finds a node that no sweep has seen yet, and gives it its row', async () => {
    const fresh = `${one}.rg-new.new`;
    const fleet = await world.services().tables.open('fleet');
    expect((await readNodes(fleet, fresh)).size).toBe(0);
    const name = `${await scaleSetOf('MC_rg-new_new_westeurope')}000002`;
    expect(await check({ node: name })).toMatchObject({ cluster: fresh, node: name, verdict: 'reachable' });
    expect([...(await readNodes(fleet, fresh)).keys()]).toEqual([name]);
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
    expect(long).toMatch(/Running\.\.\.\n\nResponse:[\s\S]*\n\nConnectivity check: succeeded\n$/);
  });

  it('that fails tells why and what to do, counts as a confirmation and sends none', async () => {
    const node = nodes[4]!;
    sick.add(node);
    const started = (await world.requests()).runCommand.started;
    for (let time = 1; time <= 2; time++)
      expect(await check({ node })).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused', stage: 'tcp' });
    expect((await world.requests()).runCommand.started - started).toBe(2);
    const open = await readOutages(await world.services().tables.open('fleet'), shop, { node, which: 'open' });
    expect(open).toMatchObject([{ outage: { reason: 'ConnectionRefused' } }]);
    const { id } = await check({ node });
    const { body } = (await get(id, { headers: { accept: 'text/plain' } })).text!;
    expect(body).toMatch(/ConnectionRefused: .*\n[\s\S]*\n- .*\n[\s\S]*\n\nConnectivity check: failed\n$/);
    sick.delete(node);
    await check({ node });
  });

  it('answers at once with its result where the caller prefers to wait', async () => {
    const waiting = post({ node: nodes[5] }, { headers: { prefer: 'respond-async, wait=20' } });
    let reply: Reply | undefined;
    void waiting.then((told) => {
      reply = told;
    });
    await world.workUntil('the answer', async () => reply);
    expect(reply).toMatchObject({ status: 200, json: { status: 'done', verdict: 'reachable' } });
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
    const started = (await world.requests()).runCommand.started;
    expect(await done(view!.id)).toMatchObject({ verdict: 'reachable' });
    const { runCommand } = await world.requests();
    // The sweep's own run began before the check was asked for.
    expect([runCommand.started - started, runCommand.conflicts, runCommand.mostAtOncePerNode]).toEqual([1, 0, 1]);
  }, 60_000);

  it('says that a node is busy where another run does not end in time', async () => {
    const [busy] = nodes as [string];
    await world.setFault(busy, 'busy');
    const { id } = viewOf(await post({ node: busy }));
    world.passTime(121);
    expect(await done(id)).toMatchObject({ verdict: 'unknown', reason: 'NodeBusy' });
    await world.clearFault(busy);
  });

  it('is one at a time on a node, and so many a minute', async () => {
    const { id } = viewOf(await post({ node: nodes[2] }));
    expect(await problem(post({ node: nodes[2] }))).toEqual([429, 'check-running']);
    await done(id);
    world.passTime(60);
    world.set({ CHECKS_PER_MINUTE: '2' });
    const asked = await Promise.allSettled([0, 1, 3, 4].map((n) => post({ node: nodes[n] })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const each of asked) {
      if (each.status === 'fulfilled') await done(viewOf(each.value).id);
      else expect(each.reason).toMatchObject({ status: 429, type: 'too-many-checks' });
    }
    world.set({ CHECKS_PER_MINUTE: '1000' });
    world.passTime(60);
    // Whoever was refused has not taken the node's place.
    for (const node of nodes) expect(await check({ node })).toMatchObject({ verdict: 'reachable' });
  }, 60_000);

  it('refuses what is out of scope, unknown or taken out of the fleet', async () => {
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
