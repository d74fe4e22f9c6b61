import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { changedWords, conditionsOf, type Speaking } from '../../src/notify/alert-words.ts';

const since = '2026-11-30T03:02:10.000Z';
const finding: Finding = {
  code: 'NsgDenies',
  kind: 'cause',
  sentence: 'Rule deny-443 of nsg-nodes denies the connection to 20.8.7.6:443.',
  resourceId: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg-nodes',
  evidence: [],
  changedAt: '2026-11-30T02:58:00.000Z',
  changedBy: 'Ann',
  foundAt: since,
};
const nodes = { known: 10, reachable: 0, notServed: 0, unreachable: 9, unknown: 0, notProbed: 1 };
const row: Speaking['row'] = { name: 'shop-prod', nodes, openOutages: 0, outage: {}, degradation: {}, unseen: [] };
const down = { outage: { outage: since, episode: 2, from: since, reason: 'ConnectionTimedOut' as const } };
const said = (speaking: Partial<Speaking>) => Object.fromEntries(conditionsOf({ row, ...speaking }));

describe('what is said of a cluster', () => {
  it('is nothing where nothing stands', () => {
    expect(said({})).toEqual({});
  });

  it('that is cut off: who, how many of how many, since when, why, and what changed', () => {
    expect(said({ row: { ...row, outage: down }, diagnosis: { findings: [finding], changes: [] } })).toEqual({
      'cluster-outage': {
        of: `${since}/2`,
        words: {
          subject: 'shop-prod: 9 of 9 nodes down since 03:02 UTC, NSG denies',
          what: '9 of 9 nodes cannot reach their API server',
          counts: '9 of 9',
          since,
          why: finding.sentence,
          changed: 'nsg-nodes at 02:58 UTC by Ann',
        },
      },
    });
  });

  it('gives the reason where nothing was found, and nothing that was revoked', () => {
    const revoked = { ...finding, revoked: since };
    const found = said({ row: { ...row, outage: down }, diagnosis: { findings: [revoked], changes: [] } });
    expect(found['cluster-outage']!.words).toMatchObject({
      subject: 'shop-prod: 9 of 9 nodes down since 03:02 UTC, connection timed out',
      changed: '-',
    });
  });

  it('of some of its nodes is apart from that of the cluster, with its own reason', () => {
    const both = { ...row, outage: down, openOutages: 2, outageReason: 'DnsTimeout' as const };
    const found = said({ row: both, nodesSince: since, diagnosis: { findings: [finding], changes: [] } });
    expect(found['node-outages']!.words.subject).toBe('shop-prod: 2 of 9 nodes cannot reach the API server since 03:02 UTC, DNS timeout');
    expect(found['cluster-outage']!.words.why).toBe(finding.sentence);
  });

  it('never counts more nodes than there are: some that failed may not be among those to be probed any more', () => {
    const few = { ...row, nodes: { ...nodes, known: 6, unreachable: 2, reachable: 4, notProbed: 0 }, outage: down, openOutages: 8 };
    const found = said({ row: few, nodesSince: since, most: 9 });
    expect([found['cluster-outage']!.words.counts, found['node-outages']!.words.counts]).toEqual(['9 of 9', '8 of 8']);
  });

  it('that is blind, degraded, or has nodes that nobody sees', () => {
    const found = said({
      row: {
        ...row,
        degradation: { degraded: { since, reason: 'EtcdUnavailable', notServed: 3, asked: 4 } },
        unseen: [{ reason: 'ExtensionsDisallowed', nodes: 3, pools: ['web'], names: [], since }],
        uncovered: { nodes: 3, expected: 9, reason: 'Throttled', since },
      },
      blind: { since, unknown: 8, planned: 9, reason: 'RunCommandTimedOut' },
    });
    expect(Object.values(found).map(({ words }) => words.subject)).toEqual([
      'shop-prod: nobody sees 8 of 9 nodes since 03:02 UTC, run command timed out',
      'shop-prod: API server does not serve 3 of 4 nodes since 03:02 UTC, etcd unavailable',
      'shop-prod: 3 of 10 nodes not seen since 03:02 UTC, extensions disallowed',
      'shop-prod: 3 of 9 nodes without a verdict since 03:02 UTC, throttled',
    ]);
  });

  it('has no empty text, and is no longer than people read', () => {
    const long = { ...finding, sentence: 'x'.repeat(2000) };
    const found = said({ row: { ...row, name: 'n'.repeat(300), outage: down }, diagnosis: { findings: [long], changes: [] } });
    const { words } = found['cluster-outage']!;
    expect([words.subject.length, words.why.length]).toEqual([160, 300]);
    for (const text of Object.values(words)) expect(text).not.toBe('');
  });
});

it('what changed is the newest change on the way where no finding rests on one', () => {
  const change = { time: since, resourceId: '/x/routeTables/rt-hub', operation: 'Microsoft.Network/routeTables/write' };
  expect(changedWords(undefined, [change])).toBe('rt-hub at 03:02 UTC');
  expect(changedWords({ ...finding, changedAt: undefined }, [])).toBe('-');
});
