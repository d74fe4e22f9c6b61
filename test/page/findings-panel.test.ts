import { describe, expect, it } from 'vitest';
import { findingsSection } from '../../src/page/findings-panel.ts';
import { type FindingView, viewFinding } from '../../src/views/findings.ts';
import { HOSTILE, links, NOW, SINCE, SUBSCRIPTION, wordsOf } from './views.ts';

const NSG = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/networkSecurityGroups/nsg-shop`;
const names = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-shop', cluster: 'shop' };
const denies = {
  code: 'NsgDenies',
  kind: 'cause',
  sentence: 'NSG nsg-shop denies TCP 443 to the API server',
  resourceId: NSG,
  evidence: [{ resourceId: NSG, setting: 'rule deny-443 (priority 110)', value: 'Deny' }],
  foundAt: NOW.toISOString(),
} as const;
const shown = (findings: readonly FindingView[], searchedAt: string | null = NOW.toISOString()) =>
  findingsSection(findings, searchedAt, SINCE, links, NOW).text;

describe('the findings of an outage', () => {
  it('are left out until Azure was searched, and said to be none after that', () => {
    expect(shown([], null)).toBe('');
    expect(wordsOf(shown([]))).toContain("Nothing in Azure's configuration stands out");
  });

  it('show the settings as they were read, and the command that mends them, with real names', () => {
    const text = shown([viewFinding(denies, names)]);
    const words = wordsOf(text);
    for (const part of ['Cause NsgDenies', 'NSG nsg-shop denies TCP 443', 'rule deny-443 (priority 110)', 'Deny', 'What to do.'])
      expect(words).toContain(part);
    expect(text).toMatch(/<pre class="cmd"><code>az network nsg rule [^<]*--nsg-name nsg-shop[^<]*deny-443/);
  });

  it('say when a setting was changed, before the outage or after it, and by whom', () => {
    const changedAt = new Date(Date.parse(SINCE) - 120_000).toISOString();
    const words = wordsOf(shown([viewFinding({ ...denies, changedAt, changedBy: 'AKS itself' }, names)]));
    expect(words).toMatch(/Changed at .* by AKS itself, 2 min before it began/);
  });

  it('ask for nothing where one was disproved, or where Azure could not be read', () => {
    const disproved = shown([viewFinding({ ...denies, revoked: NOW.toISOString() }, names)]);
    expect(wordsOf(disproved)).toContain('Disproved');
    const unread = shown([viewFinding({ ...denies, code: 'CouldNotLook', kind: 'couldNotLook' }, names)]);
    for (const text of [disproved, unread]) expect(text).not.toContain('What to do');
  });

  it('are text, whatever Azure says', () => {
    const hostile = {
      ...denies,
      sentence: HOSTILE,
      resourceId: HOSTILE,
      evidence: [{ resourceId: HOSTILE, setting: HOSTILE, value: HOSTILE }],
    };
    expect(shown([viewFinding(hostile, names)])).not.toContain('<script');
  });
});
