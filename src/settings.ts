import { parseConnectionString } from './model/connection-string.ts';
import { redact } from './model/redact.ts';
import { explainScheduleFault } from './model/schedule.ts';
import { readWebhooks, type Webhook } from './model/webhooks.ts';

const DEFAULT_SCHEDULE = '0 */5 * * * *';

/** The glob that matches every cluster: the default of `INCLUDE_CLUSTERS`, also in Bicep. */
export const EVERYTHING = '*';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads one setting, and says what is wrong with it. An empty value counts as not set. */
type Read<T> = (text: string | undefined, wrong: (message: string) => void) => T;

const text: Read<string | undefined> = (given) => given;

/** A text that must meet a condition, if it is set. */
const textThat =
  (isGood: (given: string) => boolean, expected: (given: string) => string): Read<string | undefined> =>
  (given, wrong) => {
    if (given !== undefined && !isGood(given)) wrong(expected(given));
    return given;
  };

const withDefault =
  <T>(fallback: string, read: (given: string, wrong: (message: string) => void) => T): Read<T> =>
  (given = fallback, wrong) =>
    read(given, wrong);

const wholeNumber = (low: number, high: number, fallback: number) =>
  withDefault(String(fallback), (given, wrong) => {
    const isGood = /^\d+$/.test(given) && Number(given) >= low && Number(given) <= high;
    if (!isGood) wrong(`expected a whole number from ${low} to ${high}, got "${given}"`);
    return Number(given);
  });

const onOrOff = (fallback: 'on' | 'off') =>
  withDefault(fallback, (given, wrong): 'on' | 'off' => {
    if (given !== 'on' && given !== 'off') wrong(`expected on or off, got "${given}"`);
    return given === 'off' ? 'off' : 'on';
  });

/** The rules by which results become outages: lowest, highest, and what counts unless it is set. The replay of recorded results takes them too. */
export const thresholdRanges = {
  FAILURE_THRESHOLD: [1, 20, 2],
  RECOVERY_THRESHOLD: [1, 20, 1],
  FLAP_WINDOW_MINUTES: [0, 1440, 15],
  CLUSTER_QUORUM_PERCENT: [1, 100, 50],
  CLUSTER_QUORUM_NODES: [1, 1000, 2],
} as const;

const split = (given: string) =>
  given
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A list whose items must meet a condition. */
const listOf = (fallback: string, isGood: (item: string) => boolean = () => true, expected = '') =>
  withDefault(fallback, (given, wrong) => {
    const items = split(given);
    for (const item of items) if (!isGood(item)) wrong(`expected comma-separated ${expected}, got "${item}"`);
    return items;
  });

const isHttps = (given: string) => URL.canParse(given) && new URL(given).protocol === 'https:';
const isWeb = (given: string) => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
const isGuid = (given: string) => guid.test(given);
const httpsUrl = textThat(isHttps, (given) => `expected an https URL, got "${given}"`);
/** A function that returns a sentence if something is wrong, as a condition. */
const unless =
  (explain: (given: string) => string | undefined) =>
  (given: string, wrong: (message: string) => void): string => {
    const fault = explain(given);
    if (fault !== undefined) wrong(fault);
    return given;
  };

// A shell on the node reads these between single quotes, so only plain https URLs are allowed.
const egressEndpoint = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/;

function connectionStringFault(given: string): string | undefined {
  const parsed = parseConnectionString(given);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** How each setting is read. Without a library of schemas: it would be a third of what an instance loads to register the functions. */
const readers = {
  AzureWebJobsStorage: text,
  AzureWebJobsStorage__accountName: text,
  AzureWebJobsStorage__queueServiceUri: httpsUrl,
  AzureWebJobsStorage__tableServiceUri: httpsUrl,
  SWEEP_SCHEDULE: withDefault(DEFAULT_SCHEDULE, unless(explainScheduleFault)),
  SUBSCRIPTIONS: ((given, wrong) =>
    listOf('', isGuid, 'subscription ids (GUIDs)')(given, wrong).map((id) => id.toLowerCase())) satisfies Read<string[]>,
  INCLUDE_CLUSTERS: listOf(EVERYTHING),
  EXCLUDE_CLUSTERS: listOf(''),
  NODES_PER_SLICE: wholeNumber(1, 100, 100),
  STARTS_PER_MINUTE: wholeNumber(1, 1500, 250),
  FIRST_COLLECT_SECONDS: wholeNumber(1, 120, 25),
  COLLECT_AGAIN_SECONDS: wholeNumber(1, 60, 10),
  PROBE_DEADLINE_SECONDS: wholeNumber(30, 600, 150),
  FAILURE_THRESHOLD: wholeNumber(...thresholdRanges.FAILURE_THRESHOLD),
  RECOVERY_THRESHOLD: wholeNumber(...thresholdRanges.RECOVERY_THRESHOLD),
  FLAP_WINDOW_MINUTES: wholeNumber(...thresholdRanges.FLAP_WINDOW_MINUTES),
  RECHECKS_PER_SWEEP: wholeNumber(0, 2, 2),
  MAX_AGE_MINUTES: wholeNumber(0, 1440, 0),
  BLIND_AFTER: wholeNumber(1, 20, 3),
  CLUSTER_QUORUM_PERCENT: wholeNumber(...thresholdRanges.CLUSTER_QUORUM_PERCENT),
  CLUSTER_QUORUM_NODES: wholeNumber(...thresholdRanges.CLUSTER_QUORUM_NODES),
  BLIND_PERCENT: wholeNumber(1, 100, 50),
  UNSEEN_AFTER_MINUTES: wholeNumber(15, 10_080, 60),
  INCIDENT_CLUSTERS: wholeNumber(2, 1000, 3),
  NODE_GRACE_MINUTES: wholeNumber(0, 1440, 10),
  RETENTION_DAYS: wholeNumber(1, 365, 30),
  CHECKS_PER_MINUTE: wholeNumber(1, 1000, 30),
  PAGE_URL: textThat(isWeb, (given) => `expected an http or https URL, got "${given}"`),
  WEBSITE_HOSTNAME: text,
  WEBSITE_AUTH_ENABLED: text,
  HOME_SUBSCRIPTION: ((given, wrong) =>
    textThat(isGuid, () => 'expected a subscription id (GUID)')(given, wrong)?.toLowerCase()) satisfies Read<string | undefined>,
  AZURE_CLIENT_ID: textThat(isGuid, () => 'expected a client id (GUID)'),
  EGRESS_ENDPOINTS: listOf('https://mcr.microsoft.com/v2/', (item) => egressEndpoint.test(item), 'https URLs without query or user'),
  PROBE_SERVED: onOrOff('on'),
  SHOW_CALLERS: onOrOff('off'),
  ARM_ENDPOINT: withDefault(
    'https://management.azure.com',
    unless((given) => (isHttps(given) ? undefined : `expected an https URL, got "${given}"`)),
  ),
  AZURE_AUTHORITY_HOST: httpsUrl,
  APPLICATIONINSIGHTS_CONNECTION_STRING: (given: string | undefined, wrong: (message: string) => void) =>
    given === undefined ? undefined : unless(connectionStringFault)(given, wrong),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text,
  WEBHOOKS: text,
  WEBHOOK_SECRETS: text,
} satisfies Record<string, Read<unknown>>;

type Readers = typeof readers;
type Optional = { [K in keyof Readers]: undefined extends ReturnType<Readers[K]> ? K : never }[keyof Readers];

/** Names of all settings. */
export const settingNames: readonly string[] = Object.keys(readers);

export type Settings = Readonly<
  { [K in Exclude<keyof Readers, Optional>]: ReturnType<Readers[K]> } & { [K in Optional]?: ReturnType<Readers[K]> }
>;

/** The webhooks that the settings name. */
export function webhooksOf({ WEBHOOKS, WEBHOOK_SECRETS }: Settings): readonly Webhook[] {
  return readWebhooks(WEBHOOKS, WEBHOOK_SECRETS).webhooks;
}

/** The address of the status page, for links; undefined if the app does not know its own address. */
export function statusPageUrl({ PAGE_URL, WEBSITE_HOSTNAME }: Settings): string | undefined {
  return PAGE_URL ?? (WEBSITE_HOSTNAME === undefined ? undefined : `https://${WEBSITE_HOSTNAME}/api/pages`);
}

/** Where people see the resources of a sovereign cloud, by the end of the address of its Resource Manager. */
const PORTALS: Readonly<Record<string, string>> = {
  'usgovcloudapi.net': 'https://portal.azure.us',
  'chinacloudapi.cn': 'https://portal.azure.cn',
};

/** The page of a resource in the portal of the cloud that is watched. */
export function portalUrl({ ARM_ENDPOINT }: Pick<Settings, 'ARM_ENDPOINT'>, resourceId: string): string {
  const host = new URL(ARM_ENDPOINT).hostname;
  const portal = Object.entries(PORTALS).find(([end]) => host.endsWith(end))?.[1] ?? 'https://portal.azure.com';
  // A name that is no text as Unicode has it would be an error of the page.
  return `${portal}/#resource${encodeURI(resourceId.toWellFormed())}`;
}

const isGiven = (value: string | undefined) => value !== undefined && value.trim() !== '';

/**
 * The schedule with which the timer is registered. If the setting is set, it is registered by name, so that Azure follows the setting itself when it
 * wakes up the app from zero. The host does not start with the name of a setting that is not set, so the default is registered by value.
 */
export function timerSchedule(source: Readonly<Record<string, string | undefined>> = process.env): string {
  return isGiven(source.SWEEP_SCHEDULE) ? '%SWEEP_SCHEDULE%' : DEFAULT_SCHEDULE;
}

/** Lists everything that is wrong with the settings. */
export class InvalidSettings extends Error {
  /** One sentence for each mistake, which begins with the name of the setting. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = `${mistakes.length} invalid setting${mistakes.length === 1 ? '' : 's'}`;
    super(`${count}; correct them and start again:\n${mistakes.map((each) => `  ${each}`).join('\n')}`);
    this.mistakes = mistakes;
  }
}

/**
 * Reads every setting once; this module is the only reader of the environment.
 *
 * @param source - names and values, as in `process.env`; an empty value counts as not set.
 * @returns frozen settings with their defaults filled in; times in the unit that their name says.
 * @throws InvalidSettings that lists all mistakes at once, each with the setting's name, what was expected and what was given.
 */
export function readSettings(source: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const mistakes: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, read] of Object.entries<Read<unknown>>(readers)) {
    const given = source[name];
    const value = read(isGiven(given) ? given : undefined, (message) => mistakes.push(`${name}: ${message}`));
    if (value !== undefined) settings[name] = value;
  }
  const read = settings as Settings;
  for (const { setting, message } of readWebhooks(read.WEBHOOKS, read.WEBHOOK_SECRETS).mistakes) mistakes.push(`${setting}: ${message}`);
  const {
    AzureWebJobsStorage,
    AzureWebJobsStorage__accountName,
    AzureWebJobsStorage__queueServiceUri,
    AzureWebJobsStorage__tableServiceUri,
  } = read;
  if (
    AzureWebJobsStorage === undefined &&
    AzureWebJobsStorage__accountName === undefined &&
    (AzureWebJobsStorage__queueServiceUri === undefined || AzureWebJobsStorage__tableServiceUri === undefined)
  )
    mistakes.push(
      'AzureWebJobsStorage: expected a connection string, or AzureWebJobsStorage__accountName, or both AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__tableServiceUri; none is set',
    );
  // A message quotes what was given, which goes to the log.
  if (mistakes.length > 0) throw new InvalidSettings(mistakes.map((mistake) => redact(mistake)));
  return Object.freeze(read);
}
