import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import type { Place } from '../../src/history/places.ts';
import { emptyLedger } from '../../src/model/ledger.ts';
import { type ClusterPage, clusterPage } from '../../src/page/cluster-page.ts';
import { fleetPage } from '../../src/page/fleet-page.ts';
import { documentOf } from '../../src/page/frame.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { clusterOf, countsOf, fleetOf, frame, NOW, nodeOf, outageOf } from './views.ts';

const MOST_BYTES = 500_000;
const MOST_MS = 100;
const RUNS = 9;

const runs = [{ sweeps: 44, reachable: 9, notServed: 0, unreachable: 0, unknown: 0, notProbed: 1, upgrading: false }];
const { services } = servicesAt('UseDevelopmentStorage=true', NOW.toISOString());

/** The size of a page and the time that rendering it takes: the shortest of several, since other work on the machine only adds to it. */
function measure(what: string, render: () => string): { bytes: number; ms: number } {
  const times = Array.from({ length: RUNS }, () => {
    const begun = performance.now();
    render();
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  const measured = { bytes: Buffer.byteLength(render()), ms: times[0]! };
  process.stdout.write(`${what}: ${Math.round(measured.bytes / 1000)} KB, ${measured.ms.toFixed(1)} ms\n`);
  return measured;
}

it.each([
  ['calm', 0],
  ['in which every tenth cluster fails', 10],
  ['in which every cluster fails', 1],
])('the page of a fleet of 2,000 clusters %s is small, and quick to render', (what, everyNth) => {
  const clusters = Array.from({ length: 2000 }, (_, n) => {
    const fails = everyNth > 0 && n % everyNth === 0;
    const nodes = fails ? { unreachable: 4, reachable: 5, notProbed: 1 } : { reachable: 9, notProbed: 1 };
    return clusterOf(`cluster-${String(n).padStart(4, '0')}`, nodes, {
      openOutages: fails ? 4 : 0,
      recentSweeps: runs,
      region: `region-${n % 30}`,
    });
  });
  const outages = clusters
    .filter(({ openOutages }) => openOutages > 0)
    .slice(0, 200)
    .flatMap(({ name }) => [1, 2, 3, 4].map((n) => outageOf(name, `aks-web-12345678-vmss00000${n}`)));
  const page = { fleet: fleetOf(clusters), clusters, outages, sweeps: [] };
  const wanted = { q: '', state: 'attention', by: 'subscription', order: 'worst' } as const;
  for (const asked of [wanted, { ...wanted, state: 'all', by: 'region' } as const]) {
    const { bytes, ms } = measure(`fleet of 2,000 clusters, ${what}, ${asked.state}`, () =>
      documentOf(frame, fleetPage(page, asked, services, frame)),
    );
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(ms).toBeLessThan(MOST_MS);
  }
});

it.each([
  ['calm', 1],
  ['of which 2,500 nodes fail', 1000],
] as const)('the page of a cluster of 5,000 nodes, %s, is small, and quick to render', (what, shown) => {
  const failing = shown === 1 ? 0 : 2500;
  const places: Place[] = ['1', '2', '3', ''].flatMap((zone) =>
    Array.from({ length: 10 }, (_, n) => ({
      pool: `pool${n}`,
      zone,
      nodes: countsOf({ reachable: (5000 - failing) / 40, unreachable: failing / 40 }),
    })),
  );
  const cluster = clusterOf('large', { reachable: 5000 - failing, unreachable: failing }, { openOutages: failing, recentSweeps: runs });
  const names = Array.from({ length: shown }, (_, n) => `aks-pool${n % 10}-12345678-vmss${n.toString(36).padStart(6, '0')}`);
  const nodes = names.map((name, n) =>
    nodeOf('large', name, failing > 0 ? 'unreachable' : 'reachable', { pool: `pool${n % 10}`, zone: ['1', '2', '3', null][n % 4]! }),
  );
  const page: ClusterPage = {
    cluster,
    places,
    ledger: { ...emptyLedger, ...cluster.nodes, byReason: { Reachable: 5000 - failing, DnsTimeout: failing } },
    stale: false,
    outages: names.slice(0, Math.min(200, failing)).map((name) => outageOf('large', name)),
    past: names.slice(0, failing).map((name) => outageOf('large', name)),
    nodes,
    next: 'x',
    window: '24h',
    isWhole: true,
    stretches: [],
    intervalMs: 300_000,
    maintenance: [],
    incident: undefined,
  };
  const { bytes, ms } = measure(`cluster of 5,000 nodes, ${what}`, () => documentOf(frame, clusterPage(page, frame)));
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(ms).toBeLessThan(MOST_MS);
});
