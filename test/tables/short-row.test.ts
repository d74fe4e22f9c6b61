import type { TransactionAction } from '@azure/data-tables';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldResult } from '../../src/history/node-history.ts';
import { limitsOf } from '../../src/history/node-state.ts';
import type { NodeFacts } from '../../src/model/node.ts';
import { emptyHistory, emptyState, type ProbeResult } from '../../src/model/node-state.ts';
import { runId } from '../../src/model/slice-name.ts';
import { createNode, factProperties, mergeNode, noteProperties, stateProperties } from '../../src/tables/node-rows.ts';
import { restoreRow, shortenRow } from '../../src/tables/short-row.ts';

const subscription = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const cluster = `${subscription}.rg-payments-prod.payments-prod`;
const group = `/subscriptions/${subscription}/resourceGroups`;
const facts: NodeFacts = {
  node: 'aks-web-12345678-vmss00000a',
  resourceId: `${group}/MC_rg-payments-prod_payments-prod_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/10`,
  vmId: '4b2f7d4e-93d6-4b0f-9a59-2f3c5c7a1b11',
  pool: 'web',
  os: 'Linux',
  zone: '2',
  size: 'Standard_D8ds_v5',
  image: 'AKSUbuntu/2204gen2containerd/202610.01.0',
  subnet: `${group}/rg-network-prod/providers/Microsoft.Network/virtualNetworks/vnet-prod-weu/subnets/aks-subnet`,
  created: '2026-10-01T00:00:00.000Z',
  agent: 'ready',
  dueSince: '2026-10-01T00:00:00.000Z',
};
const endpoint = 'payments-prod-dns-abcdefgh.hcp.westeurope.azmk8s.io:443';
const INTERVAL_MS = 300_000;

/** What folds have written of a node after so many sweeps, two of which, some days ago, found it unreachable. */
function foldsOf(sweeps: number): Record<string, unknown> {
  const limits = limitsOf({ failures: 2, recoveries: 1, flapWindowMs: 900_000 }, INTERVAL_MS, []);
  let history = emptyHistory;
  let state = emptyState;
  let time = Date.parse('2026-10-01T00:05:02.123Z');
  for (let n = 0; n < sweeps; n++) {
    time += INTERVAL_MS + ((n * 7919) % 3000) - 1500;
    const isDown = n === sweeps - 1000 || n === sweeps - 999;
    const sweep = new Date(time - (time % INTERVAL_MS)).toISOString().replace('.000', '');
    const result: ProbeResult = {
      ...(isDown
        ? { verdict: 'unreachable', reason: 'ConnectionTimedOut', message: 'nothing answered' }
        : {
            verdict: 'reachable',
            reason: 'Reachable',
            message: `kubectl version of ${endpoint} succeeded (server v1.33.5)`,
            served: { ok: true },
          }),
      latencyMs: 123,
      nonce: String(n).padStart(16, '0'),
      run: runId(sweep, cluster, '7'),
      sweep,
      at: new Date(time).toISOString(),
    };
    ({ history, state } = foldResult(history, result, limits, INTERVAL_MS));
  }
  const notes = { claim: undefined, endpoint, foldedAt: new Date(time + 40_000).toISOString() };
  return { ...stateProperties(state, history), ...noteProperties(notes) };
}

/** The properties of a write, without the keys of its row. */
function propertiesOf(action: TransactionAction): Record<string, unknown> {
  const { partitionKey: _, rowKey: __, ...properties } = action[1] as Record<string, unknown>;
  return properties;
}

it('the row of a node that has been watched for a month takes 1 KB at most, in names and values', () => {
  const made = {
    ...factProperties(facts),
    ...stateProperties(emptyState, emptyHistory),
    ...noteProperties({ missing: 0, claim: undefined }),
  };
  const row = {
    ...propertiesOf(createNode(cluster, facts.node, made)),
    ...propertiesOf(mergeNode(cluster, { facts, etag: '' }, foldsOf(9000))),
  };
  const bytes = Object.entries(row).reduce((sum, [name, value]) => sum + Buffer.byteLength(`${name}${value}`), 0);
  expect(bytes).toBeLessThanOrEqual(1024);
});

it('the row of a new node holds no empty text but that by which lists are filtered', () => {
  const properties = { ...factProperties(facts), ...stateProperties(emptyState, emptyHistory), ...noteProperties({ claim: undefined }) };
  const row = propertiesOf(createNode(cluster, facts.node, properties));
  expect(Object.entries(row).flatMap(([name, value]) => (value === '' ? [name] : []))).toEqual(['skipped']);
});

it.each([1, 2, 3, 9000])('a row is restored as it was, after %i sweeps', (sweeps) => {
  const properties = { ...factProperties(facts), ...foldsOf(sweeps) };
  expect(restoreRow(cluster, shortenRow(cluster, properties))).toEqual(properties);
});

it('a row that was written in full is read as it is', () => {
  const properties = { ...factProperties(facts), ...foldsOf(3) };
  expect(restoreRow(cluster, properties)).toEqual(properties);
});

it('ids, runs and claims of another subscription or cluster are restored too', () => {
  const other = 'aaaaaaaa-0000-4000-8000-000000000001.rg.other';
  const properties = { ...factProperties(facts), ...foldsOf(3) };
  const claim = JSON.stringify({ id: runId('2026-11-21T09:35:00Z', cluster, '0'), nonce: '0' });
  const given = { ...properties, claim };
  expect(restoreRow(other, shortenRow(other, given))).toEqual(given);
  expect(restoreRow(cluster, shortenRow(cluster, given))).toEqual(given);
  expect(String(shortenRow(cluster, given).claim)).not.toContain(cluster);
});

it('any texts are restored, if none holds the sign for what is known', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
    fc.constantFrom(cluster, '2026-11-21T09:35:02.000Z', `s|${cluster}|0`, 'kubectl version of a succeeded', 'a', facts.resourceId, '+5'),
    fc.constantFrom('{"ok":true,"since":"a","times":3}', '{"since":"2026-11-21T09:35:02.000Z"}'),
  );
  const names = ['resourceId', 'subnet', 'run', 'claim', 'sweep', 'at', 'since', 'conclusiveAt', 'firstSuccess', 'firstFailure'] as const;
  const row = fc.record(Object.fromEntries([...names, 'watch', 'message', 'endpoint'].map((name) => [name, text])), { requiredKeys: [] });
  fc.assert(
    fc.property(row, (given) => {
      expect(restoreRow(cluster, shortenRow(cluster, given))).toEqual(given);
    }),
  );
});

it('whatever a stranger wrote into a row, it is restored to something', () => {
  const columns = [
    'resourceId',
    'subnet',
    'created',
    'dueSince',
    'since',
    'at',
    'foldedAt',
    'run',
    'claim',
    'sweep',
    'conclusiveAt',
    'outage',
  ];
  const more = ['served', 'watch', 'message', 'endpoint', 'firstSuccess', 'firstFailure'];
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('¶', '¶i/', '+010000-01-01T00:00:00.000Z', '+9999999999999', '9999999999999', '1 x'),
  );
  const times = fc.constantFrom('1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-11-21T09:35:02.000Z');
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...columns, ...more), fc.oneof(text, times)), (row) => {
      expect(Object.keys(restoreRow('a.b.c', row)).sort()).toEqual(Object.keys(row).sort());
    }),
    { numRuns: 2000 },
  );
});
