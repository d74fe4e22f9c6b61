import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../src/fleet/estimate.ts';
import { readRules } from './alert-rules.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const guide = read('docs/guides/deploy.md');
const template = read('infra/main.bicep');
const parameters = read('infra/main.bicepparam');
const pipeline = read('infra/pipelines/github-actions.yml');
const azd = read('azure.yaml');

const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();
const outputs = all(template, /^output (\w+) /gm);
const environment = all(parameters, /readEnvironmentVariable\('(\w+)'/g);

describe('what a month costs', () => {
  const rows = new Map(
    [...guide.matchAll(/^\| ([\w ,]+) \| ([\d.,]+) \| ([\d.,]+) \| ([\d.,]+) \|$/gm)].map(([, name, ...values]) => [
      name!,
      values.map((value) => Number(value!.replaceAll(',', ''))),
    ]),
  );

  it.each([0, 1, 2])('is what the app itself estimates, in column %i', (column) => {
    const given = (name: string) => rows.get(name)![column]!;
    const volume = { nodes: given('nodes'), clusters: given('clusters'), slices: given('slices a sweep') };
    const lines = estimateCost({ ...volume, intervalSeconds: 300, retentionDays: 30 });
    for (const { what, usd } of lines) expect({ [what]: given(what) }).toEqual({ [what]: usd });
    expect(given('sum')).toBeCloseTo(
      lines.reduce((total, { usd }) => total + usd, 0),
      2,
    );
  });
});

it('the guide names each alert with its severity and how often it is looked at', () => {
  const rows = [...guide.matchAll(/^\| `([\w-]+)` \| (\d) \| .* \| (\d+) min \|$/gm)].map(([, ...row]) => row.join(' '));
  const frequencies = new Map(
    [...read('infra/modules/alerts.bicep').matchAll(/name: '([\w-]+)'[\s\S]*?frequency: 'PT(\d+)M'/g)].map(([, name, minutes]) => [
      name,
      minutes,
    ]),
  );
  expect(rows.sort()).toEqual(
    readRules()
      .map(({ name, severity }) => `${name} ${severity} ${frequencies.get(name)}`)
      .sort(),
  );
});

it('hooks, pipeline and guide ask for outputs that the template has', () => {
  const asked = [
    ...all(azd, /\$(?:env:)?(?!env:|schema)([a-z]\w+)/g),
    ...all(guide, /\$\(output (\w+)\)/g),
    ...all(pipeline, /outputs\.([a-z]\w+) }}/g),
  ];
  expect(asked.length).toBeGreaterThan(0);
  for (const name of asked) expect(outputs).toContain(name);
});

it('what is read from the environment is told of in the guide and passed on by the pipeline', () => {
  for (const name of environment) {
    expect(guide).toContain(name);
    expect(pipeline).toContain(`${name}: \${{ `);
  }
});

it('the parameters that the guide gives are those of the template', () => {
  const names = all(template, /^param (\w+) /gm);
  const given = [...all(guide, /`?param (\w+) = /g), ...all(parameters, /^param (\w+) = /gm)];
  for (const name of given) expect(names).toContain(name);
});
