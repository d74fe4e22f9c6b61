import { z } from 'zod';
import { parseConnectionString } from './model/connection-string.ts';
import { redact } from './model/redact.ts';
import { explainScheduleFault } from './model/schedule.ts';
import { readWebhooks, type Webhook } from './model/webhooks.ts';

const DEFAULT_SCHEDULE = '0 */5 * * * *';

/** The glob that matches every cluster: the default of `INCLUDE_CLUSTERS`, also in Bicep. */
export const EVERYTHING = '*';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const wholeNumber = (low: number, high: number, fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high, {
      error: (issue) => `expected a whole number from ${low} to ${high}, got "${String(issue.input)}"`,
    })
    .transform(Number);

const onOrOff = (fallback: 'on' | 'off') =>
  z
    .string()
    .default(fallback)
    .refine((text) => text === 'on' || text === 'off', { error: (issue) => `expected on or off, got "${String(issue.input)}"` })
    .transform((text): 'on' | 'off' => (text === 'off' ? 'off' : 'on'));

/** The rules by which results become outages: lowest, highest, and what counts unless it is set. The replay of recorded results takes them too. */
export const thresholdRanges = {
  FAILURE_THRESHOLD: [1, 20, 2],
  RECOVERY_THRESHOLD: [1, 20, 1],
  FLAP_WINDOW_MINUTES: [0, 1440, 15],
  CLUSTER_QUORUM_PERCENT: [1, 100, 50],
  CLUSTER_QUORUM_NODES: [1, 1000, 2],
} as const;

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const httpsUrl = (text: string) => URL.canParse(text) && new URL(text).protocol === 'https:';

const mustBeHttps = { error: (issue: { input?: unknown }) => `expected an https URL, got "${String(issue.input)}"` };
const url = () => z.string().refine(httpsUrl, mustBeHttps).optional();

// A shell on the node reads these between single quotes, so only plain https URLs are allowed.
const egressEndpoint = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/;

const environment = z
  .object({
    AzureWebJobsStorage: z.string().optional(),
    AzureWebJobsStorage__accountName: z.string().optional(),
    AzureWebJobsStorage__queueServiceUri: url(),
    AzureWebJobsStorage__tableServiceUri: url(),
    SWEEP_SCHEDULE: z
      .string()
      .default(DEFAULT_SCHEDULE)
      .superRefine((text, context) => {
        const fault = explainScheduleFault(text);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
      }),
    SUBSCRIPTIONS: z
      .string()
      .default('')
      .transform(list)
      .superRefine((ids, context) => {
        for (const id of ids.filter((candidate) => !guid.test(candidate)))
          context.addIssue({ code: 'custom', message: `expected comma-separated subscription ids (GUIDs), got "${id}"` });
      })
      .transform((ids) => ids.map((id) => id.toLowerCase())),
    INCLUDE_CLUSTERS: z.string().default(EVERYTHING).transform(list),
    EXCLUDE_CLUSTERS: z.string().default('').transform(list),
    NODES_PER_SLICE: wholeNumber(1, 50, 50),
    STARTS_PER_MINUTE: wholeNumber(1, 1500, 250),
    FIRST_COLLECT_SECONDS: wholeNumber(1, 120, 25),
    COLLECT_AGAIN_SECONDS: wholeNumber(1, 60, 10),
    PROBE_DEADLINE_SECONDS: wholeNumber(30, 600, 150),
    FAILURE_THRESHOLD: wholeNumber(...thresholdRanges.FAILURE_THRESHOLD),
    RECOVERY_THRESHOLD: wholeNumber(...thresholdRanges.RECOVERY_THRESHOLD),
    FLAP_WINDOW_MINUTES: wholeNumber(...thresholdRanges.FLAP_WINDOW_MINUTES),
    BLIND_AFTER: wholeNumber(1, 20, 3),
    CLUSTER_QUORUM_PERCENT: wholeNumber(...thresholdRanges.CLUSTER_QUORUM_PERCENT),
    CLUSTER_QUORUM_NODES: wholeNumber(...thresholdRanges.CLUSTER_QUORUM_NODES),
    BLIND_PERCENT: wholeNumber(1, 100, 50),
    UNSEEN_AFTER_MINUTES: wholeNumber(15, 10_080, 60),
    INCIDENT_CLUSTERS: wholeNumber(2, 1000, 3),
    NODE_GRACE_MINUTES: wholeNumber(0, 1440, 10),
    RETENTION_DAYS: wholeNumber(1, 365, 30),
    CHECKS_PER_MINUTE: wholeNumber(1, 1000, 30),
    PAGE_URL: z
      .string()
      .optional()
      .refine((text) => text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)), {
        error: (issue) => `expected an http or https URL, got "${String(issue.input)}"`,
      }),
    WEBSITE_HOSTNAME: z.string().optional(),
    WEBSITE_AUTH_ENABLED: z.string().optional(),
    HOME_SUBSCRIPTION: z
      .string()
      .regex(guid, 'expected a subscription id (GUID)')
      .transform((id) => id.toLowerCase())
      .optional(),
    AZURE_CLIENT_ID: z.string().regex(guid, 'expected a client id (GUID)').optional(),
    EGRESS_ENDPOINTS: z
      .string()
      .default('https://mcr.microsoft.com/v2/')
      .transform(list)
      .superRefine((urls, context) => {
        for (const text of urls.filter((candidate) => !egressEndpoint.test(candidate)))
          context.addIssue({ code: 'custom', message: `expected comma-separated https URLs without query or user, got "${text}"` });
      }),
    PROBE_SERVED: onOrOff('on'),
    SHOW_CALLERS: onOrOff('off'),
    ARM_ENDPOINT: z.string().default('https://management.azure.com').refine(httpsUrl, mustBeHttps),
    AZURE_AUTHORITY_HOST: url(),
    APPLICATIONINSIGHTS_CONNECTION_STRING: z
      .string()
      .optional()
      .superRefine((text, context) => {
        const parsed = text === undefined ? undefined : parseConnectionString(text);
        if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
      }),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z.string().optional(),
    WEBHOOKS: z.string().optional(),
    WEBHOOK_SECRETS: z.string().optional(),
  })
  .superRefine(({ WEBHOOKS, WEBHOOK_SECRETS }, context) => {
    for (const { setting, message } of readWebhooks(WEBHOOKS, WEBHOOK_SECRETS).mistakes)
      context.addIssue({ code: 'custom', path: [setting], message });
  })
  .superRefine((settings, context) => {
    const services = [settings.AzureWebJobsStorage__queueServiceUri, settings.AzureWebJobsStorage__tableServiceUri];
    if (settings.AzureWebJobsStorage || settings.AzureWebJobsStorage__accountName || services.every(Boolean)) return;
    context.addIssue({
      code: 'custom',
      path: ['AzureWebJobsStorage'],
      message:
        'expected a connection string, or AzureWebJobsStorage__accountName, or both AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__tableServiceUri; none is set',
    });
  });

/** Names of all settings. */
export const settingNames: readonly string[] = Object.keys(environment.shape);

export type Settings = Readonly<z.output<typeof environment>>;

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
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => isGiven(value)));
  const parsed = environment.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  // A message quotes what was given, which goes to the log.
  throw new InvalidSettings(parsed.error.issues.map((issue) => redact(`${issue.path.join('.') || 'settings'}: ${issue.message}`)));
}
