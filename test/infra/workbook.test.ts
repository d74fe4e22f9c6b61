import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignFields } from './event-fields.ts';
import { runQuery } from './kql-operators.ts';
import { analyze } from './kusto.ts';
import { toTables } from './log-rows.ts';
import { readRecording } from './recording.ts';

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
  const recording = readRecording('faulty');
  const { query } = queries.find((each) => each.name === name)!;
  const newest = 'arg_max(TimeGenerated, *) by cluster';
  // What it makes of the clusters is left out: the reader of queries has no tiles.
  const { syntax } = analyze(`${fill(query!.slice(0, query!.indexOf(newest)))}${newest};\nstate | project cluster`);
  const during = recording.rows.filter(({ time }) => time <= recording.marks.faults!);
  const sweeps = during.filter(({ baseData }) => baseData.name === 'SweepCompleted').map(({ baseData }) => baseData.properties.sweep!);
  const down = 'aaaaaaaa-0000-4000-8000-000000000008.rg-down.down';
  /** The clusters that are there where the last sweeps know nothing of one of them any more. */
  const shown = (unknownFor: number) => {
    const of = sweeps.slice(sweeps.length - unknownFor);
    const rows = during.filter(
      ({ baseData }) => !(of.some((sweep) => baseData.id?.startsWith(`${sweep}|`)) && baseData.properties.cluster === down),
    );
    expect(during.length - rows.length).toBe(unknownFor);
    return runQuery(syntax, toTables({ ...recording, rows })).map(({ cluster }) => cluster);
  };

  it('knows each cluster that one of the last two sweeps knows, and none that only older ones know', () => {
    expect([shown(0).length, shown(1).length, shown(2).length]).toEqual([6, 6, 5]);
    expect([shown(1).includes(down), shown(2).includes(down)]).toEqual([true, false]);
  });
});

it('it uses no parameter that it does not have', () => {
  const known = items.flatMap(({ content }) => content.parameters ?? []).map(({ name }) => name);
  for (const { query = '' } of queries) for (const [, name] of query.matchAll(/\{(\w+)(?::\w+)?\}/g)) expect(known).toContain(name);
});

it('it shows the fleet now, outages over time and by reason, how quickly they are found and healed, coverage, cost, and one node', () => {
  const names = items.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['now', 'clusters-now', 'over-time', 'by-reason', 'detect', 'recover', 'coverage', 'cost', 'node']),
  );
});

it('it leads to the status page, and both that and the workspace are filled in by the template', () => {
  const [link] = items.flatMap(({ content }) => content.links ?? []);
  expect(link).toMatchObject({ cellValue: '@@pageUrl@@', linkTarget: 'Url' });
  const template = readFileSync(new URL('../../infra/modules/workbook.bicep', import.meta.url), 'utf8');
  const filled = new Set([...text.matchAll(/@@\w+@@/g)].map(([mark]) => mark));
  for (const mark of filled) expect(template).toContain(`'${mark}'`);
});
