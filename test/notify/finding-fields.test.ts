import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { findingFields } from '../../src/notify/finding-fields.ts';

const finding = (code: Finding['code'], kind: Finding['kind'], more: Partial<Finding> = {}): Finding => ({
  code,
  kind,
  sentence: `${code} is so`,
  evidence: [],
  foundAt: '2026-11-30T03:00:00.000Z',
  ...more,
});

describe('what an event says of findings', () => {
  it('is the best one, and all of them as sentences', () => {
    expect(findingFields([finding('NsgDenies', 'cause'), finding('RecentChange', 'suspicion')])).toEqual({
      finding: 'NsgDenies',
      findingKind: 'cause',
      findings: 'NsgDenies is so; RecentChange is so',
    });
  });

  it('is nothing of what was disproved, and empty texts where there is nothing', () => {
    const nothing = { finding: '', findingKind: '', findings: '' };
    expect(findingFields([finding('NsgDenies', 'cause', { revoked: '2026-11-30T04:00:00.000Z' })])).toEqual(nothing);
    expect(findingFields()).toEqual(nothing);
  });
});
