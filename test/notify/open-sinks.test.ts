import { describe, expect, it } from 'vitest';
import { servicesAt } from '../sweep/services-at.ts';

const namesOf = (more: Record<string, string>) =>
  servicesAt('UseDevelopmentStorage=true', '2026-11-21T09:35:00Z', more).services.sinks.map(({ name }) => name);
const CONNECTION = 'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://127.0.0.1:1/';

describe('the sinks that the settings name', () => {
  it('are the log alone where nothing is configured, so that no notification is lost in silence', () => {
    expect(namesOf({})).toEqual(['log']);
  });

  it('are Application Insights in its place once there is a connection string, under a name of its own', () => {
    const names = namesOf({ APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION });
    expect(names).toHaveLength(1);
    expect(names).not.toContain('log');
  });

  it('are each webhook besides, under its own name, by which what it accepted is noted', () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const webhooks = { WEBHOOKS: 'audit=https://a.example pager=https://b.example', WEBHOOK_SECRETS: `audit=${secret} pager=${secret}` };
    expect(namesOf(webhooks)).toEqual(['log', 'webhook-audit', 'webhook-pager']);
    expect(namesOf({ ...webhooks, APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION })).toEqual([
      'ApplicationInsights',
      'webhook-audit',
      'webhook-pager',
    ]);
  });
});
