import { describe, expect, it } from 'vitest';
import { findingLines, resourceName } from '../../src/page/finding-lines.ts';
import { linksWith } from '../../src/page/layout.ts';
import { readSettings } from '../../src/settings.ts';
import type { ChangeView, FindingView } from '../../src/views/findings.ts';

const start = '2026-11-30T03:00:00.000Z';
const nsg = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg-shop';
const linksOf = (more: Record<string, string> = {}) =>
  linksWith(readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...more }), undefined);
const finding: FindingView = {
  code: 'NsgDenies',
  kind: 'cause',
  sentence: 'NSG nsg-shop, rule deny-443 (priority 110), denies outbound TCP 443 to 20.1.1.1',
  resourceId: nsg,
  evidence: [{ resourceId: nsg, setting: 'rule deny-443', value: 'Deny Outbound Tcp 443' }],
  changedAt: '2026-11-30T02:56:00.000Z',
  changedBy: 'ana@contoso.com',
  foundAt: start,
};
const change: ChangeView = {
  time: '2026-11-30T02:56:00.000Z',
  resourceId: `${nsg}/securityRules/deny-443`,
  operation: 'Microsoft.Network/networkSecurityGroups/securityRules/write',
  property: 'properties.access',
  before: 'Allow',
  after: 'Deny',
  by: 'ana@contoso.com',
};
const shown = (findings: FindingView[], changes: ChangeView[] = [], searchedAt: string | null = start, links = linksOf()) =>
  findingLines(links, { findings, changes, searchedAt }, start).text;
const wordsOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

describe('a finding on a page', () => {
  it('is its sentence, its resource, who changed it when, the setting as read, and what to do', () => {
    const text = wordsOf(shown([finding]));
    expect(text).toContain(
      'Cause : NSG nsg-shop, rule deny-443 (priority 110), denies outbound TCP 443 to 20.1.1.1 ( nsg-shop ); changed 4 min before by ana@contoso.com.',
    );
    expect(text).toContain('rule deny-443: Deny Outbound Tcp 443');
    expect(text).toMatch(/Remove the rule, or allow/);
  });

  it('leads to the resource in the portal of the cloud that is watched', () => {
    expect(shown([finding])).toContain(`href="https://portal.azure.com/#resource${nsg}"`);
    const government = linksOf({ ARM_ENDPOINT: 'https://management.usgovcloudapi.net' });
    expect(shown([finding], [], start, government)).toContain(`href="https://portal.azure.us/#resource${nsg}"`);
  });

  it('says that it was disproved', () => {
    expect(wordsOf(shown([{ ...finding, revoked: start }]))).toContain('Disproved: it was still so when the outage had ended.');
  });

  it('is text, whatever names and values hold', () => {
    expect(shown([{ ...finding, sentence: '<script>', evidence: [{ resourceId: 'x', setting: '<b>', value: '"><i>' }] }])).not.toMatch(
      /<(script|b|i)>/,
    );
  });
});

describe('a change on a page', () => {
  it('says how long before the start, what of which resource became what, and by whom', () => {
    expect(wordsOf(shown([], [change]))).toContain('4 min before : nsg-shop / deny-443 : access Allow → Deny , by ana@contoso.com');
  });

  it('is the operation alone where nothing else is known, also of one after the start', () => {
    const { property: _, before: __, after: ___, by: ____, ...bare } = change;
    const late = { ...bare, time: '2026-11-30T03:02:00.000Z' };
    expect(wordsOf(shown([], [late]))).toContain(
      '2 min after it began : nsg-shop / deny-443 : Microsoft.Network/networkSecurityGroups/securityRules/write',
    );
  });

  it('is one line for all that one write changed of a resource', () => {
    const { before: _, ...added } = change;
    const properties = ['protocol', 'access', 'priority', 'direction', 'sourcePortRange', 'name'];
    const all = properties.map((name) => ({ ...added, property: `properties.securityRules["deny-443"].properties.${name}`, after: name }));
    expect(wordsOf(shown([], all))).toContain(
      ': protocol protocol , access access , priority priority , direction direction and 2 more, by',
    );
  });

  it('is one of the five newest', () => {
    const writes = Array.from({ length: 7 }, (_, nth) => ({ ...change, time: `2026-11-30T02:5${nth}:00.000Z` }));
    expect(wordsOf(shown([], writes))).toContain('and 2 more, in the API');
  });
});

describe('an outage on a page', () => {
  it('shows nothing before Azure was searched, and says so where nothing stands out', () => {
    expect(shown([], [], null)).toBe('');
    expect(wordsOf(shown([]))).toContain('Nothing in Azure’s configuration stands out');
  });

  it('names resources by their last name, and parts also by the whole', () => {
    expect(resourceName(nsg)).toBe('nsg-shop');
    expect(resourceName(`${nsg}/securityRules/deny-443`)).toBe('nsg-shop / deny-443');
    expect(resourceName('10.0.0.4')).toBe('10.0.0.4');
  });
});
