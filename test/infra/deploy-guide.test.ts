import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES, estimateCost } from '../../src/cli/estimate.ts';
import { minutesOf, readRules } from './alert-rules.ts';

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

it('the bill counts the rules that are deployed', () => {
  for (const { minutes, rules, byCluster } of ALERT_RULES) {
    const deployed = readRules().filter(({ timing }) => minutesOf(timing.frequency) === minutes);
    expect([deployed.length, deployed.filter(({ resourceIdColumn }) => resourceIdColumn !== null).length]).toEqual([rules, byCluster]);
  }
});

it('the guide names each alert with its severity and how often it is looked at', () => {
  const rows = [...guide.matchAll(/^\| `([\w-]+)` \| (\d) \| .* \| (\d+) min \|$/gm)].map(([, ...row]) => row.join(' '));
  expect(rows.sort()).toEqual(
    readRules({ packageIsLogged: true })
      .map(({ name, severity, timing }) => `${name} ${severity} ${minutesOf(timing.frequency)}`)
      .sort(),
  );
});

it('the guide for people on call has the first three things to do for each alert', () => {
  const chapters = read('docs/guides/on-call.md').split(/^### /m).slice(1);
  const told = chapters.flatMap((text) => {
    const [title = ''] = text.split('\n');
    const steps = [...text.matchAll(/^(\d)\. /gm)].map(([, nth]) => nth);
    expect([title, steps]).toEqual([title, ['1', '2', '3']]);
    return all(title, /`([\w-]+)`/g);
  });
  const withoutQuery = all(guide, /^\| `([\w-]+)` \| .* \| (?:page|ticket) \|$/gm);
  expect(told.sort()).toEqual([...readRules({ packageIsLogged: true }).map(({ name }) => name), ...withoutQuery].sort());
});

it('the guide names each alert that needs no query, and each of them is in the template', () => {
  const template = read('infra/modules/watch-prober.bicep');
  const made = [...all(template, /name: '\$\{name\}-([\w-]+)'/g), ...all(template, /^ {4}name: '([\w-]+)'$/gm)];
  expect(all(guide, /^\| `([\w-]+)` \| .* \| (?:page|ticket) \|$/gm)).toEqual([...new Set(made)].sort());
});

it('hooks, pipeline and guide ask for outputs that the template has', () => {
  const asked = [
    ...all(azd, /\$(?:env:)?(?!env:|schema)([a-z]\w+)/g),
    ...all(guide, /\$\(output (\w+)\)/g),
    ...all(guide, /azd env get-value (\w+)/g),
    ...(/ for name in ([\w ]+); do/.exec(pipeline)?.[1] ?? '').split(' '),
    ...all(pipeline, /outputs\.([a-z]\w+) }}/g),
  ];
  expect(asked.length).toBeGreaterThan(0);
  for (const name of asked) expect(outputs).toContain(name);
});

it('what is read from the environment is described in the guide and passed on by the pipeline', () => {
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

describe('names of deployments, each of which keeps its region for ever', () => {
  const named = [guide, pipeline, azd].flatMap((text) =>
    [...text.matchAll(/az deployment (?:sub|mg) (?:what-if|create|show) .*/g)].map(([command]) => command),
  );
  const regions = [.../@allowed\(\[\n([^\]]*)\]\)\n@metadata/.exec(template)![1]!.matchAll(/'(\w+)'/g)].map(([, name]) => name!);
  const longestName = Number(/@maxLength\((\d+)\)\nparam environmentName/.exec(template)![1]);

  it('are given to every deployment', () => {
    expect(named.length).toBeGreaterThan(8);
    for (const command of named) expect(command).toMatch(/ --name (?:\\|`)?"(?:\$deployment|\$DEPLOYMENT|fleet-)/);
  });

  it('have environment and region in them, and are no longer than Azure takes', () => {
    const names = [
      ...all(guide, /"(fleet-\w+-\$AZURE_ENV_NAME-\$AZURE_LOCATION)"/g),
      ...all(azd.replaceAll('$env:', '$'), /"(fleet-\w+-\$AZURE_ENV_NAME-\$AZURE_LOCATION)(?:\\|`)"/g),
      ...all(pipeline, /DEPLOYMENT: (\S+-\$\{\{ vars\.AZURE_ENV_NAME \}\}-\$\{\{ vars\.AZURE_LOCATION \}\})/g),
    ];
    expect(new Set(names).size).toBe(4);
    const region = regions.reduce((longest, each) => (each.length > longest.length ? each : longest));
    for (const name of names) {
      const whole = name
        .replace(/\$(?:\{\{ vars\.)?AZURE_ENV_NAME(?: \}\})?/, 'e'.repeat(longestName))
        .replace(/\$(?:\{\{ vars\.)?AZURE_LOCATION(?: \}\})?/, region);
      expect(whole).not.toContain('$');
      expect(whole.length).toBeLessThanOrEqual(64);
    }
  });

  it('are made and read under one name', () => {
    const made = (text: string) => all(text, /az deployment sub (?:create|show) --name "(\$\w+)"/g);
    expect(made(pipeline)).toEqual(['$DEPLOYMENT']);
    expect(made(guide)).toEqual(['$deployment']);
    expect(guide).toContain('\ndeployment="fleet-prober-$AZURE_ENV_NAME-$AZURE_LOCATION"');
  });
});

it('an archive is made anew each time, and is no part of the repository', () => {
  for (const text of [guide, pipeline]) expect(text).toMatch(/rm -f app\.zip.*\n\s*\(cd dist && zip /);
  expect(read('.gitignore').split('\n')).toContain('app.zip');
});

it('whoever grants access has the right to deploy as well: User Access Administrator alone has not', () => {
  const alone = guide.split('\n').filter((line) => line.includes('*User Access Administrator*'));
  expect(alone).toHaveLength(3);
  for (const line of alone) expect(line).toContain('*User Access Administrator* together with *Contributor*');
});

it('every right that the guide gives is taken away by it', () => {
  const [before, after] = guide.split('\n## Uninstall\n') as [string, string];
  const made = [...before.matchAll(/^(\w+)=\$\(az ad app create /gm)];
  expect(made).toHaveLength(2);
  expect([...after.matchAll(/^az ad app delete /gm)]).toHaveLength(made.length);
  // That of the identity on a monitored subscription, and that of the pipeline.
  expect([...after.matchAll(/^az role assignment delete --assignee /gm)]).toHaveLength(2);
  expect(before).toMatch(/To stop watching a subscription.*#uninstall/);
});
