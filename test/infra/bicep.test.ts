import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { valuesOf } from './bicep-values.ts';
import { bicep, findBuilder, MODES } from './compile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const templates = globSync('infra/**/*.bicep', { cwd: root }).sort();

const compiler = findBuilder();

describe.skipIf(compiler === undefined)('the Bicep compiler (skipped where neither bicep nor az is installed)', () => {
  it.each(templates)('builds %s without a warning', (file) => {
    const [command, ...args] = compiler!;
    const { status, stderr } = spawnSync(command, [...args, file], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(stderr).not.toMatch(/: (Warning|Error) /);
    expect(status).toBe(0);
  });
});

describe.skipIf(bicep === undefined)('the parameters of each mode (skipped without the Bicep compiler)', () => {
  it.each(globSync('infra/mode-*.bicepparam', { cwd: root }).sort())('%s is built without a warning', (file) => {
    const { status, stderr } = spawnSync(bicep!, ['build-params', '--stdout', file], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(stderr).not.toMatch(/: (Warning|Error) /);
    expect(status).toBe(0);
  });
});

describe.each(templates)('%s', (file) => {
  const text = read(file);

  it('says what it is, and of each parameter what it means and whether it must be given', () => {
    expect(text).toMatch(/^metadata description = '.+'$/m);
    for (const [, before = ''] of text.matchAll(/((?:^[@\]}) ].*\n|^\]\)\n|^\}\)\n)*)^param \w+/gm))
      expect(before).toMatch(/@description\('(Required|Optional|Conditional)\. /);
  });

  it('holds no key and calls no module of a registry', () => {
    expect(text).not.toMatch(/listKeys\(|AccountKey|br\/|br:/);
  });
});

const ID = 'aaaaaaaa-0000-4000-8000-000000000008';
const GROUP = `/subscriptions/${ID}/resourceGroups/rg`;
const SUBNET = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/app`;
const SCOPE = `${GROUP}/providers/Microsoft.Insights/privateLinkScopes/scope`;
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/log`;
const inLandingZone = { appSubnetId: SUBNET, endpointSubnetId: SUBNET.replace('/app', '/endpoints'), policyMakesDnsRecords: true };
const main = (given: Record<string, unknown>) =>
  valuesOf('main.bicep', { environmentName: 'prod', monitoredSubscriptions: [ID], ...given });

describe('what makes no sense is refused before anything is made, with what to give', () => {
  it.each<[what: string, given: Record<string, unknown>, message: RegExp]>([
    ['a prober of nothing', { monitoredSubscriptions: [] }, /give monitoredSubscriptions .* or managementGroupName/],
    ['the name of a subscription', { monitoredSubscriptions: [ID, 'Production'] }, /"Production"\. Give GUIDs/],
    ['an environment whose name has other characters', { environmentName: 'prod/eu' }, /"prod\/eu": give one of letters, digits and/],
    ['a subnet of the app alone', { appSubnetId: SUBNET, policyMakesDnsRecords: true }, /appSubnetId without endpointSubnetId/],
    ['a subnet of endpoints alone', { endpointSubnetId: SUBNET }, /give the resource ID of the subnet of the app/],
    ['two networks', { ...inLandingZone, virtualNetwork: true }, /contradict each other/],
    [
      'endpoints that nobody finds',
      { ...inLandingZone, policyMakesDnsRecords: false },
      /give either privateDnsGroupId .* or policyMakesDnsRecords/,
    ],
    ['records that two make', { ...inLandingZone, privateDnsGroupId: GROUP }, /give either privateDnsGroupId/],
    ['zones for no endpoint', { privateDnsGroupId: GROUP }, /give appSubnetId as well/],
    [
      'routes of a network that is not made',
      { routeTableId: `${GROUP}/providers/Microsoft.Network/routeTables/r` },
      /virtualNetwork = true as well/,
    ],
    ['a private link scope that no network leads to', { monitorScopeId: SCOPE }, /needs a network that leads to it/],
    ['a name in place of a private link scope', { virtualNetwork: true, monitorScopeId: 'ampls' }, /monitorScopeId = "ampls"\. Give it as/],
    ['a name in place of a resource ID', { ...inLandingZone, appSubnetId: 'snet-app' }, /appSubnetId = "snet-app"\. Give it as/],
    ['the ID of something else', { workspaceId: GROUP }, /workspaceId = /],
    [
      'what the sample holds',
      { workspaceId: WORKSPACE.replace(ID, '00000000-0000-0000-0000-000000000000') },
      /Still the value of the sample: workspaceId/,
    ],
    ['a private app without a network', { privateApp: true }, /give virtualNetwork = true/],
    ['people who may sign in to nothing', { signInPrincipals: [ID] }, /give the client ID of the app registration/],
    ['a sign-in by name', { signInClientId: 'AKS fleet prober' }, /"AKS fleet prober": give the client ID/],
    ['a limit of no telemetry', { telemetryDailyLimitGb: 0 }, /give 1 or more, or -1/],
  ])('%s', (_what, given, message) => {
    expect(() => main(given).refusal).toThrow(message);
    // An id that is none would fail as a scope, with less to go on.
    expect(main(given).granted).toEqual([]);
  });

  it('all of it at once', () => {
    expect(() => main({ monitoredSubscriptions: [], telemetryDailyLimitGb: 0 }).refusal).toThrow(
      /Nothing to monitor.*telemetryDailyLimitGb/,
    );
  });

  it('and what makes sense is not', () => {
    expect(main({}).refusal).toBe('');
    expect(main({ signInClientId: ID, signInPrincipals: [ID], privateApp: true, virtualNetwork: true }).refusal).toBe('');
    expect(main({ monitoredSubscriptions: [], managementGroupName: 'fleet', telemetryDailyLimitGb: -1 }).refusal).toBe('');
    expect(main(inLandingZone).refusal).toBe('');
    expect(main({ ...inLandingZone, policyMakesDnsRecords: false, privateDnsGroupId: GROUP }).refusal).toBe('');
    expect(main({ ...inLandingZone, monitorScopeId: SCOPE, workspaceId: WORKSPACE }).refusal).toBe('');
    expect(main({ virtualNetwork: true, privateApp: true, monitorScopeId: SCOPE }).refusal).toBe('');
    // What is computed and never used is never refused.
    expect(read('infra/main.bicep')).toMatch(/name: '\$\{[^\n]*\}\$\{refusal\}'/);
  });
});

describe('subscriptions and addresses from the environment', () => {
  const other = ID.replace('8', '9');
  const given = (environment: Record<string, string>) => valuesOf('mode-default.bicepparam', {}, environment);

  it('may have spaces and capitals and come twice: each is watched, and granted access to, once', () => {
    const { monitoredSubscriptions } = given({ MONITORED_SUBSCRIPTIONS: ` ${ID}, ${other.toUpperCase()},, , ${ID.toUpperCase()} ` });
    const values = main({ monitoredSubscriptions });
    expect(values.subscriptions).toEqual([ID, other]);
    expect(values.granted).toEqual([ID, other]);
    expect(values.refusal).toBe('');
    expect(read('infra/main.bicep')).toMatch(/tunedSettings\(.*, subscriptions, tuning\)/);
  });

  it('leave nobody out for a space behind a comma', () => {
    expect(given({ ALERT_EMAILS: 'a@example.com, b@example.com,' }).alertEmails).toEqual(['a@example.com', 'b@example.com']);
  });

  it('are none where nothing is given', () => {
    expect(given({}).monitoredSubscriptions).toEqual([]);
    expect(given({}).alertEmails).toEqual([]);
  });
});

it('access is granted here unless others grant it, or a management group holds it', () => {
  expect(main({ grantFleetAccess: false }).granted).toEqual([]);
  expect(main({ managementGroupName: 'fleet' }).granted).toEqual([]);
});

it('names of resources have only the characters that a site may have', () => {
  expect(main({ environmentName: 'Prod.(West)_1-a' }).base).toBe('prod--west--1-a');
  expect(main({ environmentName: 'Prod.(West)_1-a' }).refusal).toBe('');
});

it('a deployment into a monitored subscription has another name in another region', () => {
  const text = read('infra/main.bicep');
  expect(text).toMatch(/module access .*\n {2}name: 'aks-fleet-prober-\$\{suffix\}'\n/);
  expect(text).toMatch(/^var suffix = .*uniqueString\(.*environmentName, location\)/m);
});

describe('who is told of an alert', () => {
  const groups = (given: Record<string, unknown>) => {
    const { woken, told } = main({ actionGroup: { outputs: { id: 'own' } }, ...given });
    return { woken, told };
  };

  it('is nobody, or one group for mail and webhook, unless others are named', () => {
    expect(groups({})).toEqual({ woken: [], told: [] });
    expect(groups({ alertEmails: ['a@example.com'] })).toEqual({ woken: ['own'], told: ['own'] });
    expect(groups({ alertWebhookUrl: 'https://example.com/' })).toEqual({ woken: ['own'], told: ['own'] });
  });

  it('is a group for those who are woken, and another for the rest', () => {
    expect(groups({ pageGroupIds: ['pager'], alertEmails: ['a@example.com'] })).toEqual({ woken: ['pager'], told: ['own'] });
    expect(groups({ pageGroupIds: ['pager'], ticketGroupIds: ['desk'] })).toEqual({ woken: ['pager'], told: ['desk'] });
  });

  it('goes by the severity of a rule', () => {
    expect(read('infra/modules/alerts.bicep')).toContain('actionGroups: rule.severity <= 1 ? pageGroupIds : ticketGroupIds\n');
    expect(read('infra/modules/alerts.bicep')).toMatch(/'Email\.Subject': '\$\{condition\}\$\{rule\.subject\}'\n/);
  });
});

it('a rule has never more action groups than the five that Azure Monitor takes', () => {
  for (const list of ['pageGroupIds', 'ticketGroupIds'])
    for (const file of ['main.bicep', 'modules/alerts.bicep', 'modules/watch-prober.bicep'])
      expect(read(`infra/${file}`)).toMatch(new RegExp(`@maxLength\\(5\\)\nparam ${list} `));
});

it('a region without Flex Consumption and numbers out of range are refused', () => {
  const text = read('infra/main.bicep');
  expect(text).toMatch(
    /@description\('Required\. [^']*az functionapp list-flexconsumption-locations[^']*'\)\n@allowed\(\[[^\]]+\]\)\n@metadata\(.*\)\nparam location string/,
  );
  for (const [, before = '', name] of text.matchAll(/((?:^@.*\n)+)param (\w+) int/gm))
    expect({ [name!]: /@allowed|@minValue/.test(before) }).toEqual({ [name!]: true });
});

it('the storage takes no key and no old TLS, and shows nothing to the public', () => {
  const storage = read('infra/modules/storage.bicep');
  for (const line of [
    'allowSharedKeyAccess: false',
    'allowBlobPublicAccess: false',
    "minimumTlsVersion: 'TLS1_2'",
    'supportsHttpsTrafficOnly: true',
    'defaultToOAuthAuthentication: true',
  ])
    expect(storage).toContain(line);
});

it('what the app listens to and always opens is made before it starts', () => {
  const storage = read('infra/modules/storage.bicep');
  const listened = ['poison', 'work'].map((name) => /queueName: '([\w-]+)'/.exec(read(`functions/${name}.ts`))![1]!);
  expect(listed(storage, 'queueNames')).toEqual(listened.sort((a, b) => a.length - b.length));
  const fixed = /^type Fixed = (.*);$/m.exec(read('src/tables/open-tables.ts'))![1]!;
  expect(listed(storage, 'tableNames')).toEqual(fixed.split(' | ').map((name) => name.slice(1, -1)));
});

function listed(text: string, variable: string): string[] {
  const values = new RegExp(`^var ${variable} = \\[(.*)\\]$`, 'm').exec(text)![1]!;
  return values.split(', ').map((value) => value.slice(1, -1));
}

describe('the parameters of a mode', () => {
  it('are a sample: the file of the reader is the copy, which the repository does not hold', () => {
    for (const mode of MODES) expect(read(`infra/mode-${mode}.bicepparam`)).toContain('Copy it to infra/main.bicepparam');
  });

  it('read what is monitored from the environment, in whichever mode', () => {
    for (const mode of MODES)
      for (const name of ['MONITORED_SUBSCRIPTIONS', 'MANAGEMENT_GROUP', 'ALERT_EMAILS', 'WEBHOOKS'].filter(
        (each) => each !== 'ALERT_EMAILS' || mode !== 'landing-zone',
      ))
        expect(read(`infra/mode-${mode}.bicepparam`), mode).toContain(`readEnvironmentVariable('${name}', '')`);
  });

  it('name the template from where the copy lies: beside them', () => {
    for (const mode of MODES) expect(read(`infra/mode-${mode}.bicepparam`)).toMatch(/^using 'main\.bicep'$/m);
  });
});
