import { describe, expect, it } from 'vitest';
import { openSinks } from '../../src/notify/open-sinks.ts';
import { readSettings } from '../../src/settings.ts';

const noToken = { getToken: () => Promise.reject(new Error('no token was to be asked for')) };
const namesOf = (more: Record<string, string>) =>
  openSinks(readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...more }), noToken).map(({ name }) => name);
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
});
