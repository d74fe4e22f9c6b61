import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countStorage } from '../../bench/count-storage.ts';
import { families } from '../../src/http/metrics/families.ts';
import { familyName } from '../../src/http/metrics/figures.ts';
import type { Services } from '../../src/services.ts';
import { version } from '../../src/version.ts';
import { parseOpenMetrics } from '../bundle/open-metrics.ts';
import { FakeSink } from '../notify/fake-sink.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';
import { ask } from './ask.ts';
import { assess, seedNodes } from './seed-cluster.ts';
import { INCIDENT } from './seed-incident.ts';
import { idOf, LOST_SUBSCRIPTION, SINCE, SUBSCRIPTION, seedTroubledFleet } from './seed-troubled-fleet.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const seconds = Date.parse(SINCE) / 1000;
let storage: Storage;
let services: Services;
let text: string;
beforeAll(async () => {
  storage = await startStorage();
  services = { ...servicesAt(storage.connectionString, NOW).services, sinks: [new FakeSink('mail'), new FakeSink('page')] };
  await seedTroubledFleet(services);
  text = (await ask(services, 'metrics')).text;
});
afterAll(() => storage?.stop());

/** The samples of a family, without what all names begin with. */
const samples = (name: keyof typeof families) =>
  parseOpenMetrics(text)
    .get(familyName(name))!
    .map((line) => line.replace('aks_fleet_prober_', ''));

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('promtool is not installed (Debian: prometheus): what it says of the metrics is not tested');

it('have a sample of every family, each with the labels that the table names', () => {
  const found = parseOpenMetrics(text);
  for (const [name, { labels, kind }] of Object.entries(families)) {
    const lines = found.get(familyName(name as keyof typeof families)) ?? [];
    expect([name, lines.length > 0]).toEqual([name, true]);
    const own = kind === 'histogram' ? ['le', ''] : [''];
    for (const line of lines) {
      const named = [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!);
      expect(own.map((more) => [...labels, ...(more === '' ? [] : [more])].join())).toContain(named.join());
    }
  }
});

it('say of a cluster which one it is, what is wrong with it and since when', () => {
  expect(samples('cluster_info')[2]).toBe(
    `cluster_info{cluster_id="${idOf('shop')}",subscription_id="${SUBSCRIPTION}",resource_group="rg-shop",name="shop",region="westeurope",version="1.33.5"} 1`,
  );
  const condition = (name: string, what: string, reason: string, since = seconds) =>
    `cluster_condition_start_timestamp_seconds{cluster_id="${idOf(name)}",condition="${what}",reason="${reason}"} ${since}`;
  expect(samples('cluster_condition_start_timestamp_seconds')).toEqual([
    condition('bank', 'cluster-blind', 'NoProof'),
    condition('mail', 'cluster-degraded', 'EtcdUnavailable'),
    condition('mail', 'nodes-unseen', 'NodeGroupLocked'),
    condition('shop', 'cluster-outage', 'ConnectionRefused'),
    // Begun with its latest probe.
    condition('shop', 'node-outages', 'ConnectionRefused', Date.parse(NOW) / 1000),
  ]);
  expect(samples('outages_total').slice(4, 6)).toEqual([
    `outages_total{cluster_id="${idOf('shop')}",subject="node"} 5`,
    `outages_total{cluster_id="${idOf('shop')}",subject="cluster"} 2`,
  ]);
  expect(samples('cluster_maintenance')).toEqual([`cluster_maintenance{cluster_id="${idOf('vault')}"} 1`]);
});

it('say how long nodes took: in buckets that add up, and on the slowest', () => {
  expect(samples('latency_seconds').map((line) => line.replace(/cluster_id="[^"]*",?/, ''))).toEqual([
    'latency_seconds_bucket{le="0.25"} 3',
    'latency_seconds_bucket{le="0.5"} 4',
    'latency_seconds_bucket{le="1.0"} 4',
    'latency_seconds_bucket{le="2.0"} 4',
    'latency_seconds_bucket{le="3.0"} 5',
    'latency_seconds_bucket{le="5.0"} 5',
    'latency_seconds_bucket{le="10.0"} 5',
    'latency_seconds_bucket{le="+Inf"} 5',
    'latency_seconds_sum{} 4.1',
    'latency_seconds_count{} 5',
  ]);
  expect(samples('latency_worst_seconds')).toEqual([`latency_worst_seconds{cluster_id="${idOf('shop')}"} 3.2`]);
});

it('say of each cluster its coverage and why it is not whole, and which subscription could not be read', () => {
  expect(samples('coverage_ratio')).toEqual(
    [
      ['bank', 0],
      ['mail', 0.75],
      ['shop', 1],
      ['vault', 1],
    ].map(([name, share]) => `coverage_ratio{cluster_id="${idOf(String(name))}"} ${share}`),
  );
  expect(samples('nodes_without_verdict')).toEqual([
    `nodes_without_verdict{cluster_id="${idOf('bank')}",reason="NoProof"} 2`,
    `nodes_without_verdict{cluster_id="${idOf('mail')}",reason="Throttled"} 1`,
  ]);
  expect(samples('subscription_gap')).toEqual([`subscription_gap{subscription_id="${LOST_SUBSCRIPTION}"} 1`]);
});

it('say of an incident what its clusters share, since when, and which clusters it covers', () => {
  expect(samples('open_incidents')).toEqual([
    'open_incidents{kind="outage",severity="0"} 0',
    'open_incidents{kind="outage",severity="1"} 1',
    'open_incidents{kind="unseen",severity="1"} 0',
  ]);
  expect(samples('incident_start_timestamp_seconds')).toEqual([
    `incident_start_timestamp_seconds{incident="${INCIDENT}",kind="outage",factor="region",factor_value="a \\"quoted\\" region",severity="1",reason="ConnectionTimedOut"} ${seconds}`,
  ]);
  expect(samples('cluster_incident')).toEqual([`cluster_incident{cluster_id="${idOf('shop')}",incident="${INCIDENT}"} 1`]);
});

it('say how the prober itself fares: its version, its interval, its errors, and what waits for whom', () => {
  expect(samples('build_info')[0]).toMatch(new RegExp(`^build_info\\{version="${version}",script="[0-9a-f]{64}"\\} 1$`));
  expect(samples('sweep_interval_seconds')).toEqual(['sweep_interval_seconds 300']);
  expect(samples('last_sweep_duration_seconds')).toEqual(['last_sweep_duration_seconds 90']);
  expect(samples('poison_messages_total')).toEqual(['poison_messages_total 2']);
  expect(samples('prober_errors_total')).toContain('prober_errors_total{kind="timer"} 1');
  expect(samples('prober_errors_total')).toContain('prober_errors_total{kind="crash"} 0');
  // Two of outages and the incident for one; for the other, the incident and the blindness too.
  expect(samples('notifications_pending')).toEqual(['notifications_pending{sink="mail"} 3', 'notifications_pending{sink="page"} 2']);
  expect(samples('sweeps_total')).toContain('sweeps_total{starter="timer"} 1');
  expect(samples('probes_total')[0]).toBe('probes_total{verdict="reachable"} 3');
  expect(samples('sweep_outcomes_total')).toContain('sweep_outcomes_total{reason="Throttled"} 1');
  expect(samples('sweep_outcomes_total')).toContain('sweep_outcomes_total{reason="OverBudget"} 0');
});

it('read no node and no outage, and make no more requests for more clusters', async () => {
  const counter = await countStorage(storage.connectionString);
  const counted = { ...servicesAt(counter.connectionString, NOW).services, sinks: services.sinks };
  const scrape = async () => {
    const before = { ...counter.read().byKind };
    await ask(counted, 'metrics');
    const after = Object.entries(counter.read().byKind).map(([kind, times]) => [kind, times - (before[kind] ?? 0)] as const);
    // Which tables there are is asked once in a process.
    return after.filter(([kind, times]) => times > 0 && !kind.startsWith('Tables '));
  };
  const few = await scrape();
  for (let n = 0; n < 40; n++) {
    const cluster = idOf(`more-${n}`);
    await seedNodes(services, cluster, { a: 'unreachable', b: 'reachable' });
    await assess(services, cluster);
  }
  expect(await scrape()).toEqual(few);
  expect(few.reduce((total, [, times]) => total + times, 0)).toBeLessThanOrEqual(20);
  expect(few.filter(([kind]) => /fleet|results|probes/.test(kind))).toEqual([]);
  await counter.stop();
});

it.skipIf(!hasPromtool)('are what promtool expects of metrics', () => {
  // It reads the older format, in which a counter and an info are named as their samples are.
  const older = text
    .replace(/^(# (?:TYPE|HELP) \S+)( counter$| info$)?/gm, (line, name: string, kind?: string) => {
      const family = Object.entries(families).find(([own]) => name.endsWith(` ${familyName(own as keyof typeof families)}`));
      const renamed = name.replace(/\S+$/, `aks_fleet_prober_${family![0]}`);
      return line.startsWith('# TYPE') && kind === ' info' ? `${renamed} gauge` : `${renamed}${kind ?? ''}`;
    })
    .replace(/^# (UNIT .*|EOF)\n/gm, '');
  expect(execFileSync('promtool', ['check', 'metrics'], { input: older, encoding: 'utf8' })).toBe('');
});
