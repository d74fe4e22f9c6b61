import { describe, expect, it } from 'vitest';
import { scopeWarnings } from '../../src/inventory/scope-warnings.ts';
import { readSettings } from '../../src/settings.ts';

const one = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const two = '5d0c7b1e-2a94-4b7f-8e33-6a1f0c9b8d02';
const settings = { SUBSCRIPTIONS: [] as string[], INCLUDE_CLUSTERS: ['*'], EXCLUDE_CLUSTERS: [] as string[] };

describe('what the scope is warned of', () => {
  it('is nothing where every subscription is read and every glob matches', () => {
    const listed = [
      { subscription: one, matched: ['*'] },
      { subscription: two, matched: [] },
    ];
    expect(scopeWarnings(settings, listed)).toEqual([]);
  });

  it('is nothing that nobody has set, where there is no cluster at all', () => {
    const none = [{ subscription: one, matched: [] }];
    expect(scopeWarnings(settings, none)).toEqual([]);
    const { INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS } = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
    expect(scopeWarnings({ SUBSCRIPTIONS: [one], INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS }, none)).toEqual([]);
    expect(scopeWarnings({ ...settings, INCLUDE_CLUSTERS: ['rg/*'] }, none)).toHaveLength(1);
  });

  it('is each glob that matches no cluster of any subscription', () => {
    const globs = { ...settings, INCLUDE_CLUSTERS: ['rg/*', 'typo/*'], EXCLUDE_CLUSTERS: ['rg/dev', 'gone/*'] };
    const listed = [
      { subscription: one, matched: ['rg/*'] },
      { subscription: two, matched: ['rg/dev', 'rg/*'] },
    ];
    expect(scopeWarnings(globs, listed)).toEqual([
      'INCLUDE_CLUSTERS: "typo/*" matches the name of no cluster in scope',
      'EXCLUDE_CLUSTERS: "gone/*" matches the name of no cluster in scope',
    ]);
  });

  it('is a subscription that could not be read, with what Azure said and where it is named', () => {
    const gap = { subscription: two, matched: [], gap: 'SubscriptionUnreadable', detail: 'SubscriptionNotFound' };
    const listed = [{ subscription: one, matched: ['*'] }, gap];
    expect(scopeWarnings(settings, listed)).toEqual([
      `the subscription ${two} could not be read (SubscriptionUnreadable: SubscriptionNotFound); give the identity the right to read it`,
    ]);
    expect(scopeWarnings(settings, [{ subscription: two, matched: ['*'], gap: 'Lost' }])).toEqual([
      `the subscription ${two} could not be read (Lost); the next sweep tries again; if it fails each time, see "Errors of the prober itself" in the workbook and the exceptions in Application Insights`,
    ]);
    expect(scopeWarnings({ ...settings, SUBSCRIPTIONS: [one, two], INCLUDE_CLUSTERS: ['x/*'] }, listed)).toEqual([
      `the subscription ${two} could not be read (SubscriptionUnreadable: SubscriptionNotFound); SUBSCRIPTIONS names it: correct it there, or give the identity the right to read it`,
      'INCLUDE_CLUSTERS: "x/*" matches the name of no cluster of the subscriptions that could be read',
    ]);
  });
});
