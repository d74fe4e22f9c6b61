import { describe, expect, it } from 'vitest';
import { keepChanges, keepFindings } from '../../src/diagnose/keep.ts';
import type { Change, Finding } from '../../src/model/finding.ts';

const long = 'x'.repeat(5000);
const id = `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/${'t'.repeat(80)}`;
const settings = { ARM_ENDPOINT: 'https://management.azure.com' };

describe('what is kept of a search in each outage', () => {
  it('is so little that a transaction of 100 outages holds it, however long names and lists of Azure are', () => {
    const evidence = Array.from({ length: 50 }, () => ({ resourceId: id, setting: long, value: long }));
    const finding: Finding = {
      code: 'RouteDrops',
      kind: 'cause',
      sentence: long,
      resourceId: id,
      evidence,
      foundAt: '2026-11-30T03:00:00.000Z',
    };
    const change: Change = {
      time: '2026-11-30T03:00:00.000Z',
      resourceId: id,
      operation: long,
      property: long,
      before: long,
      after: long,
      by: 'x',
    };
    const kept = JSON.stringify([keepFindings(Array(4).fill(finding), settings), keepChanges(Array(50).fill(change))]);
    expect(kept.length * 100).toBeLessThan(4 * 1024 * 1024 * 0.9);
    // A property of a row holds at most 32 K characters.
    expect(JSON.stringify(keepFindings(Array(4).fill(finding), settings)).length).toBeLessThan(32_000);
    expect(JSON.stringify(keepChanges(Array(50).fill(change))).length).toBeLessThan(32_000);
  });

  it('leads to the settings in the portal', () => {
    const finding: Finding = {
      code: 'RouteDrops',
      kind: 'cause',
      sentence: 'x',
      evidence: [
        { resourceId: id, setting: 'route', value: 'None' },
        { resourceId: '10.0.0.4', setting: 'x', value: 'y' },
      ],
      foundAt: '',
    };
    expect(keepFindings([finding], settings)[0]!.evidence.map(({ portal }) => portal)).toEqual([
      `https://portal.azure.com/#resource${id}`,
      undefined,
    ]);
  });
});
