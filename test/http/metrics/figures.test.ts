import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FamilyName, families } from '../../../src/http/metrics/families.ts';
import { familyName, gatherFigures } from '../../../src/http/metrics/figures.ts';
import { parseOpenMetrics } from '../../bundle/open-metrics.ts';

it('a histogram counts in each bucket those below it too, with bounds as the format writes them', () => {
  const figures = gatherFigures();
  figures.distribute('latency_seconds', { cluster_id: 'a' }, { bounds: [0.25, 1], counts: [2, 3, 1], sum: 4.5 });
  expect(parseOpenMetrics(figures.text()).get('aks_fleet_prober_latency_seconds')).toMatchInlineSnapshot(`
    [
      "aks_fleet_prober_latency_seconds_bucket{cluster_id="a",le="0.25"} 2",
      "aks_fleet_prober_latency_seconds_bucket{cluster_id="a",le="1.0"} 5",
      "aks_fleet_prober_latency_seconds_bucket{cluster_id="a",le="+Inf"} 6",
      "aks_fleet_prober_latency_seconds_sum{cluster_id="a"} 4.5",
      "aks_fleet_prober_latency_seconds_count{cluster_id="a"} 6",
    ]
  `);
});

it('a family has its lines in one place, whatever the order in which its samples come', () => {
  const figures = gatherFigures();
  figures.add('open_outages', { cluster_id: 'a', subject: 'node' }, 1);
  figures.add('arm_requests_total', {}, 7);
  figures.add('open_outages', { cluster_id: 'b', subject: 'node' }, 2);
  const text = figures.text();
  expect(text).toContain('# TYPE aks_fleet_prober_arm_requests counter\n');
  expect(text).toContain('\naks_fleet_prober_arm_requests_total 7\n');
  expect(parseOpenMetrics(text).get('aks_fleet_prober_open_outages')).toHaveLength(2);
});

it('labels stay what they are, whatever is in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const figures = gatherFigures();
      figures.add('nodes_slow', { cluster_id: name }, 1);
      const [line] = parseOpenMetrics(figures.text()).get('aks_fleet_prober_nodes_slow')!;
      const written = /^[^{]+\{cluster_id="(.*)"\} 1$/s.exec(line!)![1]!;
      expect(written.replace(/\\(.)/g, (_, each) => (each === 'n' ? '\n' : each))).toBe(name);
    }),
  );
});

it('every family says what it is in sentences, and is named as its kind and its unit ask for', () => {
  for (const [name, { kind, help, labels }] of Object.entries(families) as [FamilyName, (typeof families)[FamilyName]][]) {
    expect(help, name).toMatch(/^[A-Z1][^"\n]*\.$/);
    expect([name, name.endsWith('_total'), name.endsWith('_info')]).toEqual([name, kind === 'counter', kind === 'info']);
    expect(familyName(name)).toMatch(/^aks_fleet_prober_[a-z_]+$/);
    expect(labels, name).not.toContain('cluster');
    expect(labels, name).not.toContain('node');
  }
});
