import type { Webhook } from '../../model/webhooks.ts';
import type { TelemetryEvent } from '../telemetry-event.ts';
import { alertmanagerBody } from './alertmanager.ts';
import { cloudEventOf } from './cloud-event.ts';
import { type Notice, noticeOf } from './notice.ts';
import { opsgenieRequest } from './opsgenie.ts';
import { pagerDutyBody } from './pagerduty.ts';
import { signatureHeaders } from './signature.ts';
import { slackBody } from './slack.ts';
import { teamsBody } from './teams.ts';

/** A POST to a receiver. */
export interface WebhookRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

type Shape = { path?: string; headers?: Record<string, string>; body: object };

/** The request in the shape that a receiver demands. */
function shapeOf({ template, key = '' }: Webhook, notice: Notice): Shape {
  switch (template!) {
    case 'slack':
      return { body: slackBody(notice) };
    case 'teams':
      return { body: teamsBody(notice) };
    case 'pagerduty':
      return { body: pagerDutyBody(notice, key) };
    case 'opsgenie':
      return { ...opsgenieRequest(notice), headers: { authorization: `GenieKey ${key}` } };
    case 'alertmanager':
      return { body: alertmanagerBody(notice), headers: key === '' ? {} : { authorization: `Bearer ${key}` } };
  }
}

/** The address of a receiver, with a path of ours behind its own; the host is always the operator's. */
function addressOf(url: URL, path: string): URL {
  if (path === '') return url;
  const [own, query = ''] = path.split('?');
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}${own}`;
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value);
  return address;
}

/**
 * Writes the request that tells a receiver of an event: a CloudEvent, or what its template makes of it. Pure.
 *
 * @param source - the address of the status page.
 * @returns undefined where the receiver is not to be told of it.
 */
export function requestOf(webhook: Webhook, event: TelemetryEvent, source: string, now: Date): WebhookRequest | undefined {
  const notice = webhook.template === undefined ? undefined : noticeOf(event);
  if (webhook.template !== undefined && notice === undefined) return undefined;
  const shape: Shape | undefined = notice === undefined ? undefined : shapeOf(webhook, notice);
  const body = shape === undefined ? cloudEventOf(event, source) : JSON.stringify(shape.body);
  const headers = {
    'content-type': shape === undefined ? 'application/cloudevents+json; charset=utf-8' : 'application/json',
    'user-agent': 'aks-fleet-prober',
    ...signatureHeaders(event.properties.eventId, webhook.signing, body, now),
    ...shape?.headers,
  };
  return { url: addressOf(webhook.url, shape?.path ?? ''), headers, body };
}
