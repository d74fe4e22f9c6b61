import { styleText } from 'node:util';
import { DefaultAzureCredential } from '@azure/identity';
import { signInWith } from '../azure/sign-in-error.ts';
import { redact } from '../model/redact.ts';
import { type Component, findComponent } from '../notify/application-insights.ts';
import { chunksOf } from '../notify/chunks.ts';
import { eventEnvelope } from '../notify/envelopes.ts';
import { sendChunk } from '../notify/send-chunk.ts';
import type { TelemetryEvent } from '../notify/telemetry-event.ts';
import { testIncident } from '../notify/test-incident.ts';
import { sinkOf } from '../notify/webhooks/give-up.ts';
import { requestOf } from '../notify/webhooks/request.ts';
import { sendWebhook } from '../notify/webhooks/send.ts';
import { type Settings, statusPageUrl, webhooksOf } from '../settings.ts';
import { UsageError } from './usage-error.ts';

const REQUEST_MS = 10_000;
const SHOWN = 300;

/** What a sink made of an event. */
interface Answer {
  accepted: boolean;
  text: string;
}

/** A sink that is asked directly, and what it says. */
interface Tried {
  sink: string;
  send(event: TelemetryEvent): Promise<Answer>;
}

function tryInsights({ target, credential }: Component): Tried {
  return {
    sink: 'ApplicationInsights',
    async send(event) {
      const [chunk] = chunksOf([event], (each) => eventEnvelope(each, target.instrumentationKey));
      const { outcomes, answer } = await sendChunk({ target, credential, requestMs: REQUEST_MS }, chunk!);
      return { accepted: outcomes[0] === 'accepted', text: answer };
    },
  };
}

/** Every sink that the settings name: each is asked for itself, without the outbox that webhooks have in the app. */
function triedSinks(settings: Settings): Tried[] {
  const component = findComponent(settings, signInWith(new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID })));
  const page = statusPageUrl(settings) ?? 'aks-fleet-prober';
  const webhooks = webhooksOf(settings).map(
    (webhook): Tried => ({
      sink: sinkOf(webhook.name),
      async send(event) {
        const { outcome, text } = await sendWebhook(webhook, requestOf(webhook, event, page, new Date())!, new Date());
        return { accepted: outcome === 'accepted', text };
      },
    }),
  );
  return [...(component === undefined ? [] : [tryInsights(component)]), ...webhooks];
}

/**
 * Sends the start and the end of a test incident through every sink, and says what each answered.
 *
 * @returns the exit status: 0 if all accepted both, else 1.
 */
export async function runNotifyCommand({ json }: { json: boolean }, settings: Settings): Promise<number> {
  const sinks = triedSinks(settings);
  if (sinks.length === 0)
    throw new UsageError(
      'expected a sink in the settings, found none: set APPLICATIONINSIGHTS_CONNECTION_STRING, or WEBHOOKS and WEBHOOK_SECRETS',
    );
  const events = testIncident(statusPageUrl(settings) ?? '', new Date());
  process.stderr.write(`Sending the start and the end of a test incident to ${sinks.map(({ sink }) => sink).join(', ')} …\n`);
  const tryOne = async ({ sink, send }: Tried) => {
    const answers = [];
    // The end after the start, as recipients get them.
    for (const event of events) {
      const startedAt = performance.now();
      const { accepted, text } = await send(event).catch((error: unknown): Answer => ({ accepted: false, text: String(error) }));
      answers.push({ sink, event: event.name, accepted, ms: Math.round(performance.now() - startedAt), answer: redact(text, SHOWN) });
    }
    return answers;
  };
  const answers = (await Promise.all(sinks.map(tryOne))).flat();
  for (const { sink, event, accepted, ms, answer } of answers) {
    const outcome = styleText(accepted ? 'green' : 'red', accepted ? 'accepted' : 'not accepted', { stream: process.stdout });
    if (!json) process.stdout.write(`${sink} ${event}: ${outcome} in ${ms} ms, ${answer.replace(/\s+/g, ' ')}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(answers)}\n`);
  return answers.every(({ accepted }) => accepted) ? 0 : 1;
}
