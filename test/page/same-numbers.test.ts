import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { lengthOf, percent } from '../../src/page/time.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import type { NodeDetail } from '../../src/views/node-detail.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import { ask } from '../http/ask.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { wordsOf } from './views.ts';

const sub = 'aaaaaaaa-0000-4000-8000-000000000001';
const idOf = (name: string) => `${sub}.rg-${name}.${name}`;
const cluster = (name: string, count: number): FleetFile['subscriptions'][number]['clusters'][number] => ({
  name,
  resourceGroup: `rg-${name}`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count }],
});
const shop = idOf('shop');
const names = ['shop', 'mail', 'vault', 'idle'] as const;
const WINDOWS = ['24h', '7d', '30d'] as const;

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 600_000 });

interface Envelope {
  data: {
    baseType: string;
    baseData: {
      name: string;
      id?: string;
      success?: boolean;
      message?: string;
      properties: Record<string, string>;
      measurements?: Record<string, number>;
    };
  };
}

let world: SweepWorld;
let sweep: string;
let cutOff = false;
let fleet: FleetView;
let metrics: string[];
let told: Envelope['data']['baseData'][];
beforeAll(async () => {
  const answer = (node: { name: string }, script: string) =>
    cutOff && node.name.includes('shop') ? refused(script) : healthyAnswer(node as never, script);
  const clusters = [cluster('shop', 8), cluster('mail', 5), cluster('vault', 2), cluster('idle', 1)];
  clusters[0]!.pools[0]!.name = 'shop';
  world = await openSweepWorld({ subscriptions: [{ id: sub, name: 'One', clusters }] }, {}, { answer });
  // Two of five give no proof throughout, two are locked; all of the shop are cut off from the third sweep on; one is stopped at last.
  const mail = world.simulator;
  const { text } = await askSimulator(mail, 'GET', '/control/fleet');
  const known = JSON.parse(text) as { cluster: string; nodes: { name: string }[] }[];
  const nodesOf = (name: string) => known.find((each) => each.cluster.toLowerCase() === idOf(name))!.nodes.map((node) => node.name);
  for (const node of nodesOf('mail').slice(3)) await world.setFault(node, 'no-output');
  await world.setFault(idOf('vault'), 'cluster-locked');
  for (let n = 0; n < 2; n++) await world.sweep();
  cutOff = true;
  await world.sweep();
  await world.setFault(idOf('idle'), 'cluster-stopped');
  ({ sweep } = await world.sweep());
  fleet = await read<FleetView>('fleet');
  metrics = (await ask(world.services(), 'metrics')).text.split('\n');
  const envelopes = JSON.parse((await askSimulator(mail, 'GET', '/control/telemetry')).text) as Envelope[];
  told = envelopes.map(({ data }) => data.baseData);
});
afterAll(() => world?.stop());

/** A script that finds its API server's port closed. */
function refused(script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

async function read<T>(path: string): Promise<T> {
  return (await ask(world.services(), path)).json as T;
}
const readCluster = (id: string) => read<ClusterView>(`clusters/${id}`);
const htmlOf = async (id?: string) => (await ask(world.services(), id === undefined ? 'status' : `status/clusters/${id}`)).text;
const pageOf = async (id?: string) => wordsOf(await htmlOf(id));
/** The value of a metric, undefined where there is none. */
function metric(name: string, labels: Record<string, string> = {}): number | undefined {
  const inner = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const line = metrics.find((each) => each.startsWith(`aks_fleet_prober_${name}${inner.length > 0 ? `{${inner.join(',')}}` : ''} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}
const heartbeat = () => told.find(({ properties }) => properties?.eventId === `${sweep}/completed`)!;
const availability = (name: string) =>
  told.find(({ id, properties }) => id?.startsWith(`${sweep}|${idOf(name)}`) && id.split('|').length === 2 && properties !== undefined);

describe('one fleet', () => {
  it('has the same coverage, and the same share of nodes that were asked, wherever it is told', async () => {
    const { coverage, asked } = fleet.lastSweep!;
    // 8 + 3 gave a verdict, 2 more were asked, 2 could not be; that of the stopped cluster is not missed.
    expect([coverage, asked]).toEqual([11 / 15, 13 / 15]);
    expect([metric('last_sweep_coverage_ratio'), metric('last_sweep_asked_ratio')]).toEqual([coverage, asked]);
    expect(heartbeat().measurements).toMatchObject({ coverage, asked });
    const words = `Coverage of the last sweep${percent(coverage!, 1)}11 verdicts of the 15 nodes that are expected to give one; ${percent(asked!, 1)} were asked.`;
    expect(await pageOf()).toContain(words);
    expect(await read<{ coverage: number; asked: number }>('sweeps/latest')).toMatchObject({ coverage, asked });
  });

  it('has the same counts wherever they are told', async () => {
    const { nodes } = fleet;
    expect(nodes).toEqual({ known: 16, reachable: 3, notServed: 0, unreachable: 8, unknown: 2, notProbed: 3 });
    for (const verdict of ['reachable', 'unreachable', 'unknown', 'notProbed'] as const) {
      expect(names.reduce((sum, name) => sum + metric('nodes', { cluster_id: idOf(name), verdict })!, 0)).toBe(nodes[verdict]);
      expect(heartbeat().measurements?.[verdict]).toBe(nodes[verdict]);
    }
    expect(heartbeat().measurements?.expected).toBe(nodes.known);
    expect(await pageOf()).toContain('16 nodes in 4 clusters unreachable8unknown2not probed3reachable3');
    expect(await htmlOf()).toContain('aria-label="8 unreachable, 2 unknown, 3 not probed, 3 reachable"');
  });

  it('has an uptime that is that of its clusters, over the time for which their nodes were watched', async () => {
    const clusters = await Promise.all(names.map((name) => readCluster(idOf(name))));
    for (const window of WINDOWS) {
      const watched = clusters.map(({ uptime }) => uptime.watchedSeconds[window]);
      expect(fleet.uptime.watchedSeconds[window]).toBe(watched.reduce((sum, each) => sum + each, 0));
      const up = clusters.reduce((sum, { uptime }) => sum + (uptime[window] ?? 0) * uptime.watchedSeconds[window], 0);
      expect(fleet.uptime[window]).toBeCloseTo(up / fleet.uptime.watchedSeconds[window], 9);
    }
  });
});

describe.each(names)('the cluster %s', (name) => {
  it('has the same counts in the API, on its page, in the metrics, and in what alerts rest on', async () => {
    const { nodes, openOutages } = await readCluster(idOf(name));
    const { reachable, unreachable, unknown, notProbed, known } = nodes;
    for (const verdict of ['reachable', 'unreachable', 'unknown', 'notProbed'] as const)
      expect(metric('nodes', { cluster_id: idOf(name), verdict })).toBe(nodes[verdict]);
    const squares = (await htmlOf(idOf(name))).matchAll(/<a class="sq (\w+)"/g);
    const looks = [...squares].map(([, look]) => look);
    expect(['up', 'bad', 'dim', 'off'].map((look) => looks.filter((each) => each === look).length)).toEqual([
      reachable,
      unreachable,
      unknown,
      notProbed,
    ]);
    const row = (await htmlOf()).match(/<tr role="row">.*?<\/tr>/gs)!.find((each) => each.includes(`/clusters/${idOf(name)}"`))!;
    const words = { shop: '8 of 8 unreachable', mail: '2 of 5 unknown', vault: '2 not probed', idle: '1 not probed' }[name];
    expect(wordsOf(row)).toContain(words);
    const nodeOutages = metric('open_outages', { cluster_id: idOf(name), subject: 'node' })!;
    expect(nodeOutages + metric('open_outages', { cluster_id: idOf(name), subject: 'cluster' })!).toBe(openOutages);
    const result = availability(name);
    if (name === 'idle') return expect(result).toBeUndefined();
    expect(result?.properties.openNodeOutages).toBe(String(nodeOutages));
    expect(result?.message).toBe(
      name === 'vault' ? 'not seen: none of 2 nodes gave a verdict' : `${reachable} of ${known} nodes reach their API server`,
    );
    // Cut off, partly seen, not seen.
    expect(result?.success).toBe(name === 'mail');
  });

  it('has the same coverage on its page as in what alerts rest on', async () => {
    const wanted = { shop: '1.0000', mail: '0.6000', vault: '0.0000', idle: undefined }[name];
    expect(availability(name)?.properties.coverage).toBe(wanted);
    const words = wanted === undefined ? 'none' : percent(Number(wanted), 1);
    expect(await pageOf(idOf(name))).toContain(`Coverage of the last sweep${words}`);
  });

  it('has the uptime of its nodes, over the time for which they were watched, in the API, on the pages and in the metrics', async () => {
    const { uptime } = await readCluster(idOf(name));
    const { items } = await read<{ items: NodeView[] }>(`clusters/${idOf(name)}/nodes`);
    const nodes = await Promise.all(items.map(({ node }) => read<NodeDetail>(`clusters/${idOf(name)}/nodes/${node}`)));
    const own = nodes.map(({ status }) => status.uptime);
    for (const window of WINDOWS) {
      const watched = own.reduce((sum, each) => sum + each.watchedSeconds[window], 0);
      expect(uptime.watchedSeconds[window]).toBe(watched);
      expect(metric('watched_seconds', { cluster_id: idOf(name), window })).toBe(watched);
      expect(metric('uptime_ratio', { cluster_id: idOf(name), window }) ?? null).toBe(uptime[window]);
      if (watched === 0) expect([uptime[window], ...own.map((each) => each[window])]).toEqual(Array(nodes.length + 1).fill(null));
      else
        expect(uptime[window]).toBeCloseTo(
          own.reduce((sum, each) => sum + (each[window] ?? 0) * each.watchedSeconds[window], 0) / watched,
          9,
        );
    }
    // Neither a week nor a month: it was watched for minutes.
    const numbers = ({ '24h': share, watchedSeconds }: typeof uptime | NodeDetail['status']['uptime'], of: number) =>
      `24 h${share === null ? 'none' : `${percent(share, 2)} of ${lengthOf(watchedSeconds['24h'] / of)}`}7 dnone30 dnone`;
    expect(await pageOf(idOf(name))).toContain(numbers(uptime, nodes.length));
    for (const { node, status } of nodes) {
      const page = wordsOf((await ask(world.services(), `status/clusters/${idOf(name)}/nodes/${node}`)).text);
      expect(page).toContain(numbers(status.uptime, 1));
    }
  });
});

it('a cluster that is cut off has the uptime that each of its nodes has, of the time since their first verdict', async () => {
  const { uptime } = await readCluster(shop);
  const { items } = await read<{ items: NodeView[] }>(`clusters/${shop}/nodes`);
  // Of three intervals between four sweeps, the last was down.
  expect(uptime['24h']).toBeCloseTo(2 / 3, 1);
  expect(uptime.watchedSeconds['24h'] / 8).toBeGreaterThan(850);
  expect(uptime.watchedSeconds['24h'] / 8).toBeLessThan(960);
  for (const { node } of items) {
    const { status } = await read<NodeDetail>(`clusters/${shop}/nodes/${node}`);
    expect(status.uptime['24h']).toBeCloseTo(uptime['24h']!, 1);
  }
});

it('a node that was never seen has no uptime, and one that was is not watched while it gives no verdict', async () => {
  const { items } = await read<{ items: NodeView[] }>(`clusters/${idOf('mail')}/nodes`);
  const uptimes = await Promise.all(
    items.map(
      async ({ node, verdict }) => [verdict, (await read<NodeDetail>(`clusters/${idOf('mail')}/nodes/${node}`)).status.uptime] as const,
    ),
  );
  for (const [verdict, uptime] of uptimes)
    if (verdict === 'unknown') expect(uptime).toMatchObject({ '24h': null, '7d': null, '30d': null, watchedSeconds: { '30d': 0 } });
    else expect([uptime['24h'], uptime.watchedSeconds['24h'] > 850]).toEqual([1, true]);
});
