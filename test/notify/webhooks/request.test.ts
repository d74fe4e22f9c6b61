import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordedReceivers, renderRequests } from '../../../scripts/render-webhooks.ts';
import { type Webhook, type WebhookTemplate, webhookTemplates } from '../../../src/model/webhooks.ts';
import { eventSchemas } from '../../../src/notify/event-schemas.ts';
import { incidentEvent } from '../../../src/notify/incident-event.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import { requestOf } from '../../../src/notify/webhooks/request.ts';
import { CLUSTER, everyEvent, incident } from './every-event.ts';
import { cloudEventSchema, faultsOf, receivers } from './receivers.ts';

const PAGE = 'https://prober.example/api/status';
const now = new Date('2026-11-21T03:03:10.000Z');
const signing = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const addresses: Record<WebhookTemplate, string> = {
  slack: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  teams: 'https://prod-00.westeurope.logic.azure.com:443/workflows/0123/triggers/manual/paths/invoke?api-version=2016-06-01&sig=x',
  pagerduty: 'https://events.pagerduty.com/v2/enqueue',
  opsgenie: 'https://api.opsgenie.com/v2/alerts',
  alertmanager: 'https://alertmanager.example/api/v2/alerts',
};
const webhookFor = (template?: WebhookTemplate): Webhook => ({
  name: 'one',
  template,
  url: new URL(template === undefined ? 'https://audit.example/' : addresses[template]),
  signing: template === undefined ? [signing] : [],
  ...(template === 'pagerduty' || template === 'opsgenie' || template === 'alertmanager' ? { key: 'the-key-of-the-receiver' } : {}),
});
const send = (template: WebhookTemplate | undefined, event: TelemetryEvent) => {
  const request = requestOf(webhookFor(template), event, PAGE, now);
  return request && { ...request, body: JSON.parse(request.body) };
};
const named = (name: string, index = 0) => everyEvent.filter((event) => event.name === name)[index]!;

it('every event is tried here but the heartbeat and that of a check, which no webhook is sent', () => {
  const names = Object.keys(eventSchemas).filter(
    (name) => !['Availability', 'IncidentState', 'SweepCompleted', 'CheckStarted'].includes(name),
  );
  expect(new Set(everyEvent.map(({ name }) => name))).toEqual(new Set(names));
});

describe('the schema of a receiver', () => {
  it.each(Object.entries(receivers))('accepts the example of its vendor: %s', (_, { schema, example }) => {
    expect(faultsOf(schema, example)).toBeUndefined();
  });

  it.each(Object.entries(receivers))('refuses what is missing or unknown: %s', (_, { schema, example }) => {
    const first = Array.isArray(example) ? example[0] : example;
    const whole = (changed: object) => (Array.isArray(example) ? [changed] : changed);
    expect(faultsOf(schema, whole({ ...first, unknown: 'x' }))).toBeDefined();
    expect(faultsOf(schema, 'a text')).toBeDefined();
  });
});

describe.each(webhookTemplates)('the template %s', (template) => {
  it.each(everyEvent.map((event, index) => [`${event.name} (${index})`, event] as const))(
    'makes of %s what the receiver takes',
    (_, event) => {
      const { body, url, headers } = send(template, event)!;
      expect(faultsOf(receivers[template].schema, body)).toBeUndefined();
      expect(headers['content-type']).toBe('application/json');
      expect(url.host).toBe(new URL(addresses[template]).host);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
    },
  );

  it('stays within the limits of the receiver, and of JSON, with the longest texts', () => {
    for (const event of everyEvent) {
      const long = Object.fromEntries(
        Object.entries(event.properties).map(([key, text]) => [
          key,
          /Id$|start|end|page|runbook|cluster$|summary|incident/.test(key) ? text : `<@&"${'漢'.repeat(8000)}\u{1F600}`,
        ]),
      );
      const { body } = send(template, { ...event, properties: { ...long, eventId: event.properties.eventId } })!;
      expect(faultsOf(receivers[template].schema, body)).toBeUndefined();
      if (template === 'teams') expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(28_000);
    }
  });

  it('says nothing of the heartbeat', () => {
    expect(send(template, { ...named('ClusterOutageStarted'), name: 'SweepCompleted' })).toBeUndefined();
  });
});

describe('what begins and what ends', () => {
  const pairs = [
    ['IncidentStarted', 'IncidentEnded', 0],
    ['ClusterOutageStarted', 'ClusterOutageEnded', 0],
    ['NodeOutageStarted', 'NodeOutageEnded', 0],
    ['NodeOutageStarted', 'NodeOutageEnded', 1],
    ['ClusterBlind', 'ClusterSighted', 0],
    ['ClusterDegraded', 'ClusterRestored', 0],
    ['NodesUnseen', 'NodesSeen', 0],
  ] as const;

  it.each(pairs)('%s and %s (%i) have one key, on every pager', (begins, ends, index) => {
    const [started, ended] = [named(begins, index), named(ends, index)];
    const duty = [started, ended].map((event) => send('pagerduty', event)!.body);
    expect(duty.map(({ event_action: action }) => action)).toEqual(['trigger', 'resolve']);
    expect(duty[0].dedup_key).toBe(duty[1].dedup_key);
    const [opened, closed] = [send('opsgenie', started)!, send('opsgenie', ended)!];
    expect(closed.url.href).toBe(`https://api.opsgenie.com/v2/alerts/${opened.body.alias}/close?identifierType=alias`);
    expect(opened.headers.authorization).toBe('GenieKey the-key-of-the-receiver');
    const [[fires], [resolves]] = [send('alertmanager', started)!.body, send('alertmanager', ended)!.body];
    expect(fires.labels).toEqual(resolves.labels);
    expect(Date.parse(fires.endsAt)).toBeGreaterThan(now.getTime());
    expect(Date.parse(resolves.endsAt)).toBeLessThanOrEqual(Date.parse(ended.time));
  });

  it('have different keys where they are different things', () => {
    const keys = everyEvent
      .filter(({ name }) => /Started|Blind|Degraded|Unseen|Error/.test(name))
      .map((event) => send('pagerduty', event)!.body.dedup_key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keep one key where an outage returns as its next episode, and where an id is too long', () => {
    const again = named('ClusterOutageStarted');
    const key = (eventId: string) => send('pagerduty', { ...again, properties: { ...again.properties, eventId } })!.body.dedup_key;
    expect(key(`${CLUSTER}|*|x/started/1`)).toBe(key(`${CLUSTER}|*|x/ended/2`));
    const long = `${CLUSTER}|${'n'.repeat(300)}`;
    expect(key(`${long}|x/started/1`)).toBe(key(`${long}|x/ended/1`));
    expect(key(`${long}|x/started/1`)).not.toBe(key(`${long}|y/started/1`));
    expect(key(`${long}|x/started/1`)).toHaveLength(255);
  });

  it('are as severe as what is told: an outage of clusters most of all', () => {
    const severity = (name: string) => send('pagerduty', named(name))!.body.payload.severity;
    expect(
      ['IncidentStarted', 'ClusterOutageStarted', 'NodeOutageStarted', 'ClusterDegraded', 'ClusterBlind', 'NodesUnseen', 'ProberError'].map(
        severity,
      ),
    ).toEqual(['critical', 'critical', 'error', 'error', 'warning', 'warning', 'warning']);
    expect(send('opsgenie', named('ClusterOutageStarted'))!.body.priority).toBe('P1');
  });
});

describe('a CloudEvent', () => {
  it.each(everyEvent.map((event, index) => [`${event.name} (${index})`, event] as const))(
    'of %s has the attributes of version 1.0',
    (_, event) => {
      const { body, headers } = send(undefined, event)!;
      expect(faultsOf(cloudEventSchema, body)).toBeUndefined();
      expect(body).toMatchObject({
        id: event.properties.eventId,
        source: PAGE,
        type: `aks-fleet-prober.${event.name}.v1`,
        time: event.time,
      });
      expect(body.data).toEqual({ properties: event.properties, measurements: event.measurements ?? {} });
      expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    },
  );

  it('is about a node, a cluster, an incident or the prober', () => {
    const subject = (name: string) => send(undefined, named(name))!.body.subject;
    expect(['NodeOutageStarted', 'ClusterOutageStarted', 'IncidentStarted', 'ProberError'].map(subject)).toEqual([
      `${CLUSTER}/${named('NodeOutageStarted').properties.node}`,
      CLUSTER,
      incident.subject,
      'prober',
    ]);
  });

  it('is no larger than what everyone on the way passes on', () => {
    const event = incidentEvent({ ...incident, open: Array(400).fill(CLUSTER) }, 'started', incident.since, PAGE, now);
    const big = { ...event, properties: { ...event.properties, why: '漢'.repeat(8000), changed: '漢'.repeat(8000) } };
    const request = requestOf(webhookFor(), big, PAGE, now)!;
    expect(Buffer.byteLength(request.body)).toBeLessThan(64 * 1024);
    expect(JSON.parse(request.body).data.properties.clusters).toContain(CLUSTER);
  });
});

describe.each(recordedReceivers)('the recorded request infra/webhooks/%s.json', (receiver) => {
  const text = readFileSync(new URL(`../../../infra/webhooks/${receiver}.json`, import.meta.url), 'utf8');

  it('is what is sent of the test incident', () => {
    expect(text).toBe(renderRequests(receiver));
  });

  it('is what the receiver takes', () => {
    const schema = receiver === 'cloudevents' ? cloudEventSchema : receivers[receiver].schema;
    const { started, ended } = JSON.parse(text);
    expect([started, ended].map(({ body }) => faultsOf(schema, body))).toEqual([undefined, undefined]);
    expect(text).toContain('test: true');
  });
});

describe('the workflow of Azure Logic Apps in infra/webhooks', () => {
  const { definition } = JSON.parse(readFileSync(new URL('../../../infra/webhooks/logic-app.json', import.meta.url), 'utf8'));
  const text = JSON.stringify(definition);

  it('takes what is sent, and nothing that lacks an attribute', () => {
    const [trigger] = Object.values<{ inputs: { schema: object } }>(definition.triggers);
    const event = send(undefined, named('ClusterOutageStarted'))!.body;
    expect(faultsOf(trigger!.inputs.schema, event)).toBeUndefined();
    for (const attribute of ['id', 'type', 'source', 'specversion', 'time', 'data'])
      expect(faultsOf(trigger!.inputs.schema, { ...event, [attribute]: undefined })).toBeDefined();
  });

  it('refers to nothing that it does not have, and holds no secret', () => {
    const namesIn = (actions: Record<string, { actions?: object; else?: { actions: object } }>): string[] =>
      Object.entries(actions).flatMap(([name, own]) => [
        name,
        ...namesIn((own.actions ?? {}) as never),
        ...namesIn((own.else?.actions ?? {}) as never),
      ]);
    const actions = namesIn(definition.actions);
    for (const [, name] of text.matchAll(/(?:outputs|body|actions)\('([^']+)'\)/g)) expect(actions).toContain(name);
    for (const [, name] of text.matchAll(/parameters\('([^']+)'\)/g))
      expect(definition.parameters[name!]).toMatchObject({ type: 'SecureString' });
    expect(text).not.toMatch(/whsec_|sig=/);
  });

  it('compares the id in the header with that of the event as it is encoded there', () => {
    const { headers, body } = send(undefined, named('ClusterOutageStarted'))!;
    expect(text).toContain("decodeUriComponent(coalesce(triggerOutputs()?['headers']?['webhook-id'], ''))");
    expect(decodeURIComponent(headers['webhook-id']!)).toBe(body.id);
  });
});
