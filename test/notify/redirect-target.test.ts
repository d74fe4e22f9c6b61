import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redirectTarget } from '../../src/notify/redirect-target.ts';

const regional = 'https://westeurope-5.in.applicationinsights.azure.com/';
const asked = (endpoint: string) => new URL('v2.1/track', endpoint);
const decide = (location: string | null, endpoint = regional) => String(redirectTarget(endpoint, asked(endpoint), location));

describe('redirectTarget', () => {
  it.each([
    ['another stamp', 'https://westeurope-2.in.applicationinsights.azure.com/v2.1/track', regional],
    [
      'a stamp, from the global endpoint',
      'https://westus-0.in.applicationinsights.azure.com/v2.1/track',
      'https://dc.services.visualstudio.com/',
    ],
    [
      'a stamp of another cloud, within it',
      'https://usgovvirginia-1.in.applicationinsights.azure.us/v2.1/track',
      'https://dc.applicationinsights.azure.us/',
    ],
    ['another path of the same host, whatever host that is', 'https://proxy.example:8443/stamp/v2.1/track', 'https://proxy.example:8443/'],
  ])('follows it to %s', (_, location, endpoint) => {
    expect(decide(location, endpoint)).toBe(location);
  });

  it('reads a relative Location from the URL that was asked, and one without a path as the path that was asked', () => {
    expect(decide('/stamp/v2.1/track')).toBe(`${regional}stamp/v2.1/track`);
    expect(decide('https://westeurope-2.in.applicationinsights.azure.com')).toBe(
      'https://westeurope-2.in.applicationinsights.azure.com/v2.1/track',
    );
  });

  it.each([
    [null, 'it names no Location'],
    [' ', 'it names no Location'],
    ['https://', 'its Location is no URL: "https://"'],
    ['http://westeurope-2.in.applicationinsights.azure.com/v2.1/track', 'it leads to http:, expected https'],
    ['https://user@westeurope-2.in.applicationinsights.azure.com/', 'its Location has a user name, expected none'],
    ['https://attacker.example/v2.1/track', 'it leads to the foreign host attacker.example'],
    [
      'https://applicationinsights.azure.com.attacker.example/',
      'it leads to the foreign host applicationinsights.azure.com.attacker.example',
    ],
    ['https://evilapplicationinsights.azure.com/', 'it leads to the foreign host evilapplicationinsights.azure.com'],
    [
      'https://westeurope-2.in.applicationinsights.azure.com:8443/',
      'it leads to the foreign host westeurope-2.in.applicationinsights.azure.com:8443',
    ],
    ['https://x.applicationinsights.azure.cn/', 'it leads to the foreign host x.applicationinsights.azure.cn'],
  ])('does not follow it to %s', (location, why) => {
    expect(decide(location)).toBe(why);
  });

  it('knows no other host where the endpoint is none of Azure Monitor, not even another port of the same host', () => {
    expect(decide('https://proxy.example:8444/', 'https://proxy.example:8443/')).toBe('it leads to the foreign host proxy.example:8444');
    expect(decide(regional, 'https://proxy.example/')).toMatch(/^it leads to the foreign host/);
  });

  it('measures by the endpoint in the connection string, so that a chain of redirects leads no further than one', () => {
    const stamp = asked('https://westus-0.in.applicationinsights.azure.com/');
    expect(String(redirectTarget('https://proxy.example/', stamp, '/v2.1/track'))).toMatch(/^it leads to the foreign host/);
  });

  it('leads to https hosts of the same cloud alone, whatever the Location', () => {
    const piece = fc.constantFrom(
      'https://',
      'http://',
      '//',
      '/',
      '\\',
      '@',
      ':',
      '.',
      '%2e',
      '#',
      '?',
      'a',
      'attacker.example',
      'westus-0.in.applicationinsights.azure.com',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 6 }), (pieces) => {
        const target = redirectTarget(regional, asked(regional), pieces.join(''));
        if (typeof target === 'string') return;
        expect(target.href).toMatch(/^https:\/\/[^/@:?#\s]+\.applicationinsights\.azure\.com\.?\//);
      }),
      { numRuns: 2000 },
    );
  });
});
