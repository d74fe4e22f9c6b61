import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeScript } from '../src/probe/script.ts';
import { readSettings, settingNames, timerSchedule } from '../src/settings.ts';

const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };

/** What `readSettings` says of one mistake beside an otherwise good environment. */
function complaint(source: Record<string, string>): string {
  try {
    readSettings(source);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const one = (line: string) => `1 invalid setting; correct them and start again:\n  ${line}`;

const wholeNumbers: [name: string, low: number, high: number][] = [
  ['NODES_PER_SLICE', 1, 100],
  ['STARTS_PER_MINUTE', 1, 1500],
  ['FIRST_COLLECT_SECONDS', 1, 120],
  ['COLLECT_AGAIN_SECONDS', 1, 60],
  ['PROBE_DEADLINE_SECONDS', 30, 600],
  ['FAILURE_THRESHOLD', 1, 20],
  ['RECOVERY_THRESHOLD', 1, 20],
  ['FLAP_WINDOW_MINUTES', 0, 1440],
  ['RECHECKS_PER_SWEEP', 0, 2],
  ['MAX_AGE_MINUTES', 0, 1440],
  ['BLIND_AFTER', 1, 20],
  ['CLUSTER_QUORUM_PERCENT', 1, 100],
  ['CLUSTER_QUORUM_NODES', 1, 1000],
  ['BLIND_PERCENT', 1, 100],
  ['UNSEEN_AFTER_MINUTES', 15, 10_080],
  ['INCIDENT_CLUSTERS', 2, 1000],
  ['NODE_GRACE_MINUTES', 0, 1440],
  ['RETENTION_DAYS', 1, 365],
  ['CHECKS_PER_MINUTE', 1, 1000],
];

const texts: [name: string, value: string, message: string][] = [
  ['AzureWebJobsStorage__queueServiceUri', 'http://q.example', 'expected an https URL, got "http://q.example"'],
  ['AzureWebJobsStorage__tableServiceUri', 'tables', 'expected an https URL, got "tables"'],
  [
    'SWEEP_SCHEDULE',
    '*/5 * * * *',
    'expected an NCRONTAB schedule {second} {minute} {hour} {day} {month} {day of week}, such as "0 */5 * * * *", got "*/5 * * * *": it has 5 fields',
  ],
  ['SUBSCRIPTIONS', 'prod', 'expected comma-separated subscription ids (GUIDs), got "prod"'],
  ['PAGE_URL', 'status.example', 'expected an http or https URL, got "status.example"'],
  [
    'EGRESS_ENDPOINTS',
    'https://mcr.microsoft.com/v2/?a=1',
    'expected comma-separated https URLs without query or user, got "https://mcr.microsoft.com/v2/?a=1"',
  ],
  ['PROBE_SERVED', 'yes', 'expected on or off, got "yes"'],
  ['SHOW_CALLERS', 'true', 'expected on or off, got "true"'],
  ['ARM_ENDPOINT', 'http://management.azure.com', 'expected an https URL, got "http://management.azure.com"'],
  ['AZURE_AUTHORITY_HOST', 'login', 'expected an https URL, got "login"'],
  [
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    'IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
    'expected an InstrumentationKey in the connection string, got none',
  ],
];

// Any text will do for these: whoever uses them tells what is wrong.
const freeText = [
  'AzureWebJobsStorage',
  'AzureWebJobsStorage__accountName',
  'INCLUDE_CLUSTERS',
  'EXCLUDE_CLUSTERS',
  'WEBSITE_HOSTNAME',
  'WEBSITE_AUTH_ENABLED',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

// Tried in test/model/webhooks.test.ts: what is wrong with them is told by the name of the webhook, never with the value.
const webhooks = ['WEBHOOKS', 'WEBHOOK_SECRETS'];

describe('readSettings', () => {
  it('fills in every default where only the storage is told', () => {
    expect(readSettings(storage)).toMatchInlineSnapshot(`
      {
        "ARM_ENDPOINT": "https://management.azure.com",
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
        "BLIND_AFTER": 3,
        "BLIND_PERCENT": 50,
        "CHECKS_PER_MINUTE": 30,
        "CLUSTER_QUORUM_NODES": 2,
        "CLUSTER_QUORUM_PERCENT": 50,
        "COLLECT_AGAIN_SECONDS": 10,
        "EGRESS_ENDPOINTS": [
          "https://mcr.microsoft.com/v2/",
        ],
        "EXCLUDE_CLUSTERS": [],
        "FAILURE_THRESHOLD": 2,
        "FIRST_COLLECT_SECONDS": 25,
        "FLAP_WINDOW_MINUTES": 15,
        "INCIDENT_CLUSTERS": 3,
        "INCLUDE_CLUSTERS": [
          "*",
        ],
        "MAX_AGE_MINUTES": 0,
        "NODES_PER_SLICE": 100,
        "NODE_GRACE_MINUTES": 10,
        "PROBE_DEADLINE_SECONDS": 150,
        "PROBE_SERVED": "on",
        "RECHECKS_PER_SWEEP": 2,
        "RECOVERY_THRESHOLD": 1,
        "RETENTION_DAYS": 30,
        "SHOW_CALLERS": "off",
        "STARTS_PER_MINUTE": 250,
        "SUBSCRIPTIONS": [],
        "SWEEP_SCHEDULE": "0 */5 * * * *",
        "UNSEEN_AFTER_MINUTES": 60,
      }
    `);
  });

  it('freezes what it gives', () => {
    const settings = readSettings(storage);
    expect(() => Object.assign(settings, { NODES_PER_SLICE: 1 })).toThrow(TypeError);
  });

  it('is tried here with a mistake in each setting that can hold one', () => {
    const tried = [
      ...wholeNumbers.map(([name]) => name),
      ...texts.map(([name]) => name),
      'AZURE_CLIENT_ID',
      'HOME_SUBSCRIPTION',
      ...freeText,
      ...webhooks,
    ];
    expect(tried.sort()).toEqual([...settingNames].sort());
  });

  it.each(texts)('says what is wrong with %s', (name, value, message) => {
    expect(complaint({ ...storage, [name]: value })).toBe(one(`${name}: ${message}`));
  });

  it('names HOME_SUBSCRIPTION when it is no GUID', () => {
    expect(complaint({ ...storage, HOME_SUBSCRIPTION: 'Platform' })).toContain('\n  HOME_SUBSCRIPTION: expected a subscription id (GUID)');
  });

  it('names AZURE_CLIENT_ID when it is no GUID', () => {
    expect(complaint({ ...storage, AZURE_CLIENT_ID: 'prober' })).toContain('\n  AZURE_CLIENT_ID: expected a client id (GUID)');
  });

  it.each(wholeNumbers)('takes %s from %i to %i and nothing else', (name, low, high) => {
    const refused = (value: string) => one(`${name}: expected a whole number from ${low} to ${high}, got "${value}"`);
    const read = (value: string) => (readSettings({ ...storage, [name]: value }) as Record<string, unknown>)[name];
    expect([read(String(low)), read(String(high))]).toEqual([low, high]);
    for (const value of [low - 1, high + 1, `${low}.5`, `${high}e0`, `+${high}`, '0x10', 'many'].map(String))
      expect(complaint({ ...storage, [name]: value })).toBe(refused(value));
  });

  it('names all mistakes at once, each on its own line', () => {
    const bad = Object.fromEntries([...texts.map(([name, value]) => [name, value]), ...wholeNumbers.map(([name]) => [name, 'x'])]);
    // Without one of the two service addresses no storage is told, which is a mistake of its own, and so is the second subscription.
    delete bad.AzureWebJobsStorage__tableServiceUri;
    const [head, ...lines] = complaint({ ...bad, SUBSCRIPTIONS: 'a, b' }).split('\n');
    const count = texts.length - 1 + wholeNumbers.length + 2;
    expect([head, lines.length]).toEqual([`${count} invalid settings; correct them and start again:`, count]);
    const named = lines.map((line) => /^ {2}(\w+): expected /.exec(line)?.[1]);
    expect(new Set(named)).toEqual(new Set([...Object.keys(bad), 'AzureWebJobsStorage']));
  });

  it.each([
    ['an account name', { AzureWebJobsStorage__accountName: 'fleet' }],
    [
      'both service addresses',
      { AzureWebJobsStorage__queueServiceUri: 'https://q.example', AzureWebJobsStorage__tableServiceUri: 'https://t.example' },
    ],
  ])('takes %s for the storage', (_, source) => {
    expect(readSettings(source)).toMatchObject(source);
  });

  it.each([
    ['none', {}],
    ['one of two service addresses', { AzureWebJobsStorage__queueServiceUri: 'https://q.example' }],
    ['an empty connection string', { AzureWebJobsStorage: ' ' }],
  ])('refuses a storage of which %s is told', (_, source) => {
    expect(complaint(source)).toBe(
      one(
        'AzureWebJobsStorage: expected a connection string, or AzureWebJobsStorage__accountName, or both AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__tableServiceUri; none is set',
      ),
    );
  });

  it('takes an empty value for one that is not set', () => {
    const empty = Object.fromEntries(settingNames.map((name) => [name, ' ']));
    expect(readSettings({ ...empty, ...storage })).toEqual(readSettings(storage));
  });

  it('writes subscription ids in lower case, whatever stands around the commas', () => {
    const id = 'ABCDEF01-2222-4333-8444-555555555555';
    expect(readSettings({ ...storage, SUBSCRIPTIONS: ` ${id} ,,${id.replace('A', '0')},` }).SUBSCRIPTIONS).toEqual([
      'abcdef01-2222-4333-8444-555555555555',
      '0bcdef01-2222-4333-8444-555555555555',
    ]);
  });

  it('lets no egress endpoint pass that could mean anything to a shell between single quotes', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'\'"`$\\;|&<>()*? \n\t#!{}[]@%abz09./:-~_') });
    fc.assert(
      fc.property(hostile, (text) => {
        const value = `https://${text}`;
        if (complaint({ ...storage, EGRESS_ENDPOINTS: value }) !== 'none') return;
        const { EGRESS_ENDPOINTS } = readSettings({ ...storage, EGRESS_ENDPOINTS: value });
        for (const url of EGRESS_ENDPOINTS) expect(url).toMatch(/^[A-Za-z0-9:/._~-]+$/);
        expect(composeScript('0123456789abcdef', EGRESS_ENDPOINTS)[1]).toBe(`EGRESS='${EGRESS_ENDPOINTS.join(' ')}'`);
      }),
      { numRuns: 3000 },
    );
    expect(readSettings({ ...storage, EGRESS_ENDPOINTS: 'https://a.example:8443/v2/,https://b.example' }).EGRESS_ENDPOINTS).toEqual([
      'https://a.example:8443/v2/',
      'https://b.example',
    ]);
  });
});

describe('the schedule of the timer', () => {
  it('is named where it is set, for the host to resolve', () => {
    expect(timerSchedule({ SWEEP_SCHEDULE: '0 */10 * * * *' })).toBe('%SWEEP_SCHEDULE%');
  });

  it.each([{}, { SWEEP_SCHEDULE: '' }, { SWEEP_SCHEDULE: ' ' }])('is the default of the settings for %j', (source) => {
    expect(timerSchedule(source)).toBe(readSettings({ ...storage, ...source }).SWEEP_SCHEDULE);
  });
});
