/** Shapes that receivers demand which do not take CloudEvents, by the name of the receiver. */
export const webhookTemplates = ['slack', 'teams', 'pagerduty', 'opsgenie', 'alertmanager'] as const;
export type WebhookTemplate = (typeof webhookTemplates)[number];

/** A receiver of events over https. Everything but its names is secret: a token may be part of the URL. */
export interface Webhook {
  name: string;
  /** Absent where it takes CloudEvents. */
  template?: WebhookTemplate;
  url: URL;
  /** `whsec_…`: each signs every request, so that one can take the place of another without a gap. */
  signing: readonly string[];
  /** What the receiver itself demands as proof, such as a routing key. */
  key?: string;
}

/** What is wrong with one of the two settings. It never shows a value, which may be a secret. */
export interface WebhookMistake {
  setting: 'WEBHOOKS' | 'WEBHOOK_SECRETS';
  message: string;
}

const MOST = 10;
const MOST_SIGNING = 5;
const ENTRY = /^([a-z][a-z0-9-]{0,30})(?::([a-z]+))?=(.+)$/;
const SECRET = /^([a-z][a-z0-9-]{0,30})=([\x21-\x7e]{8,512})$/;
const SIGNING = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** Whether a receiver has a key of its own, which it demands or may demand. */
const KEYS: Readonly<Record<WebhookTemplate, 'demanded' | 'possible' | 'none'>> = {
  slack: 'none',
  teams: 'none',
  pagerduty: 'demanded',
  opsgenie: 'demanded',
  alertmanager: 'possible',
};

const isTemplate = (name: string): name is WebhookTemplate => (webhookTemplates as readonly string[]).includes(name);
const entriesOf = (text: string) => text.split(/\s+/).filter((entry) => entry !== '');
const isUnresolved = (text: string) => /^\s*@Microsoft\.KeyVault\(/i.test(text);
const UNRESOLVED =
  'expected what a Key Vault reference stands for, got the reference itself: Azure could not resolve it. Give the identity of the app the role ' +
  'Key Vault Secrets User on the vault and the vault a way for the app to reach it, and look at "Environment variables" of the app in the portal, which says why';

/** Whether a signing secret has the 24 to 64 bytes that Standard Webhooks demands. */
function isSigningSecret(text: string): boolean {
  const bytes = Buffer.from(SIGNING.exec(text)?.[1] ?? '', 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

function isGoodUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && hash === '';
}

function readUrls(text: string, wrong: (message: string) => void): Omit<Webhook, 'signing'>[] {
  const entries = entriesOf(text);
  if (entries.length > MOST) wrong(`expected at most ${MOST} webhooks, got ${entries.length}`);
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const [, name, template, url] = ENTRY.exec(entry) ?? [];
    if (name === undefined || url === undefined) {
      wrong(
        `expected name=https://… or name:template=https://…, with spaces between them and names of small letters, digits and hyphens; entry ${index + 1} of ${entries.length} is none`,
      );
      return [];
    }
    if (seen.has(name)) wrong(`expected each name once, got "${name}" again`);
    seen.add(name);
    const isKnown = template === undefined || isTemplate(template);
    if (!isKnown) wrong(`expected for "${name}" one of the templates ${webhookTemplates.join(', ')}, or none for CloudEvents`);
    const isGood = isGoodUrl(url);
    if (!isGood)
      wrong(`expected an https URL without user name and fragment for "${name}"; what it has is not shown, since it may be secret`);
    return isKnown && isGood ? [{ name, template, url: new URL(url) }] : [];
  });
}

function readSecrets(text: string, wrong: (message: string) => void): { name: string; secret: string }[] {
  const entries = entriesOf(text);
  return entries.flatMap((entry, index) => {
    const [, name, secret] = SECRET.exec(entry) ?? [];
    if (name !== undefined && secret !== undefined) return [{ name, secret }];
    wrong(
      `expected name=secret with spaces between them, each of 8 to 512 characters of ASCII; entry ${index + 1} of ${entries.length} is none`,
    );
    return [];
  });
}

/** Gives a webhook its secrets. */
function complete(own: Omit<Webhook, 'signing'>, secrets: readonly string[], wrong: (message: string) => void): Webhook {
  const { name, template } = own;
  const signing = secrets.filter((secret) => secret.startsWith('whsec_'));
  const [key, ...further] = secrets.filter((secret) => !secret.startsWith('whsec_'));
  if (!signing.every(isSigningSecret)) wrong(`expected for "${name}" signing secrets whsec_… of 24 to 64 bytes in base64`);
  if (signing.length > MOST_SIGNING) wrong(`expected for "${name}" at most ${MOST_SIGNING} signing secrets, got ${signing.length}`);
  if (further.length > 0) wrong(`expected for "${name}" one key of the receiver, got ${further.length + 1}`);
  const keys = template === undefined ? 'none' : KEYS[template];
  if (template === undefined && signing.length === 0)
    wrong(`expected for "${name}" a signing secret, such as ${name}=whsec_ and the output of "openssl rand -base64 32", got none`);
  if (keys === 'demanded' && key === undefined) wrong(`expected for "${name}" the key that ${template} gave you, got none`);
  if (keys === 'none' && key !== undefined)
    wrong(
      `expected for "${name}" secrets that begin with whsec_ only: ${template ?? 'a webhook without a template'} has no key of its own`,
    );
  return { ...own, signing, ...(key === undefined ? {} : { key }) };
}

/**
 * Reads the webhooks that two settings name, and all that is wrong with them. Pure.
 *
 * @param urls - `WEBHOOKS`: `name=https://…` or `name:template=https://…`, with spaces between them.
 * @param secrets - `WEBHOOK_SECRETS`: `name=whsec_…` or `name=<key of the receiver>`, with spaces between them; a name may come several times.
 */
export function readWebhooks(urls = '', secrets = ''): { webhooks: readonly Webhook[]; mistakes: readonly WebhookMistake[] } {
  const mistakes: WebhookMistake[] = [];
  const wrongIn = (setting: WebhookMistake['setting']) => (message: string) => void mistakes.push({ setting, message });
  if (isUnresolved(urls)) wrongIn('WEBHOOKS')(UNRESOLVED);
  if (isUnresolved(secrets)) wrongIn('WEBHOOK_SECRETS')(UNRESOLVED);
  if (mistakes.length > 0) return { webhooks: [], mistakes };
  const named = readUrls(urls, wrongIn('WEBHOOKS'));
  const given = Map.groupBy(readSecrets(secrets, wrongIn('WEBHOOK_SECRETS')), ({ name }) => name);
  // What cannot be read has no name: it is not said of others that they lack it.
  if (mistakes.length > 0) return { webhooks: [], mistakes };
  for (const name of given.keys())
    if (!named.some((each) => each.name === name))
      wrongIn('WEBHOOK_SECRETS')(`expected secrets of webhooks that WEBHOOKS names, got one of "${name}"`);
  const secretsOf = (name: string) => (given.get(name) ?? []).map(({ secret }) => secret);
  const webhooks = named.map((own) => complete(own, secretsOf(own.name), wrongIn('WEBHOOK_SECRETS')));
  return { webhooks: mistakes.length > 0 ? [] : webhooks, mistakes };
}
