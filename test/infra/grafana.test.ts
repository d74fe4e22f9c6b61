import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../http/ask.ts';
import { idOf, SUBSCRIPTION, seedTroubledFleet } from '../http/seed-troubled-fleet.ts';
import { FakeSink } from '../notify/fake-sink.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { startStorage } from '../tables/storage.ts';
import { faultsIn, samples } from './promql.ts';
import { hasPrometheus, type ServedPrometheus, servePrometheus } from './serve-prometheus.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: { refId: string; expr: string; legendFormat?: string; format?: string; datasource: { uid: string } }[];
  transformations?: {
    options: { renameByName: Record<string, string>; indexByName: Record<string, number>; excludeByName: Record<string, boolean> };
  }[];
}
const text = readFileSync(new URL('../../infra/grafana/fleet.json', import.meta.url), 'utf8');
const { panels, templating, ...dashboard } = JSON.parse(text) as {
  schemaVersion: number;
  uid: string;
  title: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; definition?: string; query: string | { query: string } }[] };
};
const targets = panels.flatMap(({ title, targets: own = [] }) => own.map((each) => ({ title, ...each })));
const variables = templating.list.map(({ name }) => name);
/** A variable as the text of the dashboard names it. */
const variable = (name: string) => `\${${name}}`;
/** What Grafana has itself. */
const OF_GRAFANA = ['__rate_interval', '__data', '__dashboard', '__all'];

describe('the dashboard', () => {
  it('has what Grafana asks for: a panel for each id, on a grid, with the chosen data source', () => {
    expect(dashboard).toMatchObject({ uid: 'aks-fleet-prober', title: 'AKS fleet', schemaVersion: 39 });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    for (const { type, title, datasource, targets: own = [] } of panels) {
      expect([title, type]).toEqual([title, expect.stringMatching(/^(row|stat|table|timeseries|heatmap)$/)]);
      if (type === 'row') continue;
      expect([title, datasource]).toEqual([title, { type: 'prometheus', uid: variable('datasource') }]);
      expect([title, own.length > 0, new Set(own.map(({ refId }) => refId)).size]).toEqual([title, true, own.length]);
    }
  });

  it('uses names and labels that the app has, and variables that it declares', () => {
    for (const { expr, title, legendFormat = '' } of targets) {
      expect([title, faultsIn(expr)]).toEqual([title, []]);
      const labels = [...expr.matchAll(/aks_fleet_prober_\w+/g)].flatMap(([name]) => samples.get(name) ?? []);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect([title, labels]).toEqual([title, expect.arrayContaining([label])]);
    }
    for (const { definition } of templating.list) {
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? [];
      if (selector !== undefined) expect(faultsIn(`count by (${label}) (${selector})`)).toEqual([]);
    }
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    expect([...new Set(used)].filter((name) => ![...variables, ...OF_GRAFANA].includes(name))).toEqual([]);
  });

  it('leads to the pages of clusters and incidents', () => {
    for (const page of ['', `/clusters/${variable('__data.fields.cluster_id')}`, `/incidents/${variable('__data.fields.incident')}`])
      expect(text).toContain(`"${variable('status')}/api/status${page}"`);
  });
});

describe.skipIf(!hasPrometheus)('what the dashboard asks Prometheus for, which has scraped the app', () => {
  let prometheus: ServedPrometheus;
  beforeAll(async () => {
    const storage = await startStorage();
    const services = { ...servicesAt(storage.connectionString, '2026-11-21T12:00:00.000Z').services, sinks: [new FakeSink('mail')] };
    await seedTroubledFleet(services);
    const { text: scraped } = await ask(services, 'metrics');
    await storage.stop();
    prometheus = await servePrometheus(scraped);
  });
  afterAll(() => prometheus?.stop());

  /** As Grafana asks. */
  const filled = (expression: string, cluster: string) =>
    expression
      .replaceAll('$subscription', '.*')
      .replaceAll('$region', '.*')
      .replaceAll('$cluster', cluster)
      .replaceAll('$__rate_interval', '1m');

  it('has an answer wherever there is something to show', async () => {
    const isCounted = (expression: string) => /increase|rate/.test(expression);
    for (const { title, expr } of targets) {
      const answers = await Promise.all(['shop', 'bank', 'mail', 'vault'].map((name) => prometheus.query(filled(expr, idOf(name)))));
      // Nothing was counted between two scrapes of the same text.
      if (!expr.startsWith('topk')) expect([title, answers.flat().length > 0]).toEqual([title, true]);
      if (!isCounted(expr)) expect([title, answers.flat().every(({ value }) => Number.isFinite(Number(value[1])))]).toEqual([title, true]);
    }
  });

  it('has the columns that its tables show', async () => {
    for (const { title, type, targets: own = [], transformations = [] } of panels) {
      if (type !== 'table') continue;
      const [row] = await prometheus.query(filled(own[0]!.expr, idOf('shop')));
      const { indexByName, renameByName } = transformations[0]!.options;
      const columns = [...Object.keys(row!.metric), 'Value'];
      expect([title, Object.keys({ ...indexByName, ...renameByName }).filter((name) => !columns.includes(name))]).toEqual([title, []]);
    }
  });

  it('has the values of its variables', async () => {
    const [own] = await prometheus.query(`count by (subscription_id) (aks_fleet_prober_cluster_info)`);
    expect(own).toMatchObject({ metric: { subscription_id: SUBSCRIPTION }, value: [expect.any(Number), '4'] });
  });
});
