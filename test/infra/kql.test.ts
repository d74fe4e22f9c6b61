import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderRunbooks } from '../../scripts/write-docs.ts';
import { eventSchemas } from '../../src/notify/event-schemas.ts';
import { ALL_RULES, readRules } from './alert-rules.ts';
import { foreignFields } from './event-fields.ts';
import { analyze } from './kusto.ts';
import { readRecording } from './recording.ts';

const splits = ['cluster', 'subscription', 'none'];
const rules = splits.flatMap((splitBy) =>
  readRules({ ...ALL_RULES, splitBy }).map((rule) => ({ ...rule, name: `${rule.name} by ${splitBy}` })),
);
const folder = new URL('../../infra/alerts/', import.meta.url);

describe.each(rules)('the query of $name', ({ query, dimensions, resourceIdColumn, condition: { metricMeasureColumn } }) => {
  const { mistakes, syntax, columns } = analyze(query);

  it('is what the language service can bind to the tables of a workspace', () => {
    expect(mistakes).toEqual([]);
  });

  it('asks for events and fields that the schemas have', () => {
    expect(foreignFields(syntax)).toEqual([]);
  });

  it('answers with the dimensions as texts and the measure as a number', () => {
    for (const dimension of [...dimensions, ...(resourceIdColumn === null ? [] : [resourceIdColumn])])
      expect(columns).toHaveProperty(dimension, 'string');
    if (metricMeasureColumn !== undefined) expect(columns[metricMeasureColumn]).toMatch(/^(long|real)$/);
  });
});

it('every query file is part of a rule', () => {
  const files = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8').trim());
  for (const text of files) expect(rules.filter(({ query }) => query.includes(text)).length).toBeGreaterThan(0);
});

it('the runbooks are those of the catalogue of reasons', () => {
  expect(readFileSync(new URL('runbooks.kql', folder), 'utf8')).toBe(renderRunbooks());
});

it('a column, an event and a field that are not there are found', () => {
  expect(analyze('AppEvents | where Nmae == 1').mistakes).toHaveLength(1);
  const { syntax } = analyze(`AppEvents | where Name == 'SweepCompleted' | extend a = Properties.schedul, b = Measurements['coverage']`);
  expect(foreignFields(syntax)).toEqual(['SweepCompleted has no schedul among its properties']);
  expect(foreignFields(analyze(`AppEvents | where Name in ('Sweep')`).syntax)).toEqual(['no event is named Sweep']);
});

describe.each(['healthy', 'faulty', 'blind', 'hub'] as const)('the recording of the %s run', (name) => {
  it('is what the schemas of today say', () => {
    for (const { baseType, baseData } of readRecording(name).rows) {
      const state = baseData.name.startsWith('incident/') ? 'IncidentState' : 'Availability';
      const { properties, measurements } = eventSchemas[baseType === 'EventData' ? (baseData.name as keyof typeof eventSchemas) : state];
      properties.parse(baseData.properties);
      measurements.parse(baseData.measurements ?? {});
    }
  });
});
