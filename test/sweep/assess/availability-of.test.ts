import { describe, expect, it } from 'vitest';
import type { Blindness } from '../../../src/history/blindness.ts';
import { type ReasonCode, reasons } from '../../../src/model/reasons.ts';
import { eventSchemas } from '../../../src/notify/event-schemas.ts';
import { availabilityOf } from '../../../src/sweep/assess/availability-of.ts';
import type { ClusterRow } from '../../../src/tables/cluster-rows.ts';
import { ledgerOf } from '../../model/ledger-of.ts';
import { bareCluster } from '../bare-cluster.ts';

const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
const sweep = '2026-11-21T09:35:00Z';
const span = { startedAt: sweep, completedAt: '2026-11-21T09:35:40Z' };
const since = '2026-11-21T09:10:02.000Z';

const row = (more: Partial<ClusterRow> = {}): ClusterRow =>
  bareCluster({
    cluster,
    subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
    resourceGroup: 'rg',
    name: 'shop',
    // Of verdicts that are old by now, or of this sweep.
    nodes: { known: 4, reachable: 4, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 },
    assessedAt: sweep,
    sweep,
    finalizedSweep: sweep,
    assessAt: sweep,
    ...more,
  });
const down = { outage: { outage: since, episode: 1, from: since, reason: 'DnsTimeout' as const } };

const blind: Blindness = { subject: cluster, since, unknown: 3, planned: 4, reason: 'NoProof', delivered: {}, sweep };
const stateOf = (ledger: Readonly<Record<string, number>>, more: Partial<ClusterRow> = {}, unseen?: Blindness, maintenance = false) =>
  availabilityOf({
    cluster: row(more),
    sweep,
    ledger: ledgerOf(ledger),
    blind: unseen,
    diagnosis: undefined,
    incident: undefined,
    span,
    maintenance,
    pageUrl: undefined,
  });
const well = { 'reachable/Reachable': 4 };

describe('the state of a cluster', () => {
  it('has a name of its own while the cluster is in maintenance, and says so, whatever it is', () => {
    const open = { outage: down, openOutages: 2 };
    expect(stateOf(well, open, undefined, true)).toMatchObject({
      name: `${cluster}/maintenance`,
      success: false,
      properties: { cluster, maintenance: 'true', clusterOutage: 'true', openNodeOutages: '2' },
    });
    expect(stateOf(well, {}, blind, true)).toMatchObject({
      name: `${cluster}/maintenance`,
      properties: { blind: 'true', maintenance: 'true' },
    });
    expect(stateOf(well)!.properties.maintenance).toBe('false');
  });

  it('is a success where nodes gave a verdict and the cluster has no outage', () => {
    expect(stateOf(well)).toMatchObject({ name: cluster, success: true, message: '4 of 4 nodes reach their API server' });
    expect(stateOf({ 'reachable/Reachable': 1, 'unknown/NoProof': 3 })).toMatchObject({ name: cluster, success: true });
  });

  it('is a success also while its API server does not serve many of its nodes, and says that it is degraded, and why', () => {
    const degradation = { degraded: { since, reason: 'EtcdUnavailable' as const, notServed: 3, asked: 4 } };
    const nodes = { known: 4, reachable: 4, notServed: 3, unreachable: 0, unknown: 0, notProbed: 0 };
    expect(stateOf(well, { nodes, degradation })).toMatchObject({
      name: cluster,
      success: true,
      message: '4 of 4 nodes reach their API server, which does not serve 3 of them',
      properties: { degraded: 'true', degradedReason: 'EtcdUnavailable', reason: '' },
    });
    expect(stateOf(well)!.properties).toMatchObject({ degraded: 'false', degradedReason: '' });
  });

  it('is a success of few where few gave a verdict, and says so by its coverage', () => {
    expect(stateOf({ 'reachable/Reachable': 2, 'notProbed/OverBudget': 1 })?.properties).toMatchObject({
      coverage: '0.6666',
      seen: 'true',
    });
  });

  it.each<[string, Record<string, number>, Partial<ClusterRow>, string]>([
    ['locked', { 'notProbed/NodeGroupLocked': 4 }, { recordOnly: 'NodeGroupLocked' }, 'NodeGroupLocked'],
    ['not to be read', { 'notProbed/AccessDenied': 4 }, { recordOnly: 'AccessDenied' }, 'AccessDenied'],
    ['without its node resource group', { 'notProbed/NodeGroupMissing': 4 }, {}, 'NodeGroupMissing'],
    ['throttled, node by node', { 'unknown/Throttled': 4 }, {}, 'Throttled'],
    ['over budget as a whole', { 'notProbed/OverBudget': 4 }, {}, 'OverBudget'],
    ['silent', { 'unknown/RunCommandTimedOut': 4 }, {}, 'RunCommandTimedOut'],
    ['lost by the prober', { 'unknown/Lost': 3, 'notProbed/Lost': 1 }, {}, 'Lost'],
    ['of one node that is unknown, the rest of which is stopped', { 'unknown/NoProof': 1, 'notProbed/Deallocated': 3 }, {}, 'NoProof'],
    ['of one node that is unknown, the rest of which had no turn', { 'unknown/NoProof': 1, 'notProbed/OverBudget': 3 }, {}, 'OverBudget'],
  ])('is a failure under another name where none gave a verdict: a cluster that is %s', (_, ledger, more, reason) => {
    const result = stateOf(ledger, more)!;
    expect(result).toMatchObject({ name: `${cluster}/unseen`, success: false, message: 'not seen: none of 4 nodes gave a verdict' });
    expect(result.properties).toMatchObject({ clusterOutage: 'false', openNodeOutages: '0', blind: 'false', seen: 'false', reason });
    expect(Number(result.properties.coverage)).toBe(0);
    eventSchemas.Availability.properties.parse(result.properties);
  });

  it('has no coverage where the subscription could not be listed: its gap says so', () => {
    const result = stateOf({ 'notProbed/SubscriptionUnreadable': 4 }, { recordOnly: 'SubscriptionUnreadable' });
    expect(result).toMatchObject({ name: `${cluster}/unseen`, success: false, properties: { coverage: '' } });
  });

  it.each(['SubscriptionUnreadable', 'NodeGroupLocked', 'OverBudget'] as const)(
    'keeps an outage that is open, under its own name, while none gives a verdict for %s',
    (reason) => {
      const result = stateOf({ [`notProbed/${reason}`]: 4 }, { outage: down, openOutages: 3, outageReason: 'NoRoute' })!;
      expect(result).toMatchObject({ name: cluster, success: false });
      expect(result.message).toBe(`not seen: none of 4 nodes gave a verdict, and the outage since ${since} is not known to be over`);
      expect(result.properties).toMatchObject({ clusterOutage: 'true', openNodeOutages: '3', seen: 'false', reason: 'DnsTimeout' });
    },
  );

  it('keeps a degradation while none gives a verdict, also where none is expected, and says since when it stands', () => {
    const degradation = { degraded: { since, reason: 'EtcdUnavailable' as const, notServed: 3, asked: 4 } };
    for (const outcome of ['unknown/NoProof', 'notProbed/TooYoung'])
      expect(stateOf({ [outcome]: 4 }, { degradation })).toMatchObject({
        name: `${cluster}/unseen`,
        success: false,
        message: `not seen: none of 4 nodes gave a verdict, and it was degraded since ${since}`,
        properties: { degraded: 'true', degradedReason: 'EtcdUnavailable', seen: 'false' },
      });
    expect(stateOf({ 'unknown/NoProof': 4 }, { degradation, outage: down })?.message).toContain('and the outage since');
  });

  it('keeps the open outages of nodes while none gives a verdict', () => {
    const { properties } = stateOf({ 'notProbed/OverBudget': 4 }, { openOutages: 2, outageReason: 'NoRoute' })!;
    expect(properties).toMatchObject({ openNodeOutages: '2', outageReason: 'NoRoute', reason: 'NoRoute', clusterOutage: 'false' });
  });

  it('is a failure while its outage is open, and none once it has ended', () => {
    expect(stateOf({ 'unreachable/DnsTimeout': 4 }, { outage: down })).toMatchObject({
      success: false,
      properties: { clusterOutage: 'true' },
    });
    const over = { outage: { ...down.outage, end: '2026-11-21T09:20:00Z' } };
    expect(stateOf(well, { outage: over })).toMatchObject({ success: true, properties: { clusterOutage: 'false' } });
  });

  it('is a failure under another name while nobody can see the cluster, though some nodes gave a verdict', () => {
    const result = stateOf({ 'unknown/NoProof': 3, 'reachable/Reachable': 1 }, {}, blind);
    expect(result).toMatchObject({
      name: `${cluster}/blind`,
      success: false,
      properties: { blind: 'true', reason: 'NoProof', seen: 'true' },
    });
    expect(result?.message).toBe(`not seen since ${since}: 3 of 4 nodes gave no verdict`);
  });

  it.each<[string, Record<string, number>]>([
    ['has no node', {}],
    ['has nodes that are too young', { 'notProbed/TooYoung': 3 }],
    ['has nodes that are stopped or excluded', { 'notProbed/Deallocated': 2, 'notProbed/Excluded': 1 }],
  ])('is none for a cluster that %s: no verdict is expected of it', (_, ledger) => {
    expect(stateOf(ledger)).toBeUndefined();
    // But what is open is open.
    expect(stateOf(ledger, { openOutages: 1 })).toMatchObject({ success: false, properties: { openNodeOutages: '1' } });
    expect(stateOf(ledger, { outage: down })).toMatchObject({ name: cluster, success: false, properties: { clusterOutage: 'true' } });
  });

  it.each(['Excluded', 'ClusterStopped', 'ClusterGone'] as const)('is none for a cluster that is %s', (recordOnly) => {
    expect(stateOf({ [`notProbed/${recordOnly}`]: 4 }, { recordOnly, outage: down })).toBeUndefined();
    expect(stateOf(well, { recordOnly })).toBeUndefined();
  });

  it('is never a success where no node gave a verdict, whatever is said of it', () => {
    for (const reason of Object.keys(reasons) as ReasonCode[])
      for (const verdict of ['unknown', 'notProbed'])
        for (const recordOnly of [undefined, reason])
          for (const unseen of [undefined, blind])
            expect(stateOf({ [`${verdict}/${reason}`]: 4 }, { recordOnly }, unseen)?.success ?? false).toBe(false);
  });
});
