import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, type Settings, settingNames } from '../../src/settings.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const settings = read('infra/modules/app-settings.bicep');
const tuning = read('infra/modules/tuning.bicep');
const reference = read('docs/reference/settings.md');
const sample = Object.keys(JSON.parse(read('local.settings.sample.json')).Values);

// Given by Azure itself, or not by keys: storage is reached by identity, by the addresses of its services. The app has an identity of its own.
const notDeployed = [
  'AzureWebJobsStorage',
  'AzureWebJobsStorage__accountName',
  'AZURE_CLIENT_ID',
  'WEBSITE_HOSTNAME',
  'WEBSITE_AUTH_ENABLED',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
];
// What the host and the platform read, not the app.
const ofThePlatform = ['AzureWebJobsStorage__credential', 'AzureWebJobsStorage__blobServiceUri'];
// https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#deprecated-properties-and-settings
const refusedByFlex = /^(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_NODE_DEFAULT_VERSION|WEBSITE_RUN_FROM_PACKAGE)/;

const deployed = [...settings.matchAll(/^ {2}([A-Z]\w+): /gm)].map(([, name]) => name!);
const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const value = (name: string, given: Record<string, string> = {}) => readSettings({ ...storage, ...given })[name as keyof Settings];

describe('every setting', () => {
  it('is deployed by the template, or comes from Azure itself', () => {
    expect(deployed.filter((name) => !ofThePlatform.includes(name)).sort()).toEqual(
      settingNames.filter((name) => !notDeployed.includes(name)).sort(),
    );
    expect(deployed.filter((name) => refusedByFlex.test(name))).toEqual([]);
  });

  it('is in the sample for developers, unless it is for Azure only', () => {
    const forAzure = /^(AzureWebJobsStorage__|WEBSITE_(HOSTNAME|AUTH_ENABLED)$|IDENTITY_)/;
    for (const name of settingNames.filter((each) => !forAzure.test(each))) expect(sample).toContain(name);
  });

  it('is in the reference, with its default', () => {
    const rows = [...reference.matchAll(/^\| `(\w+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, name, text]) => [name!, text] as const);
    expect(rows.map(([name]) => name).sort()).toEqual([...settingNames].sort());
    for (const [name, text] of rows)
      if (text !== undefined) expect({ [name]: value(name, { [name]: text }) }).toEqual({ [name]: value(name) });
  });
});

describe.each(
  [...settings.matchAll(/^ {2}(\w+): (?:string\()?tuning\.\?(\w+) \?\? (?:(\d+)|'(.*)')\)?$/gm)].map(
    ([, name, parameter, number, text]) => ({
      name: name!,
      parameter: parameter!,
      text: number ?? text!,
    }),
  ),
)('$name', ({ name, parameter, text }) => {
  it('is named alike as a parameter', () => {
    expect(parameter.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).toBe(name);
    expect(tuning).toMatch(new RegExp(`^ {2}${parameter}: (int|string|\\('\\w+'( \\| '\\w+')+\\))\\?$`, 'm'));
  });

  it('has the default of the app', () => {
    expect(value(name, { [name]: text })).toEqual(value(name));
  });
});

it.each(
  [...tuning.matchAll(/@minValue\((\d+)\)\n {2}@maxValue\((\d+)\)\n {2}(\w+): int\?/g)].map(([, low, high, parameter]) => ({
    name: parameter!.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    low: Number(low),
    high: Number(high),
  })),
)('$name is from $low to $high in the template as in the app', ({ name, low, high }) => {
  expect(value(name, { [name]: String(low) })).toBe(low);
  expect(value(name, { [name]: String(high) })).toBe(high);
  expect(() => value(name, { [name]: String(low - 1) })).toThrow(name);
  expect(() => value(name, { [name]: String(high + 1) })).toThrow(name);
});
