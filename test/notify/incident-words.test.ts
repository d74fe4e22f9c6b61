import { describe, expect, it } from 'vitest';
import { incidentEvent, incidentState } from '../../src/notify/incident-event.ts';
import { incidentWords, severityOf } from '../../src/notify/incident-words.ts';
import type { StoredIncident } from '../../src/tables/incident-rows.ts';

const since = '2026-11-30T03:02:10.000Z';
const now = new Date('2026-11-30T03:40:00Z');
const sub = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const incident: StoredIncident = {
  subject: '20261130T030210Z-0a1b2c3d',
  since,
  delivered: {},
  sweep: since,
  kind: 'outage',
  factor: 'nextHop',
  value: '/subscriptions/s/resourcegroups/net/providers/microsoft.network/azurefirewalls/hub-fw',
  reason: 'ConnectionTimedOut',
  members: [`${sub}.rg.a`, `${sub}.rg.b`, `${sub}.rg.c`],
  open: [`${sub}.rg.a`, `${sub}.rg.b`, `${sub}.rg.c`],
  blind: 0,
  counts: { affected: 3, inside: 4, elsewhereAffected: 0, elsewhere: 40 },
  most: 3,
  nodes: 27,
  planned: 27,
  wide: false,
  grownAt: since,
  judgedAt: since,
  closed: false,
};
const said = (more: Partial<StoredIncident>) => incidentWords({ ...incident, ...more });

describe('what is said of an incident', () => {
  it('is how many of those that share it are in trouble, and how many elsewhere', () => {
    expect(said({})).toEqual({
      subject: '3 of 4 clusters behind hub-fw down since 03:02 UTC, connection timed out',
      what: '3 of 4 clusters behind hub-fw cannot reach their API servers; 0 of 40 elsewhere',
      counts: '3 of 4',
      since,
      why: 'No answer to the TCP connection: packets are dropped on the way.',
      changed: '-',
    });
  });

  it.each([
    [{ factor: 'dnsServers', value: '10.0.0.5' }, '3 of 4 clusters with the DNS server 10.0.0.5'],
    [{ factor: 'network', value: '/x/virtualNetworks/spoke' }, '3 of 4 clusters in the network spoke'],
    [{ factor: 'region', value: 'westeurope' }, '3 of 4 clusters in westeurope'],
    [{ factor: 'fleet', value: '*' }, '3 of 4 clusters of the fleet'],
    [{ factor: 'reason', value: 'ConnectionTimedOut' }, '3 clusters down'],
  ] as const)('names what they share: %o', (more, words) => {
    expect(said(more).subject).toContain(words);
  });

  it('tells clusters that are cut off from those that give no verdict, and those that share nothing with the others', () => {
    expect(said({ blind: 3 }).what).toContain('give no verdict');
    expect(said({ blind: 1 }).what).toContain('cannot reach their API servers or give no verdict');
    expect(said({ counts: { ...incident.counts, affected: 2 } }).what).toContain('2 of 4 clusters behind hub-fw, and 1 more ');
  });

  it('is louder where most of the fleet is down, but not where nobody knows', () => {
    expect([severityOf({ ...incident, wide: true }), severityOf(incident)]).toEqual(['0', '1']);
    expect([severityOf({ ...incident, wide: true, blind: 3 }), severityOf({ ...incident, kind: 'unseen', wide: true })]).toEqual([
      '1',
      '1',
    ]);
  });
});

describe('what is said of a fleet that nobody sees', () => {
  const unseen = {
    kind: 'unseen',
    factor: 'fleet',
    value: '*',
    nodes: 9,
    planned: 9,
    counts: { affected: 2, inside: 2, elsewhereAffected: 0, elsewhere: 0 },
  } as const;

  it('blames what all nodes share, and not the prober, where Azure takes the commands and no node answers', () => {
    const { subject, why } = said({ ...unseen, reason: 'RunCommandTimedOut' });
    expect(subject).toBe('Nobody sees the fleet since 03:02 UTC: no node answers (run command timed out)');
    expect(why).toContain('not the prober');
  });

  it.each([
    ['AccessDenied', 'access denied', 'docs/guides/deploy.md#grant-access'],
    ['ExtensionsDisallowed', 'extensions disallowed', 'allowExtensionOperations'],
    ['SignInFailed', 'sign in failed', 'managed identity'],
    ['SubscriptionGone', 'subscription gone', 'az account list'],
    ['NothingToWatch', 'nothing to watch', 'cli -- plan'],
  ] as const)('gives the reason and the remedy: %s', (reason, short, remedy) => {
    const { subject, what, why } = said({ ...unseen, reason });
    expect(subject).toBe(`Nobody sees the fleet since 03:02 UTC: ${short}`);
    expect(what).toBe('Nobody sees the fleet: 9 of 9 nodes give no verdict, among them all of 2 clusters');
    expect(why).toContain(remedy);
    expect(why).not.toContain('not the prober');
  });

  it('says so where there is no node at all', () => {
    expect(said({ ...unseen, reason: 'NothingToWatch', nodes: 0, planned: 0 }).what).toBe(
      'Nobody sees the fleet: there is no node to probe',
    );
  });
});

describe('the event and the state of an incident', () => {
  it('have ids of their own, which begin and end the same incident', () => {
    const ids = (['started', 'ended'] as const).map((what) => incidentEvent(incident, what, since, undefined, now).properties.eventId);
    expect(ids).toEqual([`incident|${incident.subject}/started`, `incident|${incident.subject}/ended`]);
  });

  it('the state has the words that have settled, whatever is known since', () => {
    const words = { ...incidentWords(incident), subject: 'as it was', of: '', first: since, settled: true };
    const { properties, success } = incidentState({ ...incident, words, most: 9 }, 'sweep', undefined, now);
    expect([success, properties.subject, properties.settled, properties.subscriptionId]).toEqual([false, 'as it was', 'true', sub]);
    expect(incidentState({ ...incident, words, until: since }, 'sweep', undefined, now)).toMatchObject({
      success: true,
      properties: { open: 'false' },
    });
  });

  it('say how many of its clusters are left when it ends', () => {
    const over = { ...incident, until: now.toISOString(), open: [incident.open[0]!] };
    expect(incidentEvent(over, 'ended', since, undefined, now).properties.message).toBe(
      'It is over for most of its 3 clusters; still in trouble, and notified by itself: 1',
    );
  });
});
