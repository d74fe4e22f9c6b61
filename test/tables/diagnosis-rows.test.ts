import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/history/diagnosis.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import type { Finding } from '../../src/model/finding.ts';
import { blindRows, noteBlindFindings } from '../../src/tables/blind-rows.ts';
import { countCauses, readCauseCounts } from '../../src/tables/cause-counts.ts';
import { putDiagnosis, readDiagnoses, readDiagnosis } from '../../src/tables/diagnosis-rows.ts';
import { noteFindings } from '../../src/tables/note-findings.ts';
import { insertOutage, readOutage, readOutages, replaceOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { type Storage, startStorage } from './storage.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const time = '2026-11-30T03:00:00.000Z';
const finding: Finding = {
  code: 'NsgDenies',
  kind: 'cause',
  sentence: 'NSG nsg-shop denies outbound TCP 443',
  resourceId: '/nsg',
  evidence: [{ resourceId: '/nsg', setting: 'rule deny-443 (priority 110)', value: 'Deny Outbound Tcp 443' }],
  foundAt: time,
};
const change = { time, resourceId: '/nsg', operation: 'Microsoft.Network/networkSecurityGroups/securityRules/write', by: 'AKS itself' };
const diagnosis: Diagnosis = {
  subject: 'ConnectionTimedOut',
  since: time,
  first: time,
  at: time,
  rounds: 1,
  running: true,
  findings: [finding],
  changes: [change],
  missing: ['Microsoft.Network/routeTables/read'],
  probe: { node: 'a', at: time, nonce: '0123456789abcdef' },
};
const outage = (node: string | undefined): Outage => ({
  cluster: 'c1',
  node,
  start: time,
  reason: 'ConnectionTimedOut',
  message: '',
  episode: 1,
  episodes: [{ start: time }],
  openedAt: time,
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  ...(node === undefined && { nodes: [], reasons: [], commonFactors: [] }),
});

describe('a diagnosis', () => {
  it('is stored whole, and written by one process at a time', async () => {
    const { tables } = storage;
    const first = await putDiagnosis(tables, 'c', diagnosis, undefined);
    expect(await putDiagnosis(tables, 'c', diagnosis, undefined)).toBeUndefined();
    expect((await readDiagnosis(tables, 'c', 'ConnectionTimedOut'))?.diagnosis).toEqual({
      ...diagnosis,
      ended: undefined,
      headline: undefined,
    });
    const second = await putDiagnosis(tables, 'c', { ...diagnosis, running: false, findings: [] }, first!.etag);
    expect(await putDiagnosis(tables, 'c', diagnosis, first!.etag)).toBeUndefined();
    expect(await readDiagnoses(tables, 'c')).toEqual(
      new Map([
        [
          'ConnectionTimedOut',
          { etag: second!.etag, diagnosis: { ...diagnosis, ended: undefined, headline: undefined, running: false, findings: [] } },
        ],
      ]),
    );
    expect(await readDiagnosis(tables, 'c', 'cluster')).toBeUndefined();
  });
});

describe('what a search found', () => {
  const found = { findings: [finding], changes: [change], searchedAt: time };

  it('is noted in outages, whatever else has changed in them meanwhile', async () => {
    const { tables } = storage;
    const fleet = await tables.open('fleet');
    await writeBatch(fleet, [outage('a'), outage('b')].map(insertOutage));
    const rows = await readOutages(tables, 'c1');
    await writeBatch(fleet, [replaceOutage({ ...rows[1]!, outage: { ...rows[1]!.outage, message: 'changed' } })]);
    await noteFindings(tables, rows, found);
    for (const node of ['a', 'b']) expect((await readOutage(tables, 'c1', node, time))?.outage).toMatchObject({ node, ...found });
    expect((await readOutage(tables, 'c1', 'b', time))?.outage.message).toBe('changed');
  });

  it('leaves an archived outage archived, which must not be counted twice', async () => {
    const { tables } = storage;
    const fleet = await tables.open('fleet');
    await writeBatch(fleet, [insertOutage({ ...outage(undefined), end: time })]);
    const open = await readOutage(tables, 'c1', undefined, time);
    await writeBatch(fleet, [replaceOutage(open!, true)]);
    await noteFindings(tables, [(await readOutage(tables, 'c1', undefined, time))!], found);
    expect((await readOutages(tables, 'c1', { which: 'active' })).map(({ outage: { node } }) => node)).not.toContain(undefined);
  });

  it('is noted in the row of a blind cluster while that is there', async () => {
    const { tables } = storage;
    await noteBlindFindings(tables, 'c2', time, found);
    expect(await blindRows.readOpen(tables, 'c2')).toBeUndefined();
    await blindRows.put(tables, { subject: 'c2', since: time, delivered: {}, sweep: time, unknown: 3, planned: 3, reason: 'NoProof' });
    await noteBlindFindings(tables, 'c2', time, found);
    expect(await blindRows.readOpen(tables, 'c2')).toMatchObject({ reason: 'NoProof', ...found });
  });
});

describe('causes whose outages have ended', () => {
  it('are counted by whether they were right', async () => {
    const { tables } = storage;
    await countCauses(tables, [{ code: 'NsgDenies' }, { code: 'NsgDenies', revoked: time }]);
    await countCauses(tables, [{ code: 'NsgDenies' }]);
    expect(await readCauseCounts(tables)).toEqual([{ code: 'NsgDenies', confirmed: 2, revoked: 1 }]);
  });
});
