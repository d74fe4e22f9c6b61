import { expect, it } from 'vitest';
import { linksAt } from '../../src/page/links.ts';
import { readSettings } from '../../src/settings.ts';
import { links } from './views.ts';

const hostile = 'a/b?c#d"<é';

it('links lead below the page of the fleet, whatever names hold', () => {
  const all = [
    links.cluster(hostile),
    links.node(hostile, hostile),
    links.incident(hostile),
    links.outage(hostile, hostile, hostile),
    links.check(hostile),
    links.checkNow(hostile, hostile),
    links.reason(hostile),
  ];
  for (const link of all) {
    const { pathname, search } = new URL(link, 'https://prober.example');
    expect(pathname).toMatch(/^\/api\/pages\/[\w%/.-]+$/);
    expect([search, /["<]/.test(link)]).toEqual(['', false]);
  }
});

it('the outage of a cluster itself is that of *', () => {
  expect(links.outage('a', undefined, '2026-11-21T12:00:00.000Z')).toBe('/api/pages/clusters/a/outages/*/2026-11-21T12%3A00%3A00.000Z');
});

it('only parameters that have a value are in a link', () => {
  expect(links.fleet()).toBe('/api/pages');
  expect(links.fleet({ q: '', state: undefined })).toBe('/api/pages');
  expect(links.cluster('a', { cursor: 'x&y', limit: '5' })).toBe('/api/pages/clusters/a?cursor=x%26y&limit=5');
});

it('a resource is in the portal of the cloud that is watched', () => {
  const id = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg';
  const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
  expect(links.portal(id)).toBe(`https://portal.azure.com/#resource${id}`);
  const government = linksAt(readSettings({ ...storage, ARM_ENDPOINT: 'https://management.usgovcloudapi.net' }), '/api/pages');
  expect(government.portal(id)).toBe(`https://portal.azure.us/#resource${id}`);
});
