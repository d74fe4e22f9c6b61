import { readWebhooks, type WebhookTemplate, webhookTemplates } from '../src/model/webhooks.ts';
import type { TelemetryEvent } from '../src/notify/telemetry-event.ts';
import { testIncident } from '../src/notify/test-incident.ts';
import { requestOf } from '../src/notify/webhooks/request.ts';

const PAGE = 'https://func-example.azurewebsites.net/api/status';
const NOW = new Date('2026-11-21T03:03:10.000Z');
const SIGNING = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const KEY = 'the-key-of-the-receiver';

/** What a receiver that takes CloudEvents, or one with a template, would be configured as. */
export const exampleWebhooks: Readonly<Record<'cloudevents' | WebhookTemplate, readonly [urls: string, secrets: string]>> = {
  cloudevents: ['audit=https://audit.example/events', `audit=${SIGNING}`],
  slack: ['chat:slack=https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX', ''],
  teams: [
    'chat:teams=https://prod-00.westeurope.logic.azure.com/workflows/0000/triggers/manual/paths/invoke?api-version=2016-06-01&sig=XXXX',
    '',
  ],
  pagerduty: ['pager:pagerduty=https://events.pagerduty.com/v2/enqueue', `pager=${KEY}`],
  opsgenie: ['pager:opsgenie=https://api.opsgenie.com/v2/alerts', `pager=${KEY}`],
  alertmanager: ['am:alertmanager=https://alertmanager.example/api/v2/alerts', `am=${KEY}`],
};

/** The names of the recorded requests in `infra/webhooks`. */
export const recordedReceivers = ['cloudevents', ...webhookTemplates] as const;

/** Writes what a receiver is sent of the test incident, at its start and at its end. */
export function renderRequests(receiver: (typeof recordedReceivers)[number]): string {
  const { webhooks } = readWebhooks(...exampleWebhooks[receiver]);
  const send = (event: TelemetryEvent) => {
    const { url, headers, body } = requestOf(webhooks[0]!, event, PAGE, NOW)!;
    return { url, headers, body: JSON.parse(body) };
  };
  const [started, ended] = testIncident(PAGE, NOW).map(send);
  const text = JSON.stringify({ started, ended }, null, 2);
  // Lists of texts on one line, as the formatter has them.
  return `${text.replace(/\[\n\s+("[^"\n]*"(?:,\n\s+"[^"\n]*")*)\n\s+\]/g, (_, items: string) => `[${items.replace(/\n\s+/g, ' ')}]`)}\n`;
}
