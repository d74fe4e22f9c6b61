import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES, estimateCost } from '../../src/cli/estimate.ts';
import { addUpExecutions, estimateSweep } from '../../src/cli/estimate-sweep.ts';
import { readSettings } from '../../src/settings.ts';
import { ALL_RULES, minutesOf, readRules } from './alert-rules.ts';
import { MODES } from './compile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const guide = read('docs/guides/deploy.md');
const operating = read('docs/guides/operate.md');
const template = read('infra/main.bicep');
const parameters = MODES.map((mode) => read(`infra/mode-${mode}.bicepparam`)).join('\n');
const pipelines = ['github-actions', 'azure-pipelines'].map((name) => read(`infra/pipelines/${name}.yml`));
const pipeline = pipelines.join('\n');
const azd = read('azure.yaml');

const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort();
const outputs = all(template, /^output (\w+) /gm);
const environment = all(parameters, /readEnvironmentVariable\('(\w+)'/g);

const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });

describe('what a month costs', () => {
  const rows = new Map(
    [...guide.matchAll(/^\| ([\w ,]+) \| ([\d.,]+) \| ([\d.,]+) \| ([\d.,]+) \|$/gm)].map(([, name, ...values]) => [
      name!,
      values.map((value) => Number(value!.replaceAll(',', ''))),
    ]),
  );

  it.each([0, 1, 2])('is what the app itself estimates, in column %i', (column) => {
    const given = (name: string) => rows.get(name)![column]!;
    const [nodes, clusters, subscriptions] = [given('nodes'), given('clusters'), given('subscriptions')];
    const cluster = { nodes: nodes / clusters, slices: Math.ceil(nodes / clusters / settings.NODES_PER_SLICE) };
    const group = { clusters: Array.from({ length: clusters / subscriptions }, () => cluster) };
    const groups = Array.from({ length: subscriptions }, () => group);
    const sweep = addUpExecutions(estimateSweep(groups, subscriptions, settings));
    expect([given('executions a sweep'), given('billed seconds a sweep')]).toEqual([Math.round(sweep.count), Math.round(sweep.seconds)]);
    const volume = { nodes, clusters, executions: sweep.count, seconds: sweep.seconds };
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
  const rows = [...operating.matchAll(/^\| `([\w-]+)` \| (\d) \| .* \| (\d+) min \|$/gm)].map(([, ...row]) => row.join(' '));
  expect(rows.sort()).toEqual(
    readRules(ALL_RULES)
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
  const withoutQuery = all(operating, /^\| `([\w-]+)` \| .* \| (?:page|ticket) \|$/gm);
  expect(told.sort()).toEqual([...readRules(ALL_RULES).map(({ name }) => name), ...withoutQuery].sort());
});

it('the guide names each alert that needs no query, and each of them is in the template', () => {
  const template = read('infra/modules/watch-prober.bicep');
  const made = [...all(template, /name: '\$\{name\}-([\w-]+)'/g), ...all(template, /^ {4}name: '([\w-]+)'$/gm)];
  expect(all(operating, /^\| `([\w-]+)` \| .* \| (?:page|ticket) \|$/gm)).toEqual([...new Set(made)].sort());
});

it('hooks, pipeline and guide ask for outputs that the template has', () => {
  const asked = [
    ...all(azd, /\$(?:env:)?(?!env:|schema)([a-z]\w+)/g),
    ...all(guide + operating, /\$\(output (\w+)\)/g),
    ...all(guide, /azd env get-value (\w+)/g),
    ...(/ for name in (resource[\w ]+); do/.exec(pipeline)?.[1] ?? '').split(' '),
    ...all(pipeline, /\$\(output (\w+)\)/g),
    ...all(pipeline, /outputs\.([a-z]\w+) }}/g),
  ];
  expect(asked.length).toBeGreaterThan(0);
  for (const name of asked) expect(outputs).toContain(name);
});

it('what is read from the environment is described in the guide and passed on by the pipelines', () => {
  for (const name of environment) {
    expect(guide).toContain(name);
    for (const text of pipelines) expect(text).toContain(name);
    expect(pipelines[0]).toMatch(new RegExp(`${name}: (\\$\\{\\{ |'false')`));
  }
});

it('the parameters that the guide gives are those of the template', () => {
  const names = all(template, /^param (\w+) /gm);
  const given = [...all(guide + operating, /`?param (\w+) = /g), ...all(parameters, /^param (\w+) = /gm)];
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
      ...all(pipelines[0]!, /DEPLOYMENT: (\S+-\$\{\{ vars\.AZURE_ENV_NAME \}\}-\$\{\{ vars\.AZURE_LOCATION \}\})/g),
      ...all(pipelines[1]!, /value: (fleet-prober-\$\(AZURE_ENV_NAME\)-\$\(AZURE_LOCATION\))/g),
    ];
    expect(names.map((name) => name.split('-')[1]).sort()).toEqual([
      'access',
      'access',
      'deploy',
      'prober',
      'prober',
      'prober',
      'reads',
      'roles',
      'roles',
    ]);
    const region = regions.reduce((longest, each) => (each.length > longest.length ? each : longest));
    for (const name of names) {
      const whole = name
        .replace(/\$(?:\{\{ vars\.|\()?AZURE_ENV_NAME(?: \}\}|\))?/, 'e'.repeat(longestName))
        .replace(/\$(?:\{\{ vars\.|\()?AZURE_LOCATION(?: \}\}|\))?/, region);
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
  expect(guide).toMatch(/rm -f app\.zip.*\n\s*\(cd dist && zip /);
  expect(read('.gitignore').split('\n')).toContain('app.zip');
});

it('whoever grants access has the right to deploy as well: User Access Administrator alone has not', () => {
  const alone = guide.split('\n').filter((line) => line.includes('*User Access Administrator*'));
  expect(alone.length).toBeGreaterThan(0);
  for (const line of alone) expect(line).toContain('*User Access Administrator* together with *Contributor*');
});

describe('everything that the guide has made is taken away by it', () => {
  const [, after] = guide.split('\n## Uninstall\n') as [string, string];

  it.each([
    ['the assignments of the roles, on every scope', /az role assignment list --all --subscription [\s\S]*\nrevoke "<principalId>"\n/],
    ['the roles', /az role definition delete --name "AKS fleet prober: read \(…\)"/],
    [
      'the right of the policy, before it is gone, and its definition',
      /revoke "\$\(az policy assignment show .*\n.*az policy assignment delete .*\n.*az policy definition delete /,
    ],
    ['the way of the Activity Log', /az monitor diagnostic-settings subscription list/],
    ['the integration in the network, before the app', /az functionapp vnet-integration remove[\s\S]*az group delete/],
    ['the identities of the pipeline', /az group delete --name "rg-fleet-prober-pipeline-<region>"\n/],
    ['their custom role', /az role definition delete --name "Preview of deployments \(/],
    ['the registration that people sign in to', /az ad app delete --id "<signInClientId>"/],
  ])('%s', (_, command) => {
    expect(after).toMatch(command);
  });

  it('and every app that is registered is deleted', () => {
    expect([...(guide + operating).matchAll(/az ad app create /g)]).toHaveLength([...after.matchAll(/^az ad app delete /gm)].length);
  });

  it('also where a subscription is not watched any more', () => {
    expect(guide).toMatch(/To stop watching a subscription.*#revoke-access/);
  });
});

describe('links between the guides', () => {
  const files = globSync('docs/**/*.md', { cwd: root });
  const headingsOf = (text: string) =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );

  it.each(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...files])('%s leads to chapters that are there', (file) => {
    for (const [, target, anchor] of read(file).matchAll(/\]\(((?!https?:)[^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      const path = target === '' ? file : join(dirname(file), target!);
      expect(existsSync(join(root, path)), `${file} → ${target}`).toBe(true);
      if (anchor !== undefined && path.endsWith('.md')) expect(headingsOf(read(path)), `${file} → ${target}#${anchor}`).toContain(anchor);
    }
  });
});
