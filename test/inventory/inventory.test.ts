import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import type { Clusters, Compute } from '../../src/azure/arm.ts';
import { listManagedClusters } from '../../src/inventory/list-managed-clusters.ts';
import { listNodes } from '../../src/inventory/list-nodes.ts';
import { clusterFacts, poolNodesOf } from '../../src/model/cluster-facts.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import { parseTarget } from '../../src/model/resource-id.ts';
import { connectArm } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { smallFleet, subscriptionId } from '../simulator/small-fleet.ts';
import { type Conversation, converse } from '../simulator/speak-to-simulator.ts';

const pools: FleetFile['subscriptions'][number]['clusters'][number]['pools'] = [
  {
    name: 'web',
    count: 45,
    zones: ['1', '2'],
    instances: {
      '1': { powerState: 'deallocated' },
      '2': { ageMinutes: 3 },
      '3': { provisioningState: 'Deleting' },
      '4': { besideDeleted: true },
      '5': { besideDeleted: true },
      '6': { provisioningState: 'Creating' },
      '7': { provisioningState: 'Updating' },
    },
  },
  { name: 'flex', type: 'FlexibleScaleSet', count: 3, instances: { '1': { powerState: 'stopped' } } },
  {
    name: 'vms',
    type: 'VirtualMachines',
    count: 23,
    instances: { '1': { powerState: 'stopped' }, '2': { powerState: 'deallocated' } },
  },
  { name: 'win', os: 'Windows', count: 1 },
  { name: 'old', count: 1, oldTags: true },
];
const cluster = clusterFacts.parse({
  cluster: `${subscriptionId}.rg-shop.shop`,
  resourceGroup: 'rg-shop',
  name: 'shop',
  region: 'westeurope',
  nodeResourceGroup: 'MC_rg-shop_shop_westeurope',
  version: '1.33.5',
  upgrading: false,
  pools: [],
});

let simulator: Conversation;
let connect: () => Promise<Compute>;
let clustersOf: () => Promise<Clusters>;
beforeAll(async () => {
  simulator = await converse(smallFleet(0, { pools, foreignMachines: ['jumpbox'], authorizedIPRanges: ['203.0.113.0/24'] }), {
    kubectl: '/nowhere/kubectl',
    namespaces: false,
    enforceQuota: true,
  });
  const { url, caFile } = simulator.simulator;
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(caFile, 'utf8')]);
  const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: url });
  const credential = { getToken: async () => ({ token: await simulator.token(`${url}/`), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  connect = () => connectArm(settings, credential).compute(subscriptionId);
  clustersOf = () => connectArm(settings, credential).clusters(subscriptionId);
});
afterAll(() => simulator.end());
afterEach(async () => {
  await simulator.clearFault('shop');
});

const list = async (compute: Compute | undefined = undefined, facts = cluster) =>
  listNodes(compute ?? (await connect()), subscriptionId, facts, new Date(), 10);
const ofPool = (nodes: NodeFacts[], pool: string) => nodes.filter((node) => node.pool === pool);

/** A client in whose way a test stands: `meet` happens just before a request to such a path, and what it answers just after. */
async function meeting(path: RegExp, meet: () => Promise<() => Promise<unknown>>): Promise<Compute> {
  const compute = await connect();
  const policy: PipelinePolicy = {
    name: 'meet',
    async sendRequest(request, next) {
      if (!path.test(new URL(request.url).pathname)) return next(request);
      const leave = await meet();
      return next(request).finally(leave);
    },
  };
  compute.pipeline.addPolicy(policy, { afterPhase: 'Sign' });
  return compute;
}

describe('listManagedClusters', () => {
  it('tells an API server that refuses strangers', async () => {
    const { clusters } = await listManagedClusters(await clustersOf(), { include: ['*'], exclude: [] });
    expect(clusters).toMatchObject([{ cluster: cluster.cluster, fqdn: expect.stringContaining('azmk8s.io'), restricted: true }]);
    expect(poolNodesOf(clusters[0]!)).toBe(73);
  });
});

describe('listNodes', () => {
  it('lists every node of every kind of pool once, over all pages, and no machine that is none', async () => {
    const { nodes, complete } = await list();
    expect(complete).toBe(true);
    expect(Object.fromEntries(pools.map(({ name }) => [name, ofPool(nodes, name).length]))).toEqual({
      web: 45,
      flex: 3,
      vms: 23,
      win: 1,
      old: 1,
    });
    expect(nodes).toHaveLength(73);
    expect(new Set(nodes.map(({ node }) => node)).size).toBe(73);
    expect(nodes.filter(({ os }) => os === 'Windows').map(({ node }) => node)).toEqual(['akswin000000']);
  });

  it('leaves a scale set alone that bears no name of a pool', async () => {
    const compute = await connect();
    const policy: PipelinePolicy = {
      name: 'foreign scale set',
      async sendRequest(request, next) {
        const response = await next(request);
        response.bodyAsText = response.bodyAsText?.replace('"aks-managed-poolName":"win"', '"owner":"somebody"');
        return response;
      },
    };
    compute.pipeline.addPolicy(policy, { afterPhase: 'Deserialize' });
    const { nodes, complete } = await list(compute);
    expect(ofPool(nodes, 'win')).toEqual([]);
    expect([nodes.some(({ os }) => os === 'Windows'), complete]).toEqual([false, true]);
  });

  it('tells what Azure says of an instance', async () => {
    const [first] = ofPool((await list()).nodes, 'web');
    const id = /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/MC_rg-shop_shop_westeurope\/providers\/Microsoft\.Compute\//;
    expect(first).toEqual({
      node: expect.stringMatching(/^aks-web-\d{8}-vmss000000$/),
      resourceId: expect.stringMatching(id),
      vmId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      pool: 'web',
      os: 'Linux',
      zone: '1',
      size: 'Standard_D4ds_v5',
      image: '2204gen2containerd/versions/202511.07.0',
      subnet: expect.stringMatching(/^\/subscriptions\/.*\/virtualNetworks\/aks-vnet-\d+\/subnets\/aks-subnet$/),
      created: expect.stringMatching(/^\d{4}-.*Z$/),
      agent: 'ready',
      skipped: undefined,
    });
  });

  it('says of each instance that is not to be probed why', async () => {
    const web = ofPool((await list()).nodes, 'web');
    const skipped = web.filter((node) => node.skipped !== undefined).map(({ node, skipped }) => `${node.slice(-1)} ${skipped}`);
    expect(skipped).toEqual(['1 Deallocated', '2 TooYoung', '3 Deleting', '6 Creating']);
  });

  it('asks each VM for its power state, and each scale set in Flexible orchestration for the pool of its VMs', async () => {
    const { nodes } = await list();
    const told = (pool: string) => ofPool(nodes, pool).map(({ agent, skipped }) => `${agent} ${skipped}`);
    expect(told('flex')).toEqual(['ready undefined', 'undefined NotRunning', 'ready undefined']);
    expect(told('vms').slice(0, 4)).toEqual(['ready undefined', 'undefined NotRunning', 'undefined Deallocated', 'ready undefined']);
    const [flexible] = ofPool(nodes, 'flex');
    expect(flexible?.node).toMatch(/^aks-flex-\d{8}-vmss[0-9a-z]{6}$/);
    expect(parseTarget(flexible!.resourceId)).toMatchObject({
      kind: 'vm',
      vm: expect.stringMatching(/^aks-flex-\d{8}-vmss_[0-9a-f]{8}$/),
    });
  });

  it('gives each node a path on which Azure takes a run', async () => {
    const { nodes } = await list();
    const one = (pool: string) => ofPool(nodes, pool).at(-1)!.resourceId;
    const answers = await Promise.all(['web', 'flex', 'vms', 'old'].map((pool) => simulator.run(one(pool), ['echo here'])));
    for (const answer of answers) expect(answer).toContain('here');
  });

  it('prefers the instance that took a name to the deleted one that is still listed, whichever comes first', async () => {
    const web = ofPool((await list()).nodes, 'web');
    for (const position of [4, 5]) {
      const { created, skipped } = web[position]!;
      expect({ days: (Date.now() - Date.parse(created!)) / 86_400_000, skipped }).toEqual({
        days: expect.closeTo(3, 1),
        skipped: undefined,
      });
    }
  });

  it('tells another VM under the same name by its id', async () => {
    const [before] = ofPool((await list()).nodes, 'flex');
    await simulator.setFault('shop', 'replaced');
    const [after] = ofPool((await list()).nodes, 'flex');
    expect(after).toEqual({ ...before, vmId: expect.not.stringMatching(before!.vmId) });
  });

  it('notes an agent that does not report, and lets the node be probed all the same', async () => {
    await simulator.setFault('shop', 'agent-dead');
    const { nodes } = await list();
    for (const pool of ['web', 'flex', 'vms']) expect(ofPool(nodes, pool)[0]).toMatchObject({ agent: 'notReady', skipped: undefined });
  });

  it('asks no VM of a cluster that is only recorded', async () => {
    const asked = async () => {
      const { body } = await simulator.ask<{ byOperation: Record<string, number> }>('GET', '/control/requests');
      return body.byOperation.VirtualMachines_InstanceView ?? 0;
    };
    const before = await asked();
    const { nodes } = await list(await connect(), { ...cluster, recordOnly: 'NodeGroupLocked' });
    expect(new Set(nodes.map(({ skipped }) => skipped))).toEqual(new Set(['NodeGroupLocked']));
    expect(await asked()).toBe(before);
  });

  it('leaves out a VM that vanished after it was listed, and says that something is missing', async () => {
    const gone = ofPool((await list()).nodes, 'vms')[3]!.node;
    const compute = await meeting(new RegExp(`/${gone}/instanceView$`), async () => {
      await simulator.setFault(gone, 'gone');
      return () => simulator.clearFault(gone);
    });
    const { nodes, complete } = await list(compute);
    expect(complete).toBe(false);
    expect(nodes.map(({ node }) => node)).not.toContain(gone);
    expect(nodes).toHaveLength(72);
  });

  it('leaves out a scale set that vanished after it was listed, and says that something is missing', async () => {
    const compute = await meeting(/vmss\/virtualMachines$/, async () => {
      await simulator.setFault('shop', 'cluster-gone');
      return () => simulator.clearFault('shop');
    });
    const { nodes, complete } = await list(compute);
    expect(complete).toBe(false);
    expect(nodes.map(({ pool }) => pool)).not.toContain('web');
    expect(ofPool(nodes, 'vms')).toHaveLength(23);
  });

  it.each(['lists-throttled', 'cluster-gone'])('throws under %s, which concerns all of a cluster', async (fault) => {
    await simulator.setFault('shop', fault);
    const status = { 'lists-throttled': 429, 'cluster-gone': 404 }[fault];
    await expect(list()).rejects.toMatchObject({ statusCode: status });
  });

  it('asks VMs for their power state only as long as many reads of the subscription are left', async () => {
    const compute = await connect();
    let asked = 0;
    const policy: PipelinePolicy = {
      name: 'few left',
      async sendRequest(request, next) {
        const response = await next(request);
        if (!request.url.includes('/instanceView')) return response;
        asked += 1;
        response.headers.set('x-ms-ratelimit-remaining-subscription-reads', '99');
        return response;
      },
    };
    compute.pipeline.addPolicy(policy, { afterPhase: 'Sign' });
    const { nodes, complete } = await list(compute);
    expect([asked, complete]).toEqual([8, true]);
    expect(ofPool(nodes, 'vms')).toHaveLength(23);
  });

  // Last: it uses up what Azure grants for one VM.
  it('goes on without the power states of VMs where Azure throttles the question', async () => {
    const { resourceId } = ofPool((await list()).nodes, 'vms')[0]!;
    // Just before it is asked, as some comes back every 5 s.
    const compute = await meeting(new RegExp(`${resourceId}/instanceView$`, 'i'), async () => {
      for (let asked = 0; asked < 36; asked += 1) await simulator.arm('GET', `${resourceId}/instanceView`);
      return () => Promise.resolve();
    });
    const { nodes, complete } = await list(compute);
    const vms = ofPool(nodes, 'vms');
    expect([vms.length, complete]).toEqual([23, true]);
    expect(vms.map(({ agent, skipped }) => `${agent} ${skipped}`)).toContain('undefined undefined');
  });
});
