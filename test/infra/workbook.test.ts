import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignFields } from './event-fields.ts';
import { runQuery } from './kql-operators.ts';
import { analyze } from './kusto.ts';
import { clusterRow, idOf, incidentRow, tablesOf } from './state-rows.ts';

interface Item {
  name?: string;
  content: { query?: string; parameters?: { name: string; query?: string }[]; links?: { cellValue: string; linkTarget: string }[] };
}

const text = readFileSync(new URL('../../infra/workbook.json', import.meta.url), 'utf8');
const items: Item[] = JSON.parse(text).items;
const queries = items.flatMap(({ name, content }) => [
  { name: name!, query: content.query },
  ...(content.parameters ?? []).map((parameter) => ({ name: `parameter ${parameter.name}`, query: parameter.query })),
]);

/** Puts values in the place of parameters, as a workbook does before it asks. */
const fill = (query: string) => query.replaceAll('{Cluster}', '*').replaceAll('{Node}', 'aks-web-1').replaceAll('{TimeRange:grain}', '1h');

describe.each(queries.filter(({ query }) => query !== undefined))('the query of $name', ({ query }) => {
  const { mistakes, syntax } = analyze(fill(query!));

  it('is what the language service can bind to the tables of a workspace', () => {
    expect(mistakes).toEqual([]);
  });

  it('asks for events and fields that the schemas have', () => {
    expect(foreignFields(syntax)).toEqual([]);
  });
});

describe.each(['now', 'clusters-now'])('the query of %s', (name) => {
  const { query } = queries.find((each) => each.name === name)!;
  const newest = 'arg_max(TimeGenerated, *) by cluster';
  // What it makes of the clusters is left out: the reader of queries has no tiles.
  const { syntax } = analyze(`${fill(query!.slice(0, query!.indexOf(newest)))}${newest};\nstate | project cluster`);
  /** The clusters that are there where the last sweeps know nothing of one of them any more. */
  const shown = (unknownFor: number) => {
    const sweeps = [0, 5, 10, 15];
    const of = (cluster: string, known: number[]) => known.map((sweep) => clusterRow(cluster, sweep, sweep + 1));
    const rows = [...of('calm', sweeps), ...of('gone', sweeps.slice(0, sweeps.length - unknownFor)), incidentRow('hub', 16)];
    return runQuery(syntax, tablesOf(...rows)).map(({ cluster }) => cluster);
  };

  it('knows each cluster that one of the last three sweeps knows, and none that only older ones know, as alerts do', () => {
    expect([shown(0).length, shown(2).length]).toEqual([2, 2]);
    expect(shown(3)).toEqual([idOf('calm')]);
  });
});

describe('the incidents that are open', () => {
  const { query } = queries.find(({ name }) => name === 'incidents-now')!;
  const { syntax } = analyze(`${query!.split('| project')[0]}| project incident = tostring(Properties.incident)`);

  it('are those of which nothing says that they are over', () => {
    const rows = [incidentRow('hub', 1), incidentRow('hub', 6), incidentRow('old', 1), incidentRow('old', 5, { open: 'false' })];
    expect(runQuery(syntax, tablesOf(...rows))).toEqual([{ incident: 'hub' }]);
  });
});

it('it uses no parameter that it does not have', () => {
  const known = items.flatMap(({ content }) => content.parameters ?? []).map(({ name }) => name);
  for (const { query = '' } of queries) for (const [, name] of query.matchAll(/\{(\w+)(?::\w+)?\}/g)) expect(known).toContain(name);
});

it('it shows incidents before anything else', () => {
  expect(items.find(({ content }) => content.query !== undefined)!.name).toBe('incidents-now');
});

it('what was asked and what gave a verdict have names of their own', () => {
  for (const { name, query = '' } of queries) expect([name, query.includes('coveragePercent')]).toEqual([name, false]);
  for (const name of ['nodes-now', 'coverage'])
    expect(queries.find((each) => each.name === name)!.query).toMatch(/askedPercent = .*asked.*verdictPercent = .*coverage/);
});

it('it shows the fleet now, outages over time and by reason, how quickly they are found and healed, coverage, cost, and one node', () => {
  const names = items.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['now', 'clusters-now', 'over-time', 'by-reason', 'detect', 'recover', 'coverage', 'cost', 'node']),
  );
});

it('it leads to the status page and to the guide of those on call, and these and the workspace are filled in by the template', () => {
  const [link] = items.flatMap(({ content }) => content.links ?? []);
  expect(link).toMatchObject({ cellValue: '@@pageUrl@@', linkTarget: 'Url' });
  const template = readFileSync(new URL('../../infra/modules/workbook.bicep', import.meta.url), 'utf8');
  const filled = new Set([...text.matchAll(/@@\w+@@/g)].map(([mark]) => mark));
  expect(filled).toEqual(new Set(['@@pageUrl@@', '@@workspaceId@@', '@@onCall@@']));
  expect(template).toContain('docs/guides/on-call.md');
  for (const mark of filled) expect(template).toContain(`'${mark}'`);
});
