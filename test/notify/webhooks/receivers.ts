import { Ajv, type ValidateFunction } from 'ajv';

/** What a receiver takes, as its vendor documents it, and an example of the vendor. */
interface Receiver {
  /** Where it is documented. */
  documented: string;
  schema: object;
  example: unknown;
}

const text = (maxLength?: number) => ({ type: 'string', minLength: 1, ...(maxLength === undefined ? {} : { maxLength }) });
const link = { type: 'string', pattern: '^https?://' };
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d)$' };
const object = (properties: Record<string, object>, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const texts = { type: 'object', additionalProperties: { type: 'string' } };

const plain = (longest: number) =>
  object({ type: { const: 'plain_text' }, text: text(longest), emoji: { type: 'boolean' } }, ['type', 'text']);
const markdown = object({ type: { const: 'mrkdwn' }, text: text(3000) });

export const receivers = {
  slack: {
    documented: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and /reference/block-kit/blocks',
    schema: object({
      text: text(40_000),
      blocks: {
        type: 'array',
        maxItems: 50,
        items: { anyOf: [object({ type: { const: 'header' }, text: plain(150) }), object({ type: { const: 'section' }, text: markdown })] },
      },
    }),
    example: {
      text: 'Danny Torrence left a 1 star review for your property.',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Danny Torrence left the following review for your property:' } }],
    },
  },
  teams: {
    documented:
      'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook and https://adaptivecards.io/explorer',
    schema: object({
      type: { const: 'message' },
      attachments: {
        type: 'array',
        minItems: 1,
        items: object({
          contentType: { const: 'application/vnd.microsoft.card.adaptive' },
          contentUrl: { type: 'null' },
          content: object(
            {
              $schema: { const: 'http://adaptivecards.io/schemas/adaptive-card.json' },
              type: { const: 'AdaptiveCard' },
              version: { enum: ['1.2', '1.4'] },
              msteams: object({ width: { const: 'Full' } }),
              body: {
                type: 'array',
                items: {
                  anyOf: [
                    object(
                      {
                        type: { const: 'TextBlock' },
                        text: text(),
                        size: { enum: ['Default', 'Small', 'Medium', 'Large', 'ExtraLarge'] },
                        weight: { enum: ['Default', 'Lighter', 'Bolder'] },
                        color: { enum: ['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention'] },
                        wrap: { type: 'boolean' },
                      },
                      ['type', 'text'],
                    ),
                    object({ type: { const: 'FactSet' }, facts: { type: 'array', items: object({ title: text(), value: text() }) } }),
                  ],
                },
              },
              actions: { type: 'array', maxItems: 6, items: object({ type: { const: 'Action.OpenUrl' }, title: text(), url: link }) },
            },
            ['$schema', 'type', 'version', 'body'],
          ),
        }),
      },
    }),
    example: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.2',
            body: [{ type: 'TextBlock', text: 'For Samples and Templates, see https://adaptivecards.io/samples' }],
          },
        },
      ],
    },
  },
  pagerduty: {
    documented:
      'https://developer.pagerduty.com/docs/send-alert-event and reference/events-v2/openapiv3.json of github.com/PagerDuty/api-schema',
    schema: {
      ...object(
        {
          routing_key: text(),
          event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
          dedup_key: text(255),
          client: text(),
          client_url: link,
          links: { type: 'array', items: object({ href: link, text: text() }, ['href']) },
          images: { type: 'array' },
          payload: object(
            {
              summary: text(1024),
              timestamp: time,
              severity: { enum: ['critical', 'error', 'warning', 'info'] },
              source: text(),
              component: text(),
              group: text(),
              class: text(),
              custom_details: { type: 'object' },
            },
            ['summary', 'severity', 'source'],
          ),
        },
        ['routing_key', 'event_action'],
      ),
      if: { properties: { event_action: { const: 'trigger' } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['payload'] },
      else: { required: ['dedup_key'] },
    },
    example: {
      payload: {
        summary: 'DISK at 99% on machine prod-datapipe03.example.com',
        timestamp: '2015-07-17T08:42:58.315+0000',
        severity: 'critical',
        source: 'prod-datapipe03.example.com',
        component: 'mysql',
        group: 'prod-datapipe',
        class: 'disk',
        custom_details: { 'free space': '1%', 'ping time': '1500ms', 'load avg': 0.75 },
      },
      routing_key: 'e93facc04764012d7bfb002500d5d1a6',
      dedup_key: 'srv01/mysql',
      event_action: 'trigger',
      client: 'Sample Monitoring Service',
      client_url: 'https://monitoring.service.com',
      links: [{ href: 'http://pagerduty.example.com', text: 'An example link.' }],
      images: [],
    },
  },
  opsgenie: {
    documented: 'https://docs.opsgenie.com/docs/alert-api and definitions/alert.yaml of github.com/opsgenie/opsgenie-oas',
    schema: {
      anyOf: [
        object(
          {
            message: text(130),
            alias: text(512),
            description: text(15_000),
            responders: { type: 'array' },
            tags: { type: 'array', maxItems: 20, items: text(50) },
            details: texts,
            entity: text(512),
            source: text(100),
            priority: { enum: ['P1', 'P2', 'P3', 'P4', 'P5'] },
            user: text(100),
            note: text(25_000),
          },
          ['message'],
        ),
        object({ user: text(100), source: text(100), note: text(25_000) }, []),
      ],
    },
    example: {
      message: 'An example alert message',
      alias: 'Life is too short for no alias',
      tags: ['OverwriteQuietHours', 'Critical'],
      priority: 'P1',
    },
  },
  alertmanager: {
    documented:
      'https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, postableAlerts; names of labels as Prometheus has them',
    schema: {
      type: 'array',
      items: object(
        {
          labels: {
            type: 'object',
            additionalProperties: text(),
            propertyNames: { pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' },
            required: ['alertname'],
          },
          annotations: { ...texts, propertyNames: { pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' } },
          startsAt: time,
          endsAt: time,
          generatorURL: link,
        },
        ['labels'],
      ),
    },
    example: [{ labels: { alertname: 'InstanceDown', instance: 'localhost:9100' }, startsAt: '2019-01-01T00:00:00Z' }],
  },
} as const satisfies Record<string, Receiver>;

const ajv = new Ajv({ allErrors: true, strict: false });

/** What is wrong with a body by a schema; undefined where it is right. */
export function faultsOf(schema: object, body: unknown): ValidateFunction['errors'] {
  const validate = ajv.compile(schema);
  return validate(body) ? undefined : validate.errors;
}

/** The attributes of CloudEvents 1.0 in JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/cloudevents.json */
export const cloudEventSchema = {
  type: 'object',
  required: ['id', 'source', 'specversion', 'type'],
  propertyNames: { pattern: '^([a-z0-9]{1,20}|data_base64)$' },
  properties: {
    id: text(),
    source: text(),
    specversion: { const: '1.0' },
    type: text(),
    subject: text(),
    time,
    datacontenttype: text(),
    data: object({ properties: texts, measurements: { type: 'object', additionalProperties: { type: 'number' } } }),
  },
};
